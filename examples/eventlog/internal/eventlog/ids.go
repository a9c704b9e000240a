package eventlog

import "sync"

// ids are the sequences of the last events that have an ID, so that a retry is not stored again.
type ids struct {
	mu     sync.Mutex
	known  map[string]*first
	order  []string // of those that have a sequence: a queue, from oldest on
	oldest int
	limit  int
}

// A first is the first event with an ID. Its sequence is known when its claim has returned.
type first struct {
	claimed chan struct{}
	seq     int64
	err     error
}

func newIDs(limit int) *ids { return &ids{known: make(map[string]*first), limit: limit} }

// begin returns the first event with that ID, and whether the caller's is it. If so, the caller
// calls settle.
func (s *ids) begin(id string) (f *first, isFirst bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.known[id]; ok {
		return f, false
	}
	f = &first{claimed: make(chan struct{})}
	s.known[id] = f
	return f, true
}

// settle tells those who retry what became of the first. One that has failed is forgotten.
func (s *ids) settle(id string, f *first, seq int64, err error) {
	f.seq, f.err = seq, err
	close(f.claimed)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.known, id)
	}
}

// recover notes an ID that was in the journal.
func (s *ids) recover(id string, seq int64) {
	f, isFirst := s.begin(id)
	if isFirst {
		s.settle(id, f, seq, nil)
	}
	s.keep(id)
}

// keep begins the time for which an ID is known, and ends that of the oldest beyond the limit. The
// index stage calls it, in the order of sequences.
func (s *ids) keep(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.order) < s.limit {
		s.order = append(s.order, id)
		return
	}
	delete(s.known, s.order[s.oldest])
	s.order[s.oldest] = id
	s.oldest = (s.oldest + 1) % s.limit
}

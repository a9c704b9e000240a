package behaviour

import "github.com/be395dad/disruptor"

// A modelGroup is a worker group as its documentation describes it: a set of finished sequences.
// For a group without a key it says exactly what each worker is handed, and where the group
// stands. For a group with a key it says only what must not happen, and leaves open which worker
// has which key.
type modelGroup struct {
	*modelConsumer
	ring     *model
	keyed    bool
	taken    int64 // no key: the end of what workers have taken
	finished map[int64]bool
	inHand   map[int64]*modelWorker // handed out and not finished
	left     []modelRun             // no key: the runs that workers have left
	workers  []*modelWorker         // without the ones that have left

	attempts int           // 0: any number
	resort   lastResort    // with attempts
	tries    map[int64]int // how many workers have left with the event as their first
}

type modelRun struct{ from, to int64 }

type modelWorker struct {
	group    *modelGroup
	modelRun       // with a key: only what was handed out
	handed   int64 // end of what was handed out
	gone     bool
}

func (m *model) joinGroup(after []*modelConsumer, maxBatch int64, keyed bool) *modelGroup {
	g := &modelGroup{modelConsumer: m.join(after, maxBatch), ring: m, keyed: keyed,
		finished: map[int64]bool{}, inHand: map[int64]*modelWorker{}, tries: map[int64]int{}}
	g.taken = g.position
	return g
}

func (g *modelGroup) join() *modelWorker {
	w := &modelWorker{group: g}
	g.workers = append(g.workers, w)
	return w
}

// next returns the range that a worker of a group without a key is handed: the rest of its run
// up to an aborted slot. It finishes the aborted slots before.
func (w *modelWorker) next() (from, to int64) {
	g := w.group
	for !g.ring.failed && w.take() {
		for from = w.from; from < w.to && g.ring.fate(from) == aborted; {
			from++
		}
		w.finish(from)
		if w.from == w.to {
			continue
		}
		for to = from; to < w.to && g.ring.fate(to) == published; to++ {
			g.inHand[to] = w
		}
		w.handed = to
		return from, to
	}
	return w.from, w.from
}

// take takes a run if none is in hand: the first run that was left, or a share of the available
// slots.
func (w *modelWorker) take() bool {
	g := w.group
	if w.from < w.to || w.gone {
		return w.from < w.to
	}
	if len(g.left) > 0 {
		first := 0
		for i, r := range g.left {
			if r.from < g.left[first].from {
				first = i
			}
		}
		w.modelRun = g.left[first]
		g.left = append(g.left[:first:first], g.left[first+1:]...)
		return true
	}
	there := g.ring.available(g.modelConsumer) - g.taken
	if g.gone || g.closed || there <= 0 {
		return false
	}
	n := int64(len(g.workers))
	w.modelRun = modelRun{g.taken, g.taken + min(g.maxBatch, (there+n-1)/n)}
	g.taken = w.to
	return true
}

// finish finishes the slots of w below to.
func (w *modelWorker) finish(to int64) {
	g := w.group
	g.finish(modelRun{w.from, to})
	w.from, w.handed = to, max(w.handed, to)
}

func (g *modelGroup) finish(r modelRun) {
	for s := r.from; s < r.to; s++ {
		g.finished[s] = true
		delete(g.inHand, s)
	}
	for !g.keyed && g.finished[g.position] {
		g.position++
	}
	g.quit()
}

// quit lets a closed group without a key leave the ring once nothing is in hand.
func (g *modelGroup) quit() {
	if !g.keyed && g.closed && !g.gone && g.position == g.taken {
		g.ring.leave(g.modelConsumer)
	}
}

// leave leaves the run of w to another worker, or drops it if the group is closed. The first
// event that w was handed may have to be given up.
func (w *modelWorker) leave() (gaveUp *givenUp) {
	g, r := w.group, w.modelRun
	handed := w.from < w.handed
	for i, o := range g.workers {
		if o == w {
			g.workers = append(g.workers[:i:i], g.workers[i+1:]...)
		}
	}
	for s := r.from; s < r.to; s++ {
		delete(g.inHand, s)
	}
	w.gone, w.from, w.handed = true, w.to, w.to
	if handed && g.tried(r.from) {
		gaveUp = &givenUp{g.resort, modelRun{r.from, r.from + 1}}
		if g.giveUp(gaveUp.resort, 1) {
			g.finish(gaveUp.modelRun)
			r.from++
		}
	}
	switch {
	case g.keyed || r.from == r.to:
	case g.closed:
		g.finish(r)
	default:
		g.left = append(g.left, r)
	}
	return gaveUp
}

// tried counts an attempt at an event, and reports whether it was the last one. At the end of the
// ring or of the group nothing is given up.
func (g *modelGroup) tried(seq int64) bool {
	g.tries[seq]++
	return g.attempts > 0 && g.tries[seq] >= g.attempts && !g.closed && !g.ring.failed
}

func (g *modelGroup) close() {
	g.closed = true
	left := g.left
	g.left = nil
	for _, r := range left {
		g.finish(r)
	}
	g.quit()
}

// firstUnfinished returns an upper bound of the position of a group with a key.
func (g *modelGroup) firstUnfinished() int64 {
	end := g.ring.available(g.modelConsumer)
	for s := g.position; s < end; s++ {
		switch {
		case g.ring.fate(s) == aborted, g.finished[s], g.closed && g.inHand[s] == nil:
		default:
			return s
		}
	}
	return end
}

// ended reports whether a worker of the group will never be handed anything again.
func (w *modelWorker) ended() bool {
	g := w.group
	return w.gone || g.closed || g.gone || g.ring.failed || g.ring.drained(g.modelConsumer)
}

// mayHave says what is wrong if w is handed a batch of a group with a key, or "".
func (w *modelWorker) mayHave(b disruptor.Batch[event]) string {
	g := w.group
	if int64(b.Len()) > g.maxBatch {
		return "it is longer than MaxBatch"
	}
	if b.To() > g.ring.available(g.modelConsumer) {
		return "it is beyond what is available"
	}
	for seq := range b.All() {
		if g.ring.fate(seq) != published {
			return "a slot of it is not published"
		}
		if g.finished[seq] || g.inHand[seq] != nil && g.inHand[seq] != w {
			return "an event of it was handed out before"
		}
		for s := g.joined; s < b.From(); s++ {
			if g.ring.fate(s) == published && !g.finished[s] && fuzzKey(&g.ring.events[s-g.ring.start]) == fuzzKey(&g.ring.events[seq-g.ring.start]) {
				return "an earlier event of a key of it is not finished"
			}
		}
	}
	return ""
}

// fuzzKey is the key of an event in groups that have one: pairs have one, so that there are runs.
func fuzzKey(e *event) uint64 { return e.count / 2 % 4 }

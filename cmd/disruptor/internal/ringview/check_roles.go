package ringview

import (
	"fmt"
	"math/bits"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// stable returns the state of an entry, and whether it was the same whenever it was read. An epoch counts owners, so
// nobody else had it in between.
func stable(one, two, three Words, off int64) (ringfile.State, bool) {
	st := two.state(off)
	return st, one.state(off) == st && three.state(off) == st
}

// owner checks the owner in a state, and returns whether it lives.
func (k *checker) owner(where string, st ringfile.State, steady bool) (lives bool) {
	i := st.Owner()
	free := st.Phase() == ringfile.Free || st.Phase() == ringfile.Held || st.Phase() == ringfile.Returned
	switch {
	case i >= k.f.Geometry.Processes:
		k.problem(where, "its owner is attachment %d of %d", i, k.f.Geometry.Processes)
	case free && i != ringfile.Nobody:
		k.problem(where, "%v, and attachment %d owns it", st.Phase(), i)
	case !free && i == ringfile.Nobody:
		k.problem(where, "%v, but no process owns it", st.Phase())
	case free || !steady:
	case k.two.attachments.entry(i, ringfile.AttachmentSize).uint64(ringfile.AttachmentState) == 0:
		k.problem(where, "%v, and its owner, attachment %d, is free", st.Phase(), i)
	case k.two.locks[i] == Dead:
		k.note(where, "%v, and its process is dead and not recovered yet", st.Phase())
	default:
		return k.two.locks[i] == Alive
	}
	return false
}

func (k *checker) record(i int) {
	where := fmt.Sprintf("record %d", i)
	at := func(r *regions) Words { return r.records.entry(i, ringfile.RecordSize) }
	one, two, three := at(&k.one), at(&k.two), at(&k.three)
	st, steady := stable(one, two, three, ringfile.RecordState)
	if st.Phase() > ringfile.Live {
		k.problem(where, "phase %d", st.Phase())
		return
	}
	k.owner(where, st, steady)
	from, to := two.int64(ringfile.RecordFrom), two.int64(ringfile.RecordTo)
	// A record is stored after a look at the cursor, which k.three has read later. The two words are not stored at
	// once; no claim has the beginning of another.
	if steady && st.Phase() == ringfile.Live && from < to && from == three.int64(ringfile.RecordFrom) {
		if from < 0 || from > k.three.end() || to-from > k.f.Geometry.Capacity {
			k.problem(where, "it covers [%d, %d), and %d is claimed", from, to, k.three.end())
		}
	}
}

func (k *checker) place(i int) {
	where := fmt.Sprintf("place %d", i)
	at := func(r *regions) Words { return r.places.entry(i, ringfile.PlaceSize) }
	one, two, three := at(&k.one), at(&k.two), at(&k.three)
	st, steady := stable(one, two, three, ringfile.PlaceState)
	if st.Phase() > ringfile.Returned {
		k.problem(where, "phase %d", st.Phase())
		return
	}
	k.eventcount("eventcount of "+where, two, ringfile.PlaceEvent)
	if e := one.uint64(ringfile.PlaceEvicted); e > three.state(ringfile.PlaceState).Epoch() {
		k.problem(where, "consumer %d was evicted, and there were %d", e, three.state(ringfile.PlaceState).Epoch())
	}
	lives := k.owner(where, st, steady)
	if !steady {
		return
	}
	in := k.two.control.uint64(ringfile.ControlMembers)>>i&1 == 1
	if in && st.Phase() == ringfile.Free {
		k.problem(where, "free, and the gate goes by it")
	}
	if st.Phase() != ringfile.Held && (st.Phase() != ringfile.Live || !lives) {
		return
	}
	if !in {
		k.problem(where, "%v, and the gate does not go by it", st.Phase())
	}
	if p := two.uint64(ringfile.PlacePolicy); p >= uint64(len(policies)) {
		k.problem(where, "policy %d", p)
	}
	if lag := two.int64(ringfile.PlaceMaxLag); lag < 0 || lag > k.f.Geometry.Capacity {
		k.problem(where, "may be evicted %d behind", lag)
	}
	if g := two.int64(ringfile.PlaceGrace); g < 0 {
		k.problem(where, "a grace of %d ns", g)
	}
	// The gate lets nobody claim more than a lap beyond a position, which only grows.
	position := two.int64(ringfile.PlacePosition)
	switch {
	case position < 0 || position < one.int64(ringfile.PlacePosition):
		k.problem(where, "position %d, after %d", position, one.int64(ringfile.PlacePosition))
	case position > k.two.end():
		k.problem(where, "position %d, and %d is claimed", position, k.two.end())
	case position < k.one.end()-k.f.Geometry.Capacity:
		k.problem(where, "position %d, and %d was claimed: more than a lap beyond", position, k.one.end())
	case position > 0:
		k.passed(where, position-1)
	}
}

// passed checks that a sequence that a consumer is done with is published or a gap.
func (k *checker) passed(where string, seq int64) {
	m, err := k.f.word(k.f.Geometry.Mark(seq))
	if err != nil {
		k.problem("marks", "%v", err)
	} else if !ringfile.Mark(m).Resolved(seq) {
		k.problem(where, "done with %d, which is not published", seq)
	}
}

// after checks what a consumer says that it follows.
func (k *checker) after(i int) {
	where := fmt.Sprintf("after list of place %d", i)
	w := k.two.places.entry(i, ringfile.PlaceSize)
	st, steady := stable(k.one.places.entry(i, ringfile.PlaceSize), w, k.three.places.entry(i, ringfile.PlaceSize), ringfile.PlaceState)
	version := w.uint64(ringfile.PlaceVersion)
	same := version%2 == 0 && version == k.three.places.entry(i, ringfile.PlaceSize).uint64(ringfile.PlaceVersion) &&
		version == k.one.places.entry(i, ringfile.PlaceSize).uint64(ringfile.PlaceVersion)
	if !steady || !same || st.Phase() != ringfile.Live && st.Phase() != ringfile.Held {
		return
	}
	ended := false
	for n := range int64(ringfile.MaxAfter) {
		word := w.uint64(ringfile.PlaceAfter + n*8)
		at, epoch := ringfile.Upstream(word)
		switch {
		case word == 0:
			ended = true
		case ended:
			k.problem(where, "%#x behind the end", word)
		case at < 0 || at >= k.f.Geometry.Consumers:
			k.problem(where, "place %d of %d", at, k.f.Geometry.Consumers)
		case at == i && epoch == st.Epoch():
			k.problem(where, "it follows itself")
		case epoch > k.three.places.entry(at, ringfile.PlaceSize).state(ringfile.PlaceState).Epoch():
			k.problem(where, "consumer %d of place %d, which has had fewer", epoch, at)
		}
	}
}

// names checks that no two consumers that are there have one name.
func (k *checker) names() {
	seen := map[string]int{}
	for i := range k.f.Geometry.Consumers {
		at := func(r *regions) Words { return r.places.entry(i, ringfile.PlaceSize) }
		st, steady := stable(at(&k.one), at(&k.two), at(&k.three), ringfile.PlaceState)
		name := at(&k.two).name(ringfile.PlaceName)
		if !steady || name == "" || st.Phase() != ringfile.Live && st.Phase() != ringfile.Held {
			continue
		}
		if other, ok := seen[name]; ok {
			k.problem(fmt.Sprintf("place %d", i), "its name, %q, is that of place %d", name, other)
		}
		seen[name] = i
	}
}

// marks compares all marks with the cursor, as it was before and after them.
func (k *checker) marks() {
	g := &k.f.Geometry
	low := k.three.end() // claimed before the marks that are looked at
	wrong, last, gaps := 0, int64(-1), int64(-1)
	var first string
	lap := int64(bits.TrailingZeros64(uint64(g.Capacity)))
	err := k.f.marks(0, g.Capacity, nil, func(slot int64, m ringfile.Mark) bool {
		seq := int64(m>>1) - 1
		// The last sequence of the slot that is claimed, and what it needs: that the one a lap before is resolved.
		need := int64(-1)
		if low > slot {
			need = (low-1-slot)>>lap<<lap + slot - g.Capacity
		}
		if m == 0 && need < 0 {
			return true
		}
		if seq < 0 || seq&(g.Capacity-1) != slot || seq < need || seq > ringfile.MaxSequence {
			if wrong++; wrong == 1 {
				first = fmt.Sprintf("slot %d has the mark %d, and %d is claimed", slot, int64(m), low)
			}
			return true
		}
		if last = max(last, seq); m&1 == 1 {
			gaps = max(gaps, seq)
		}
		return true
	})
	if err != nil {
		k.problem("marks", "%v", err)
		return
	}
	if wrong > 0 {
		k.problem("marks", "%s (%d marks are wrong)", first, wrong)
	}
	end, _, err := k.f.Cursor()
	if err == nil && last >= end {
		k.problem("marks", "%d has a mark, and %d is claimed", last, end)
	}
	if word, err := k.f.word(g.Control + ringfile.ControlLastGap); err == nil && gaps >= word {
		k.problem("last gap", "%d is a gap, and the last one ends at %d", gaps, word)
	}
	k.opens(end)
}

// opens finds sequences that are claimed, not published, and owned by nobody.
func (k *checker) opens(end int64) {
	seq, err := k.f.open(0, end)
	if err != nil || seq >= end {
		return
	}
	switch o := k.f.openSequence(seq); {
	case !o.open:
	case o.owner == nil:
		k.problem("marks", "%d is claimed and not published, but no process owns it: recovery is due", seq)
	case o.owner.Lock == Dead:
		k.note("marks", "%d is open, and its owner is dead: recovery is due", seq)
	}
}

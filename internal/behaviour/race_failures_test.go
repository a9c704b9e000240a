package behaviour

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// An unreliable handler fails at random, by errors and panics, under a random policy. It keeps
// the result of its last call for each event. All of it belongs to the goroutine that serves it.
type unreliable struct {
	*disruptor.Consumer[raceEvent]
	crowd   *crowd
	rnd     *rand.Rand
	policy  disruptor.FailurePolicy
	each    bool
	stamps  bool // leaves a stamp in each event that it is called with
	dead    map[int64]bool
	last    map[int64]bool // whether the last call for an event succeeded
	joined  int64
	stopped bool
	stats   disruptor.ConsumerStats // at the end
}

func (c *crowd) unreliable(name string, rnd *rand.Rand, stamps bool, after ...*disruptor.Consumer[raceEvent]) *unreliable {
	u := &unreliable{crowd: c, rnd: rnd, each: rnd.IntN(2) == 0, stamps: stamps, dead: map[int64]bool{}, last: map[int64]bool{}}
	cfg := disruptor.ConsumerConfig[raceEvent]{Name: name, After: after, MaxBatch: rnd.IntN(4)}
	made := make(chan struct{})
	cfg.Start = func(own *disruptor.Consumer[raceEvent]) error {
		<-made
		u.joined = own.Position()
		return nil
	}
	cfg.Stop = func(*disruptor.Consumer[raceEvent]) {
		for _, s := range c.ring.Stats().Consumers {
			if s.Name == name {
				u.stats, u.stopped = s, true
			}
		}
	}
	u.policy = disruptor.FailurePolicy{Retries: rnd.IntN(4) - 1}
	if u.policy.Retries != 0 && rnd.IntN(2) == 0 {
		u.policy.Backoff = time.Microsecond
	}
	if u.policy.Retries >= 0 {
		if rnd.IntN(2) == 0 {
			u.policy.Skip = true
		} else {
			cfg.DeadLetter = u.deadLetter
		}
	}
	cfg.OnFailure = u.policy
	handler := u.plain
	if u.each {
		handler = disruptor.Each(u.event)
	}
	u.Consumer = c.ring.HandleWith(cfg, handler)
	close(made)
	return u
}

// begin begins an event, which may fail.
func (u *unreliable) begin(seq int64, e *raceEvent) {
	if u.dead[seq] || seq < u.Position() {
		u.crowd.t.Errorf("%s is called with %d at %d", u.Name(), seq, u.Position())
	}
	if u.last[seq] = false; u.stamps {
		e.stamps[0] = seq + 1
	}
}

// failAtTimes fails once in four times.
func (u *unreliable) failAtTimes() error {
	switch u.rnd.IntN(8) {
	case 0:
		return errBoom
	case 1:
		panic(errBoom)
	}
	return nil
}

func (u *unreliable) event(seq int64, e *raceEvent) error {
	u.begin(seq, e)
	err := u.failAtTimes()
	u.last[seq] = err == nil
	return err
}

// plain fails as a whole.
func (u *unreliable) plain(b disruptor.Batch[raceEvent]) error {
	for seq, e := range b.All() {
		u.begin(seq, e)
	}
	if err := u.failAtTimes(); err != nil {
		return err
	}
	for seq := range b.All() {
		u.last[seq] = true
	}
	return nil
}

func (u *unreliable) deadLetter(b disruptor.Batch[raceEvent], _ error) error {
	for seq, e := range b.All() {
		if u.dead[seq] || seq < u.Position() {
			u.crowd.t.Errorf("%s: %d is a dead letter again, or too late", u.Name(), seq)
		}
		if u.stamps {
			e.stamps[0] = seq + 1
		}
		u.dead[seq] = true
	}
	return nil
}

// verify requires that each of the published events up to the position was handled, skipped or dead-lettered, and that
// Stats agree.
func (u *unreliable) verify(t *testing.T, published []record) {
	if !u.stopped {
		return // it left before it was served
	}
	position := u.Position()
	var dead, neither int64
	for _, r := range published {
		if r.sequence < u.joined || r.sequence >= position {
			continue
		}
		ok, called := u.last[r.sequence]
		require.True(t, called, "%s was never called with %d", u.Name(), r.sequence)
		switch {
		case u.dead[r.sequence]:
			dead++
		case !ok:
			neither++
		}
	}
	require.Equal(t, [2]int64{neither, dead}, [2]int64{u.stats.Skipped, u.stats.DeadLettered},
		"%s, %+v, each: %v", u.Name(), u.policy, u.each)
}

// One unreliable handler stays, with a stage after it, and others come and go: each event is handled, skipped or
// dead-lettered by each of them, in order, and once.
func TestUnreliableHandlersLoseNothing(t *testing.T) {
	forEachTinyRing(t, func(t *testing.T, cfg disruptor.Config) {
		for i := range race.Scale {
			c := newCrowd(t, cfg)
			c.aborts, c.seed = 20, c.seed+uint64(i)*100
			all := &consuming{crowd: c, number: raceStamps}
			read := func(g *consuming) disruptor.Handler[raceEvent] {
				return disruptor.Each(func(seq int64, e *raceEvent) error { g.read(seq, e); return nil })
			}
			c.ring.Handle("all", read(all))
			stays := c.unreliable("stays", c.random(), true)
			stage := &consuming{crowd: c, number: 1, after: []int{0}}
			c.ring.Handle("stage", read(stage), stays.Consumer)
			running := run(c.ring)

			for id := range 2 - int(cfg.Producers) {
				c.produce(newProducer(c.ring), uint64(id), 60)
			}
			came := []*unreliable{stays}
			rnd := c.random()
			produced := inBackground(func() error { c.wg.Wait(); return nil })
			for n := 0; len(produced) == 0 && n < 16; n++ {
				var follows []*disruptor.Consumer[raceEvent]
				if rnd.IntN(2) == 0 {
					follows = append(follows, came[rnd.IntN(len(came))].Consumer)
				}
				u := c.unreliable(fmt.Sprint(n), rand.New(rand.NewPCG(rnd.Uint64(), 0)), false, follows...)
				came = append(came, u)
				if after(rnd, 100); rnd.IntN(4) > 0 {
					u.Close()
				}
			}
			require.NoError(t, <-produced)
			c.ring.Close()
			require.NoError(t, <-running)
			require.Equal(t, all.log, stage.log)
			for _, u := range came {
				u.verify(t, all.log)
			}
		}
	})
}

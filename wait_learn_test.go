package disruptor

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A park that ends with much to take makes the consumer patient. What is claimed, or taken by an earlier stage only,
// does not count.
func TestAConsumerLearnsFromHowItsParksEnd(t *testing.T) {
	const much = 2048
	for _, kind := range []Producers{Multi, Single} {
		for _, name := range []string{"consumer", "stage"} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRing[int64](t, Config{Capacity: 2 * much, Producers: kind})
					p := newProducer(r)
					before := r.Consumer("before")
					var after []*Consumer[int64]
					if name == "stage" {
						after = append(after, before)
					}
					c := r.Consumer(name, after...)
					var impatient waiting.Patience
					for _, n := range []int{1, much} {
						taken := make(chan error, 1)
						go func() {
							b, err := c.Next(t.Context())
							c.Done(b)
							taken <- err
						}()
						synctest.Wait() // it has parked
						b := claim(t, p, much)
						part, rest := b.Split(n)
						p.Publish(part)
						if b, ok := before.TryNext(); ok {
							before.Done(b)
						}
						require.NoError(t, <-taken)
						require.Equal(t, n == much, c.reader.patience != impatient, "after %d slots", n)
						p.Publish(rest)
						if b, ok := before.TryNext(); ok {
							before.Done(b)
						}
						for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
							c.Done(b)
						}
					}
				})
			})
		}
	}
}

func TestAWaitThatDoesNotParkTeachesNothing(t *testing.T) {
	var p Producer[int64]
	looks := idleFunc(func(int) Action {
		publish(t, p, 1)
		return Spin
	})
	r := newRing[int64](t, Config{Capacity: 8, Wait: looks})
	p = newProducer(r)
	c := r.Consumer("c")
	c.reader.patience.End(&waiting.Wait{}, true, 1<<20)
	patient := c.reader.patience
	b, err := c.Next(t.Context())
	require.NoError(t, err)
	c.Done(b)
	require.Equal(t, patient, c.reader.patience)
}

func TestCompanyCountsTheConsumersOfTheRing(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 8})
	c := r.Consumer("c")
	require.Equal(t, 1, c.reader.company())
	w := r.Group(GroupConfig[int]{}).Worker()
	r.LossyConsumer(LossyConfig[int]{})
	require.Equal(t, 3, c.reader.company())
	require.Equal(t, 3, w.taker.company())
	c.Close()
	require.Equal(t, 2, w.taker.company())
}

// Where a ring has as many consumers as there are processors, a wait lets another goroutine run before it
// looks again. Now and then the runtime prefers the waiting goroutine.
func TestAConsumerOfACrowdedRingYieldsFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, consumers := range []int{1, 2} {
		early := 0
		for range 8 {
			r := newRing[int](t, Config{Capacity: 8})
			p := newProducer(r)
			c := r.Consumer("c")
			for range consumers - 1 {
				r.Consumer("other")
			}
			restore := waiting.ForceProcs(2)
			looked := make(chan bool, 1)
			go func() {
				looked <- c.member.waiting.load() != 0
				p.TrySend(1)
			}()
			_, err := c.Next(t.Context())
			require.NoError(t, err)
			restore()
			if !<-looked {
				early++
			}
		}
		if consumers == 1 {
			require.Less(t, early, 8)
		} else {
			require.Positive(t, early)
		}
	}
}

package disruptor

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A park that ends with much to take makes the consumer patient, and one that ends with little does not.
func TestAConsumerLearnsFromHowItsParksEnd(t *testing.T) {
	const much = 2048
	for _, kind := range []Producers{Multi, Single} {
		for _, name := range []string{"consumer", "stage", "lossy", "worker", "worker of a stage"} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRing[int64](t, Config{Capacity: 2 * much, Producers: kind})
					p := newProducer(r)
					before := r.Consumer("before")
					var patience *waiting.Patience
					var next func()
					byReader := func(c *Consumer[int64]) {
						patience = &c.reader.patience
						next = func() {
							b, err := c.Next(t.Context())
							require.NoError(t, err)
							c.Done(b)
						}
					}
					byWorker := func(g *Group[int64]) {
						w := g.Worker()
						patience = &w.taker.patience
						next = func() {
							b, err := w.Next(t.Context())
							require.NoError(t, err)
							for ok := true; ok; b, ok = w.TryNext() {
								w.Done(b)
							}
						}
					}
					switch name {
					case "consumer":
						byReader(r.Consumer(name))
					case "stage":
						byReader(r.Consumer(name, before))
					case "lossy":
						l := r.LossyConsumer(LossyConfig[int64]{Name: name, MaxBatch: much})
						patience = &l.lossyReader.patience
						next = func() {
							_, err := l.Next(t.Context())
							require.NoError(t, err)
						}
					case "worker":
						byWorker(r.Group(GroupConfig[int64]{Name: name}))
					default:
						byWorker(r.Group(GroupConfig[int64]{Name: name, After: []*Consumer[int64]{before}}))
					}
					var impatient waiting.Patience
					for _, n := range []int{1, much, 1} {
						go next()
						synctest.Wait() // it has parked
						publish(t, p, n)
						b, ok := before.TryNext()
						require.True(t, ok)
						before.Done(b)
						synctest.Wait()
						require.Equal(t, n == much, *patience != impatient, "after %d slots", n)
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
	c, w := r.Consumer("c"), r.Group(GroupConfig[int64]{}).Worker()
	c.reader.patience.Parked(1 << 20)
	w.taker.patience.Parked(1 << 20)
	patient := c.reader.patience
	b, err := c.Next(t.Context())
	require.NoError(t, err)
	c.Done(b)
	b, err = w.Next(t.Context())
	require.NoError(t, err)
	w.Done(b)
	b, err = w.Next(t.Context())
	require.NoError(t, err)
	w.Done(b)
	require.Equal(t, patient, c.reader.patience)
	require.Equal(t, patient, w.taker.patience)
}

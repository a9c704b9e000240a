package guides

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/choosing.md.

// symptoms derives from two snapshots of a busy ring what may be wrong with its configuration.
func symptoms(before, after disruptor.Stats) (found []string) {
	events := after.Published - before.Published
	parks := after.Parks - before.Parks
	if before.Free == 0 && after.Free == 0 {
		found = append(found, "full twice: a consumer is slower than the producers, or the capacity is below a burst")
	}
	if parks > events/10 {
		found = append(found, "somebody parked for one event in ten, or more: wake-ups set the pace")
	}
	if after.Wasted-before.Wasted > parks/10 {
		found = append(found, "woken in vain: claims of many slots wait for room that comes in small pieces")
	}
	if lost := after.Dropped + after.TimedOut - before.Dropped - before.TimedOut; lost > 0 {
		found = append(found, fmt.Sprint(lost, " events found no room in time"))
	}
	for _, c := range after.Consumers {
		if after.Free == 0 && c.Available > 0 && c.State == disruptor.Busy {
			found = append(found, c.Name+" is slow itself")
		}
		if c.MaxLag > int64(after.Capacity)*9/10 {
			found = append(found, fmt.Sprint(c.Name, " was ", c.MaxLag, " behind: that needs more capacity, or a faster handler"))
		}
	}
	return found
}

func Example_symptoms() {
	before := disruptor.Stats{Capacity: 1024, Published: 5000, Parks: 10}
	after := disruptor.Stats{Capacity: 1024, Published: 9000, Parks: 12, Dropped: 40, Consumers: []disruptor.ConsumerStats{
		{Name: "store", Lag: 1024, MaxLag: 1024, Available: 1024, State: disruptor.Busy},
		{Name: "notify", Lag: 1024, After: []string{"store"}, State: disruptor.Waiting},
	}}

	for _, s := range symptoms(before, after) {
		fmt.Println(s)
	}
	// Output:
	// full twice: a consumer is slower than the producers, or the capacity is below a burst
	// 40 events found no room in time
	// store is slow itself
	// store was 1024 behind: that needs more capacity, or a faster handler
}

func Example_settings() {
	byDefault := disruptor.Config{Capacity: 1 << 14}
	fastest := disruptor.Config{Capacity: 1 << 14, Producers: disruptor.Single, Wait: disruptor.SpinWait{}, Backoff: -1}
	throughput := disruptor.Config{Capacity: 1 << 14, Producers: disruptor.Single, Wait: disruptor.YieldWait{}, Backoff: 8 * time.Microsecond}

	for _, c := range []disruptor.Config{byDefault, fastest, throughput} {
		if _, err := disruptor.New[int](c); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(disruptor.ThisMachine().Procs > 0)
	// Output: true
}

func Example_thread() {
	var cpus []int // from a flag, say
	ring, _ := disruptor.New[int](disruptor.Config{Capacity: 64, Wait: disruptor.SpinWait{}})
	show := disruptor.Each(func(_ int64, quote *int) error {
		fmt.Println(*quote)
		return nil
	})
	ring.HandleWith(disruptor.ConsumerConfig[int]{
		Name: "quotes", LockOSThread: true, CPUs: cpus, // none: any CPU
	}, show)
	ring.MultiProducer().TrySend(42)
	ring.Close()

	fmt.Println(ring.Run(context.Background())) // fails if it may not run on these CPUs
	// Output:
	// 42
	// <nil>
}

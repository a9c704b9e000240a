//go:build linux && (amd64 || arm64)

package shm_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/be395dad/disruptor/shm"
)

// Create never replaces a file: a second one with the same path fails.
func ExampleCreate() {
	path := fmt.Sprintf("/dev/shm/example-create-%d", os.Getpid())
	ring, err := shm.Create[Tick](path, shm.Config{Capacity: 1 << 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shm.Remove(path)
	defer ring.Detach(context.Background())

	_, err = shm.Create[Tick](path, shm.Config{Capacity: 1 << 10})
	fmt.Println(ring.Cap(), errors.Is(err, shm.ErrExist))
	// Output: 1024 true
}

// A process whose event type differs is refused, with an error that shows the difference.
func ExampleOpen() {
	path := fmt.Sprintf("/dev/shm/example-open-%d", os.Getpid())
	ring, err := shm.Create[Tick](path, shm.Config{Capacity: 1 << 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shm.Remove(path)
	defer ring.Detach(context.Background())

	type OldTick struct {
		Symbol [8]byte
		Price  float32
	}
	_, err = shm.Open[OldTick](path, shm.Options{})
	fmt.Println(err)
	// Output:
	// shm: event layout differs: - size 12, align 4
	// + size 16, align 8
	// - 8 float32 Price
	// + 8 float64 Price
}

// A limit of one producer is a limit for all processes together.
func ExampleConfig() {
	ring, err := shm.CreateAnonymous[int64]("numbers", shm.Config{
		Capacity:     1 << 10,
		MaxProducers: 1,
		Options:      shm.Options{Name: "main"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = ring.Producer("first")
	fmt.Println(err)
	_, err = ring.Producer("second")
	fmt.Println(err)
	// Output:
	// <nil>
	// shm: no entry left for another producer: Config.MaxProducers is 1
}

// A schema says what the layout of the events can't, here the unit of a price.
func ExampleOptions() {
	ring, _ := shm.CreateAnonymous[Tick]("ticks", shm.Config{Capacity: 16, Options: shm.Options{Schema: "cents"}})
	file, _ := ring.File()
	defer file.Close()
	_, err := shm.OpenFile[Tick](file, shm.Options{Schema: "euros"})
	fmt.Println(err)
	// Output: shm: schema differs: the ring has "cents", and Options.Schema is "euros"
}

// A process that goes on without the ring closes its producers and consumers and then detaches.
func ExampleRing_Detach() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	p, _ := ring.Producer("feed")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(ring.Detach(ctx)) // says what is not closed
	p.Close()
	fmt.Println(ring.Detach(context.Background()))
	fmt.Println(errors.Is(ring.Err(), shm.ErrDetached))
	// Output:
	// shm: detach: context canceled: not closed: producer 0 "feed"
	// <nil>
	// true
}

// Err says why a ring has ended. Here it was closed.
func ExampleRing_Err() {
	ring, _ := shm.CreateAnonymous[int64]("numbers", shm.Config{Capacity: 16})
	p, _ := ring.Producer("")
	fmt.Println(p.TrySend(1), ring.Err())
	ring.Close()
	fmt.Println(p.TrySend(2), ring.Err())
	// Output:
	// true <nil>
	// false shm: closed
}

// A ring is removed when no process is attached to it any more.
func ExampleRemove() {
	path := fmt.Sprintf("/dev/shm/example-remove-%d", os.Getpid())
	ring, err := shm.Create[Tick](path, shm.Config{Capacity: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(errors.Is(shm.Remove(path), shm.ErrInUse))
	_ = ring.Detach(context.Background())
	fmt.Println(shm.Remove(path))
	// Output:
	// true
	// <nil>
}

// An operator recovers a ring in which nobody waits. Here all processes are alive, so nothing is
// left to do.
func ExampleRecover() {
	path := fmt.Sprintf("/dev/shm/example-recover-%d", os.Getpid())
	ring, err := shm.Create[Tick](path, shm.Config{Capacity: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shm.Remove(path)
	defer ring.Detach(context.Background())

	did, err := shm.Recover(path)
	fmt.Println(did.Processes, did.Lost, did.Evicted, err)
	// Output: 0 0 0 <nil>
}

// An operator evicts a consumer that holds up the producers, if Evictable allows it.
func ExampleEvictConsumer() {
	path := fmt.Sprintf("/dev/shm/example-evict-%d", os.Getpid())
	ring, err := shm.Create[Tick](path, shm.Config{Capacity: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shm.Remove(path)
	defer ring.Detach(context.Background())
	slow, _ := ring.Consumer(shm.ConsumerConfig{Name: "slow", Evictable: 16})
	defer slow.Close()
	journal, _ := ring.Consumer(shm.ConsumerConfig{Name: "journal"})
	defer journal.Close()

	fmt.Println(shm.EvictConsumer(path, "journal", true))
	fmt.Println(shm.EvictConsumer(path, "slow", true))
	_, err = slow.Next(context.Background())
	fmt.Println(errors.Is(err, shm.ErrEvicted))
	// Output:
	// shm: ring in use: consumer "journal" is alive and not evictable
	// <nil>
	// true
}

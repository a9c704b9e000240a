package before

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

func Example_xsyncMPMC() {
	var sum atomic.Int64
	var closed atomic.Bool
	q := xsync.NewMPMCQueue[int](1024)

	var workers, producers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			for {
				last := closed.Load()
				v, ok := q.TryDequeue()
				switch {
				case ok:
					sum.Add(int64(v))
				case last:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}
	for range 2 {
		producers.Go(func() {
			for i := range 100 {
				for !q.TryEnqueue(i) {
					runtime.Gosched()
				}
			}
		})
	}
	producers.Wait()
	closed.Store(true)
	workers.Wait()

	fmt.Println(sum.Load())
	// Output: 9900
}

func Example_xsyncUMPSC() {
	q := xsync.NewUMPSCQueue[int]()
	var producers sync.WaitGroup
	for range 2 {
		producers.Go(func() {
			for i := range 100 {
				q.Enqueue(i) // allocates what it needs
			}
		})
	}
	sum := 0
	for range 200 { // Dequeue never ends: count, or send a last value
		sum += q.Dequeue()
	}
	producers.Wait()
	fmt.Println(sum)
	// Output: 9900
}

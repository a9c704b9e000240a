package disruptor

import (
	"time"

	"github.com/be395dad/disruptor/internal/waiting"
)

// SpinWait looks again after each of the CPU's spin hints and never gives its processor to
// another thread. It answers fastest, and uses a whole core while it waits. After 1,000 looks,
// some 30 µs, it lets other goroutines run once: more spinners than GOMAXPROCS are slow, but
// they don't stop the program. Any goroutine may share the value.
//
// With 4 spinners for each of 2 cores, a bystander's sleep of 1 ms overran by 23 µs at the
// median, by 60 to 125 µs at p99 and by 5 ms at most, and a garbage collection took 1.8 ms.
// Where nobody waited and the cores had gone to sleep, the sleep overran by 0.1 and 0.2 ms, and
// the collection took 4.7 ms (BenchmarkOversubscribed).
type SpinWait struct{}

// Idle returns what SpinWait does at the n-th empty look.
func (SpinWait) Idle(n int) Action { return Action(waiting.Spinning(n)) }

// YieldWait spins for about a microsecond and yields, in turn. It answers nearly as fast as
// SpinWait while there is a processor for everyone. It uses a whole core, but lets every other
// goroutine have it. Some waits of a consumer yield before they spin: those after a wait that
// ended with a yield, many if the ring has as many consumers as there are processors, and one now
// and then if it has other consumers. Any goroutine may share the value.
type YieldWait struct{}

// Idle returns what YieldWait does at the n-th empty look.
func (YieldWait) Idle(n int) Action { return Action(waiting.Yielding(n)) }

// SleepWait yields for a short while and then sleeps, longer and longer. It yields first as
// YieldWait does. It uses little CPU and answers late, by up to Max and what the operating system adds. It costs the other side
// nothing: nobody has to wake it. Any goroutine may share the value.
type SleepWait struct {
	// Max is the longest sleep; 0 or less means 1 ms.
	Max time.Duration
}

// Idle returns what SleepWait does at the n-th empty look: for 100 looks what YieldWait does,
// and then sleeps of 1 µs, 2 µs and so on up to Max.
func (s SleepWait) Idle(n int) Action { return Action(waiting.Sleeping(n, s.Max)) }

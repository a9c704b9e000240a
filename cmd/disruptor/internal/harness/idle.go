package harness

import "time"

// settle is how long goroutines get to come to rest before their CPU time counts.
const settle = 50 * time.Millisecond

// MeasureIdle returns the CPU time of the process while nothing happens, as a fraction of one processor.
func MeasureIdle(c Case) (Sample, error) {
	time.Sleep(settle)
	begin := time.Now()
	before, err := cpuTime()
	if err != nil {
		return Sample{}, err
	}
	time.Sleep(c.For)
	after, err := cpuTime()
	return Sample{CPU: float64(after-before) / float64(time.Since(begin))}, err
}

package main

import (
	"slices"
	"sync"
	"time"
)

// A run is what one subject did under one load.
type run struct {
	p50, p99, p999 time.Duration // of a call
	perSecond      float64       // calls, until all of them were written
	lost           int64
}

// measure makes calls from goroutines: as many in a second as rate says, or as fast as they return
// if that is 0.
func measure(s subject, kind string, goroutines int, calls int64, rate float64) (run, error) {
	out, err := openSink(kind)
	if err != nil {
		return run{}, err
	}
	l, err := s.open(out)
	if err != nil {
		return run{}, err
	}
	each := calls / int64(goroutines)
	took := make([][]time.Duration, goroutines)
	var all sync.WaitGroup
	begin := time.Now()
	for g := range goroutines {
		took[g] = make([]time.Duration, 0, each)
		all.Go(func() { took[g] = call(l, took[g], int64(g), each, rate/float64(goroutines)) })
	}
	all.Wait()
	if err := l.close(); err != nil {
		return run{}, err
	}
	seconds := time.Since(begin).Seconds()
	lines, err := out.lines()
	if err != nil {
		return run{}, err
	}
	total := slices.Concat(took...)
	slices.Sort(total)
	at := func(p float64) time.Duration { return total[min(int(p*float64(len(total))), len(total)-1)] }
	done := each * int64(goroutines)
	return run{at(.5), at(.99), at(.999), float64(done) / seconds, done - lines}, nil
}

// call makes the calls of one goroutine. At a rate it makes those that are due, and sleeps for a
// millisecond or until the next is: calls come in bursts, as they do in servers.
func call(l logger, took []time.Duration, g, calls int64, rate float64) []time.Duration {
	begin := time.Now()
	for i := range calls {
		if rate > 0 {
			if due := begin.Add(time.Duration(float64(i) / rate * 1e9)); time.Until(due) > 0 {
				time.Sleep(max(time.Millisecond, time.Until(due)))
			}
		}
		before := time.Now()
		l.log(g<<32 + i)
		took = append(took, time.Since(before))
	}
	return took
}

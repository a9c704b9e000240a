package main

import (
	"time"

	"github.com/be395dad/disruptor"
)

// A kind is one way to park. Unless it sets rounds, its senders and readers share one ring to
// the end.
type kind struct {
	name       string
	capacities []int
	spin       time.Duration // of BlockWait
	producers  int           // on a Multi ring
	after      [][]int       // the consumers that each one follows, by number
	send       func(l *load, s *sender)
	read       func(l *load, r *reader)
	rounds     func(l *load) // instead of the above
}

// atOnce is a wait that looks once and parks.
const atOnce = -1

var kinds = []kind{
	{"consumer", []int{1, 2}, atOnce, 1, [][]int{{}}, sendClosely, readAll, nil},
	{"stage", []int{1, 4}, atOnce, 1, [][]int{{}, {0}, {1}}, sendLaps, readClosely, nil},
	{"producer", []int{1, 2, 4}, atOnce, 3, [][]int{{}}, sendMany, readClosely, nil},
	{"crowd", []int{4}, atOnce, 3, [][]int{{}, {}, {0}, {1, 2}}, sendNowAndThen, readAll, nil},
	{"waitfor", []int{16}, atOnce, 2, [][]int{{}, {0}}, sendParts, readRanges, nil},
	{"cancel", []int{1, 2}, atOnce, 2, [][]int{{}, {0}}, sendImpatiently, readImpatiently, nil},
	{"close", []int{1, 2}, atOnce, 2, [][]int{{}, {}, {0, 1}}, sendMany, readAll, endInRounds},
	{"turn", []int{64}, turnSpin, 1, [][]int{{}}, sendInTurns, readAll, nil},
}

// run runs k on each kind of ring for its share of the time, or of the parks if that is not 0.
func (k *kind) run(total time.Duration, parks int64) (sum counts) {
	var variants []disruptor.Config
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, fence := range []bool{true, false} {
			for _, capacity := range k.capacities {
				variants = append(variants, disruptor.Config{
					Capacity: capacity, Producers: producers, Wait: disruptor.BlockWait{Spin: k.spin, Fence: fence},
				})
			}
		}
	}
	n := len(variants)
	for i, config := range variants {
		l := &load{kind: k, config: config, ends: make(chan struct{})}
		if parks > 0 {
			l.parks = parks*int64(i+1)/int64(n) - parks*int64(i)/int64(n)
		} else {
			l.until = time.Now().Add(total / time.Duration(n))
		}
		sum.add(l.run())
	}
	return sum
}

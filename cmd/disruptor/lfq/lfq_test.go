package main

import (
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

func TestEachEventArrives(t *testing.T) {
	if raceDetector {
		t.Skip("lfq publishes its indexes by plain stores on amd64: the race detector reports what it is built on")
	}
	for _, c := range []harness.Case{
		{Producers: 1, After: [][]int{nil}, Batch: 1, Capacity: 64, Words: 1},
		{Producers: 1, After: [][]int{nil, nil, {0, 1}}, Batch: 16, Capacity: 64, Words: 1},
		{Producers: 1, After: [][]int{nil, {0}, {1}}, Batch: 1, Capacity: 64, Words: 8},
		{Producers: 3, After: [][]int{nil}, Batch: 1, Capacity: 64, Words: 1},
		{Producers: 3, After: [][]int{nil}, Batch: 16, Capacity: 64, Words: 1},
	} {
		subjects := harness.Subjects([]harness.Family{SPSC, MPSC}, c)
		if len(subjects) != 1 {
			t.Errorf("%s: %d subjects, not 1", c.Name(), len(subjects))
		}
		for _, s := range subjects {
			sample, err := s.Run(8000)
			if err != nil || sample.Age.P50 <= 0 || sample.Age.P99 < sample.Age.P50 {
				t.Errorf("%s of %s: ages %+v, error %v", s.Name, c.Name(), sample.Age, err)
			}
		}
	}
}

package disruptor_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/behaviour"
	"github.com/be395dad/disruptor/internal/race"
)

// TestMain is for the tests of all files of this folder.
func TestMain(m *testing.M) { os.Exit(behaviour.RunTests(m)) }

// raceCapacities has the number of events for each capacity: small rings take longer for each
// event.
var raceCapacities = []struct{ capacity, events int }{{1, 30}, {2, 50}, {8, 150}, {256, 500}}

// C99.
func TestEveryConsumerSeesEveryEventOnce(t *testing.T) {
	for _, top := range behaviour.Shapes {
		for _, w := range behaviour.RaceWaits {
			for _, size := range raceCapacities {
				t.Run(fmt.Sprintf("%s/%s/%d", top.Name, w.Name, size.capacity), func(t *testing.T) {
					cfg := disruptor.Config{Capacity: size.capacity, Wait: w.Wait}
					behaviour.RunShape(t, top, cfg, size.events*race.Scale)
				})
			}
		}
	}
}

func TestEveryConsumerSeesEveryEventOnceWithSlowStrategies(t *testing.T) {
	runs := []struct {
		top  behaviour.Shape
		wait disruptor.WaitStrategy
	}{
		{behaviour.Shapes[0], disruptor.SpinWait{}}, // two spinners: no more than there are cores
		{behaviour.Shapes[1], disruptor.SleepWait{Max: 50 * time.Microsecond}},
		{behaviour.Shapes[5], disruptor.SleepWait{Max: 50 * time.Microsecond}},
		{behaviour.Shapes[6], behaviour.UserWait{}},
	}
	for _, run := range runs {
		for _, capacity := range []int{2, 256} {
			t.Run(fmt.Sprintf("%s/%T/%d", run.top.Name, run.wait, capacity), func(t *testing.T) {
				behaviour.RunShape(t, run.top, disruptor.Config{Capacity: capacity, Wait: run.wait}, 200*race.Scale)
			})
		}
	}
}

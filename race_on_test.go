//go:build race

package disruptor

// raceScale multiplies the work of the race tests: under the detector each access costs some ten times as much.
const raceScale = 1

//go:build !race

package disruptor

// raceScale multiplies the work of the race tests.
const raceScale = 4

//go:build !race

package subjects

const raceDetector = false

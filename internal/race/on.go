//go:build race

package race

// Scale multiplies the work of the race tests: under the detector each access costs about ten
// times as much.
const Scale = 1

// Enabled reports whether the race detector is on.
const Enabled = true

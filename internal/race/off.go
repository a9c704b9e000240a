//go:build !race

// Package race scales the work of the race tests. It imports nothing, so that both the tests
// inside the root package and the tests that import the root package can use it.
package race

// Scale multiplies the work of the race tests.
const Scale = 4

// Enabled reports whether the race detector is on.
const Enabled = false

//go:build !race

// Package race says how much the race tests do. It imports nothing, so that both the tests inside the root package and
// those that import it can use it.
package race

// Scale multiplies the work of the race tests.
const Scale = 4

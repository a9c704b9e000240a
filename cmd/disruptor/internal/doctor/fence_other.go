//go:build !linux

package doctor

// membarrier is never called: the library has no such fence here.
func membarrier() {}

// Package history says what a ring has lived through before a test begins with it.
package history

// A History is the past of a ring.
type History struct {
	End    int64 // the first sequence that has not been claimed
	Ranges []Range
}

// A Range is the sequences of [From, To), published by one call or, if it is Aborted, given back by one.
type Range struct {
	From, To int64
	Aborted  bool
}

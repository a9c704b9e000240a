// Package history describes the past with which a test starts a ring.
package history

// A History is the past of a ring.
type History struct {
	End    int64 // the first sequence that has not been claimed
	Ranges []Range
}

// A Range is the sequences [From, To), published by one call or, if Aborted is set, aborted by one.
type Range struct {
	From, To int64
	Aborted  bool
}

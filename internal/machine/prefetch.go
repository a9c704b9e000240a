package machine

// LineBytes is how many bytes PrefetchWrite takes a line to have. Where lines are longer, it fetches some twice.
const LineBytes = 64

// MaxPrefetch is how many lines one call of PrefetchWrite fetches at most: a core keeps track of 10 to 24 at a time,
// and the routine can't be preempted.
const MaxPrefetch = 8

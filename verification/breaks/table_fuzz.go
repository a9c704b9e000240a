package main

// The fuzz test, with its seeds and the random lives that follow them.
const lives = `^TestFuzzReachesEveryOperation$`

// mishaps are mistakes about events that can't be handled, or find no room.
var mishaps = []breakage{
	{
		"one attempt too many", "crew.go",
		"tries >= w.attempts", "tries > w.attempts",
		lives, "the limit is exact",
	},
	{
		"an attempt counts for the next event", "taker.go",
		"t.from, t.tries, t.handed = to, 0, max(t.handed, to)", "t.from, t.handed = to, max(t.handed, to)",
		lives, "an event is given up for the attempts at another",
	},
	{
		"an attempt counts for the next event, with keys", "seated.go",
		"t.from, t.handed, st.tries = to, max(t.handed, to), 0", "t.from, t.handed = to, max(t.handed, to)",
		lives, "the same, in a seat",
	},
	{
		"what a worker has taken counts as an attempt", "crew.go",
		"\tif handed {\n\t\tr = w.tried(r)", "\tif handed || r.to > r.from {\n\t\tr = w.tried(r)",
		lives, "an event is given up that nobody has seen, even an aborted one",
	},
	{
		"no dead letter", "failure.go",
		"failed := h.deadLetter(first, last, f); failed != nil", "failed := (*failure)(nil); failed != nil",
		lives, "an event is counted as a dead letter, and lost",
	},
	{
		"Wait of a Sender is no wait", "overflow.go",
		"case o.Wait > 0:", "case o.Wait < 0:",
		lives, "the event finds no room that comes in time",
	},
	{
		"a Sender's second wait ends with its first", "timeout.go",
		"t.Context, t.until = parent, time.Time{}", "t.Context = parent",
		lives, "the event is dropped, or run inline, at once",
	},
}

//go:build disruptor_debug

package disruptor

import (
	"bytes"
	"runtime"
	"strconv"
)

const debugChecks = true

// hook is called at each point. A test sets it before it starts the goroutines that pass there.
var hook func(hookPoint)

func point(p hookPoint) {
	if h := hook; h != nil {
		h(p)
	}
}

// goroutineID returns the number that a stack trace shows for this goroutine.
func goroutineID() int64 {
	var buf [64]byte
	text := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	digits, _, _ := bytes.Cut(text, []byte(" "))
	id, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		panicf("no number in a stack trace that begins %q", buf[:])
	}
	return id
}

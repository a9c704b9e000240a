package behaviour

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// RunTests runs the tests of a package and returns the exit code. It fails the run if a test has
// left a goroutine of this module running.
func RunTests(m *testing.M) int {
	code := m.Run()
	if leak := leaked(); code == 0 && leak != "" {
		fmt.Fprintln(os.Stderr, "goroutines left behind:\n"+leak)
		code = 1
	}
	return code
}

// leaked returns the stacks of all goroutines in this module except this one. It gives
// goroutines that are about to return some time to do so.
func leaked() string {
	var left string
	for range 100 {
		buf := make([]byte, 1<<20)
		stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
		left = ""
		for _, s := range stacks[1:] {
			if strings.Contains(s, "be395dad/disruptor") {
				left += s + "\n\n"
			}
		}
		if left == "" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return left
}

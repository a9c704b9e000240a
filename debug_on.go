//go:build disruptor_debug

package disruptor

const debugChecks = true

// hook is called at each point, if a test has set it before it started the goroutines that pass there.
var hook func(hookPoint)

func point(p hookPoint) {
	if h := hook; h != nil {
		h(p)
	}
}

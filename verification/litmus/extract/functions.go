package main

import "strings"

const module = "github.com/be395dad/disruptor"

// functions are listed in this order. The edges are those of the ordering table in doc.go.
var functions = []string{
	// publish edge, and park edge: the mark, then the look for sleepers
	"(*single).publish",
	"(*core).publish",
	"(*single).handOver",
	"(*core).handOver",
	"(*core).rouse",
	"(*lot).wake",
	// park edge: the position, then the look for sleepers
	"(*reader).done",
	"(*core).moved",
	"(*core).passed",
	"(*core).freed",
	"(*queue).turn",
	// park edge: who sleeps
	"(*alert).enter",
	"(*lot).enter",
	"(*reader).park",
	"(*queue).enter",
	"(*queue).first",
	"(*core).claimQueued",
	"(*alert).relax",
	// close edge: the claim, then the look at closed; and the other side
	"(*single).try",
	"(*core).finish",
	// the process fence of both
	"processFence",
	"expeditedFence",
	// publish, stage, reuse and join edges: who looks
	"(*reader).look",
	"(*reader).extendStage",
	"(*core).gate",
	"(*gates).join",
	"(*core).join",
	"(*core).publishedEnd",
	// what a compare-and-swap of a pointer ends in
	"sync/atomic.CompareAndSwapUintptr",
}

// primitive reports whether a function is a step of the protocol by itself: the expression that calls it names the
// access, and what is inlined into it is not looked at further.
func primitive(function string) bool {
	for _, p := range []string{"sync.", "sync/atomic.", "internal/sync."} {
		if strings.HasPrefix(function, p) {
			return true
		}
	}
	name, ours := strings.CutPrefix(function, module+".")
	if !ours {
		return false
	}
	for _, p := range []string{"(*word).", "(*cell[", "storeRelease", "fence", "(*memberWords).storeRelease"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// counts reports whether a call is part of a sequence: all but those of the runtime, and those that end in a panic.
func counts(callee string) bool {
	return !strings.HasPrefix(callee, "runtime.") && !strings.HasPrefix(callee, module+".panic")
}

// short is the name of a function without the package, and (*core).publish as core.publish, because "(*" begins a
// comment in a litmus test.
func short(function string) string {
	if strings.Contains(function, "[") { // of a type with arguments
		return method(function)
	}
	return strings.NewReplacer("(*", "", ")", "").Replace(strings.TrimPrefix(function, module+"."))
}

// method returns the last part of a function's name, without the type's arguments.
func method(function string) string {
	if i, j := strings.IndexByte(function, '['), strings.LastIndexByte(function, ']'); 0 <= i && i < j {
		function = function[:i] + function[j+1:]
	}
	return function[strings.LastIndexByte(function, '.')+1:]
}

package main

import "strings"

const module = "github.com/be395dad/disruptor"

// packages are the folders of the packages whose code the functions contain. Besides the root,
// host has the fence of the whole process, machine the releases and the fence of one goroutine,
// and waiting the step of a wait.
var packages = []string{".", "internal/host", "internal/machine", "internal/waiting"}

// machine begins the names of what the package of that name declares.
const machine = module + "/internal/machine."

// functions are listed in this order. The edges are those of the ordering table in doc.go.
var functions = []string{
	// publish edge, and park edge: the mark or cursor, then the look for sleepers
	"(*single).publish",
	"(*multi).publish",
	"(*single).handOver",
	"(*multi).handOver",
	"(*core).rouse",
	"(*lot).wake",
	// park edge: the position, then the look for sleepers
	"(*reader).done",
	"(*core).moved",
	"(*core).passed",
	"(*core).freed",
	"(*queue).turn",
	// group edge: the mark of a run or the tail, then the look at the other
	"(*crew).finish",

	// seat edge: the own seat, then the looks at the others
	"(*taker).walkAround", "(*seats).settle",
	// park edge: the sleepers
	"(*alert).enter",
	"(*lot).enter",
	"(*finder).park",
	"(*queue).enter",
	"(*queue).isFirst",
	"(*core).claimSlow",
	"(*await).until",
	"(*await).claim",
	"(*await).park",
	"(*taker).watch",
	"(*alert).relax",
	// close edge: the claim, then the look at closed; and the other side
	"(*single).try",
	"(*core).finish",
	// the process fence of both
	"internal/host.Fence",
	"internal/host.expeditedFence",
	// publish, stage, reuse, join and boundary edges: the looks
	"(*reader).look",
	"(*finder).extendStage",
	"(*core).slowest",
	"(*members).join",
	"(*core).join",
	"(*core).enter",
	"(*core).publishedEnd",
	// boundary and leave edges: a leaver's boundary, then the list without it; and the readers
	// of the list
	"(*reader).leave",
	"(*finder).quit",
	"(*members).leave",
	"(*finder).refollow",
	// the last step of a compare-and-swap of a pointer
	"sync/atomic.CompareAndSwapUintptr",
}

// absent are the functions of which a CPU has no code: on arm64, whose stores are not buffered, nothing fences the
// process, and what is left of alert.enter is inlined.
var absent = map[string][]string{"arm64": {"(*alert).enter", "internal/host.Fence", "internal/host.expeditedFence"}}

// primitive reports whether a function is one step of the protocol: the expression that calls it
// names the access, and the code inlined into it is not looked at further.
func primitive(function string) bool {
	for _, p := range []string{
		"sync.", "sync/atomic.", "internal/sync.",
		module + ".(*word).", module + ".(*cell[", machine + "StoreRelease", machine + "Fence",
	} {
		if strings.HasPrefix(function, p) {
			return true
		}
	}
	return false
}

// counts reports whether a call is part of a sequence: all calls are, except calls of the
// runtime and calls that end in a panic.
func counts(callee string) bool {
	return !strings.HasPrefix(callee, "runtime.") && !strings.HasPrefix(callee, module+".panic")
}

// folderOf returns the folder of the package that has the function of a local name.
func folderOf(name string) string {
	for _, folder := range packages {
		if strings.HasPrefix(name, folder+".") {
			return folder
		}
	}
	return "."
}

// local is the name of a function without what is before the package's folder.
func local(function string) string {
	if in, ok := strings.CutPrefix(function, module+"."); ok {
		return in
	}
	return strings.TrimPrefix(function, module+"/")
}

// short is the name of a function without the package, and (*multi).publish as multi.publish, because "(*" begins a
// comment in a litmus test.
func short(function string) string {
	if strings.Contains(function, "[") { // of a type with arguments
		return method(function)
	}
	return strings.NewReplacer("(*", "", ")", "", "internal/host.", "host.", "internal/waiting.", "waiting.").Replace(local(function))
}

// method returns the last part of a function's name, without the type's arguments.
func method(function string) string {
	if i, j := strings.IndexByte(function, '['), strings.LastIndexByte(function, ']'); 0 <= i && i < j {
		function = function[:i] + function[j+1:]
	}
	return function[strings.LastIndexByte(function, '.')+1:]
}

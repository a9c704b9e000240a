package main

import (
	"fmt"
	"sort"
	"strings"
)

// A node is an event, or the start of a function (nil) in its graph: which events may come next, without another one in
// between.
type node struct {
	event *event
	next  []*node
	ends  bool // the function may return next
	rank  int
}

// order returns a line for each event, numbered so that what comes first has the smaller number, as far as there is such
// an order; of two ways, that comes first which does in the source.
func order(body []instruction, events map[int]*event) string {
	nodes := map[string]*node{}
	for _, e := range events {
		nodes[e.key()] = &node{event: e}
	}
	start := &node{}
	follow(start, 0, body, events, nodes)
	for i, e := range events {
		for _, n := range body[i].next {
			follow(nodes[e.key()], n, body, events, nodes)
		}
		if len(body[i].next) == 0 {
			nodes[e.key()].ends = true
		}
	}
	for _, n := range nodes {
		tidy(n)
	}
	tidy(start)

	var ranked []*node
	seen := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		seen[n] = true
		for i := len(n.next) - 1; i >= 0; i-- {
			if !seen[n.next[i]] {
				visit(n.next[i])
			}
		}
		ranked = append(ranked, n)
	}
	visit(start)
	for i, n := range ranked {
		n.rank = len(ranked) - 1 - i
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\tstart -> %s\n", start.successors())
	for i := len(ranked) - 2; i >= 0; i-- {
		n := ranked[i]
		fmt.Fprintf(&out, "\t%d: %s  # %s -> %s\n", n.rank, n.event.text, n.event.from, n.successors())
	}
	return out.String()
}

// follow adds to n the events that come next when control is at instruction i.
func follow(n *node, i int, body []instruction, events map[int]*event, nodes map[string]*node) {
	seen := map[int]bool{}
	var walk func(i int)
	walk = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		if e := events[i]; e != nil {
			n.next = append(n.next, nodes[e.key()])
			return
		}
		if strings.HasPrefix(body[i].text, "RET") {
			n.ends = true
		}
		for _, j := range body[i].next {
			walk(j)
		}
	}
	walk(i)
}

// tidy sorts the successors by their place in the source, and leaves each once.
func tidy(n *node) {
	sort.Slice(n.next, func(i, j int) bool { return n.next[i].event.less(n.next[j].event) })
	var once []*node
	for i, m := range n.next {
		if i == 0 || m != n.next[i-1] {
			once = append(once, m)
		}
	}
	n.next = once
}

func (n *node) successors() string {
	var next []string
	for _, m := range n.next {
		next = append(next, fmt.Sprint(m.rank))
	}
	if n.ends {
		next = append(next, "return")
	}
	return strings.Join(next, ", ")
}

func (e *event) less(o *event) bool {
	for i := range min(len(e.lines), len(o.lines)) {
		if a, b := e.lines[i], o.lines[i]; a != b {
			return a.file < b.file || a.file == b.file && a.line < b.line
		}
	}
	if len(e.lines) != len(o.lines) {
		return len(e.lines) < len(o.lines)
	}
	return e.text < o.text
}

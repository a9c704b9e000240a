package objectcode

// Walk follows each way through the code, from the entry and with the state start. For each
// instruction that it reaches it calls next, which returns the states behind the instruction: at
// the next one or, if jumps is true, at the target of the jump. If there are none the way ends.
// A way goes on after a call.
func Walk[S comparable](c Code, start S, next func(at int, jumps bool, s S) []S) {
	type place struct {
		at int
		s  S
	}
	seen := map[place]bool{}
	open := []place{{0, start}}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if p.at >= len(c) || seen[p] {
			continue
		}
		seen[p] = true
		in := c[p.at]
		if in.Jump >= 0 {
			for _, s := range next(p.at, true, p.s) {
				open = append(open, place{in.Jump, s})
			}
		}
		if in.Jump < 0 || !in.Last {
			after := next(p.at, false, p.s)
			if in.Last {
				continue
			}
			for _, s := range after {
				open = append(open, place{p.at + 1, s})
			}
		}
	}
}

// FastPath returns the locked instructions on a way through the code that calls nothing. It
// reports false if there is no such way.
func (c Code) FastPath() (locked []string, ok bool) {
	seen := map[int]bool{}
	var walk func(at int, locked []string) ([]string, bool)
	walk = func(at int, locked []string) ([]string, bool) {
		if at >= len(c) || seen[at] {
			return nil, false
		}
		seen[at] = true
		in := c[at]
		if in.Call != "" {
			return nil, false
		}
		if in.Locked() {
			locked = append(append([]string{}, locked...), in.Text)
		}
		if in.Returns() {
			return locked, true
		}
		if !in.Last {
			if l, ok := walk(at+1, locked); ok {
				return l, true
			}
		}
		if in.Jump >= 0 {
			return walk(in.Jump, locked)
		}
		return nil, false
	}
	return walk(0, nil)
}

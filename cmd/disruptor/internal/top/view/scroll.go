package view

// Placed returns the state with an offset at which the screen is full, as far as there are lines,
// and shows something of the selected ring.
func (s State) Placed(width, height int) State {
	b := s.body(width)
	s.Offset = s.placed(&b, room(height))
	return s
}

// placed returns that offset, for a screen that shows so many rows of the body.
func (s *State) placed(b *body, rows int) int {
	offset := b.clamp(s.Offset, rows)
	if len(b.starts) > 0 {
		if from, to := b.span(s.selected(b.items)); to <= offset || offset+rows <= from {
			return s.revealed(b, rows)
		}
	}
	return offset
}

// Revealed returns the state with an offset at which the screen shows all of the selected ring, or
// its first lines if not all fit.
func (s State) Revealed(width, height int) State {
	b := s.body(width)
	s.Offset = s.revealed(&b, room(height))
	return s
}

func (s *State) revealed(b *body, rows int) int {
	offset := s.Offset
	if len(b.starts) > 0 {
		at := s.selected(b.items)
		from, to := b.span(at)
		if at == 0 {
			from = 0 // with the notices
		}
		offset = min(max(offset, to-1-rows), from) // without the empty line behind it
	}
	return b.clamp(offset, rows)
}

// clamp returns the offset next to that one at which no row is empty that needs not be.
func (b *body) clamp(offset, rows int) int { return max(0, min(offset, len(b.lines)-rows)) }

// Only returns the state that shows the selected ring alone, if there is one.
func (s State) Only() State {
	if all := s.items(); len(all) > 0 {
		s.Selected, s.Alone, s.Offset = all[s.selected(all)].key, true, 0
	}
	return s
}

// span returns the lines [from, to) of the block of an item, with the empty line behind it.
func (b *body) span(at int) (from, to int) {
	if at+1 < len(b.starts) {
		return b.starts[at], b.starts[at+1]
	}
	return b.starts[at], len(b.lines)
}

// Step returns the state after the key for the next ring, or for -1 the one before. Where there is
// nothing to select, it scrolls by a line.
func (s State) Step(by, width, height int) State {
	b := s.body(width)
	if len(b.starts) == 0 {
		s.Offset += by
		return s.Placed(width, height)
	}
	at := min(max(s.selected(b.items)+by, 0), len(b.items)-1)
	s.Selected = b.items[at].key
	return s.Revealed(width, height)
}

// Page returns the state scrolled by a screen, down or for -1 up. It selects the first ring that
// begins on that screen, or else the one that fills it.
func (s State) Page(by, width, height int) State {
	b, rows := s.body(width), room(height)
	s.Offset = b.clamp(s.Offset+by*max(rows, 1), rows)
	for at := range b.starts {
		from, to := b.span(at)
		if to > s.Offset && from < s.Offset+rows {
			s.Selected = b.items[at].key
			if from >= s.Offset {
				break
			}
		}
	}
	return s
}

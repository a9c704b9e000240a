package harness

import "testing"

// share gives the words of two producers to two piles in turn, after spoil has changed them.
func share(spoil func(cells [][1]int64) [][1]int64) error {
	const each = 10
	var cells [][1]int64
	for p := range 2 {
		for i := range int64(each) {
			cells = append(cells, [1]int64{First(p) + i})
		}
	}
	piles := []*Pile{new(Pile), new(Pile)}
	for i, cell := range spoil(cells) {
		Put(piles[i%2], &cell)
	}
	return CheckPiles(piles, 2, each)
}

func TestPilesSeeWhatIsLostDoubledOrDamaged(t *testing.T) {
	if err := share(func(cells [][1]int64) [][1]int64 { return cells }); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(cells [][1]int64) [][1]int64{
		"lost":    func(cells [][1]int64) [][1]int64 { return cells[1:] },
		"doubled": func(cells [][1]int64) [][1]int64 { return append(cells, cells[3]) },
		"one for another": func(cells [][1]int64) [][1]int64 {
			cells[3] = cells[4]
			return cells
		},
		"two that add up to the same": func(cells [][1]int64) [][1]int64 {
			cells[3][0]++
			cells[4][0]--
			cells[4][0]--
			cells[5][0]++
			return cells
		},
	} {
		if share(spoil) == nil {
			t.Errorf("%s is not seen", name)
		}
	}
}

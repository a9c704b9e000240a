package harness

import "testing"

func TestDiffersSeesEachWord(t *testing.T) {
	var cell [8]int64
	Stamp(&cell, 40)
	if bad := Differs(&cell, 40); bad != 0 {
		t.Errorf("a good cell differs by %#x", bad)
	}
	for i := range cell {
		damaged := cell
		damaged[i]++
		if Differs(&damaged, 40) == 0 {
			t.Errorf("damage to word %d is not seen", i)
		}
	}
	if Differs(&cell, 48) == 0 {
		t.Error("the next cell's number is taken for this one's")
	}
}

func TestStampRunIsStampOfEach(t *testing.T) {
	run := make([][4]int64, 3)
	StampRun(run, 8)
	if run[2] != [4]int64{16, 17, 18, 19} {
		t.Errorf("%v", run)
	}
	if bad := DiffersRun(run, 8); bad != 0 {
		t.Errorf("a good run differs by %#x", bad)
	}
	run[0], run[1] = run[1], run[0]
	if DiffersRun(run, 8) == 0 {
		t.Error("an exchange is not seen")
	}
}

// deliver hands the cells of two producers to a Tally, in turns, after spoil has changed them.
func deliver(spoil func(cells [][1]int64) [][1]int64) error {
	const each = 10
	var cells [][1]int64
	for i := range int64(each) {
		for p := range 2 {
			cells = append(cells, [1]int64{First(p) + i})
		}
	}
	tally := NewTally()
	for _, cell := range spoil(cells) {
		See(tally, &cell)
	}
	return tally.Check(2, each)
}

func TestTally(t *testing.T) {
	if err := deliver(func(c [][1]int64) [][1]int64 { return c }); err != nil {
		t.Errorf("a good delivery: %v", err)
	}
	for name, spoil := range map[string]func([][1]int64) [][1]int64{
		"drop the first":  func(c [][1]int64) [][1]int64 { return c[1:] },
		"drop the last":   func(c [][1]int64) [][1]int64 { return c[:len(c)-1] },
		"double one":      func(c [][1]int64) [][1]int64 { return append(c, c[len(c)-1]) },
		"exchange two":    func(c [][1]int64) [][1]int64 { c[4], c[6] = c[6], c[4]; return c },
		"damage one":      func(c [][1]int64) [][1]int64 { c[5][0] += 3; return c },
		"drop and double": func(c [][1]int64) [][1]int64 { c[4] = c[6]; return c },
	} {
		if err := deliver(spoil); err == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}

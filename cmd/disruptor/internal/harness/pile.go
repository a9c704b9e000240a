package harness

import "fmt"

// A Pile is what one of several consumers that share events has taken of them. It has no order, so it is sums.
type Pile struct{ words, sum, squares uint64 }

// Put adds a cell to a pile.
func Put[T Cell](p *Pile, cell *T) {
	for i := range len(*cell) {
		v := uint64((*cell)[i])
		p.words++
		p.sum += v
		p.squares += v * v
	}
}

// PutRun adds cells that lie side by side.
func PutRun[T Cell](p *Pile, cells []T) {
	for i := range cells {
		Put(p, &cells[i])
	}
}

// CheckPiles says what is wrong if piles don't have each of so many words of each producer once.
func CheckPiles(piles []*Pile, producers int, words int64) error {
	var got, want Pile
	for _, p := range piles {
		got.words += p.words
		got.sum += p.sum
		got.squares += p.squares
	}
	for p := range producers {
		for i := range words {
			v := [1]int64{First(p) + i}
			Put(&want, &v)
		}
	}
	switch {
	case got.words != want.words:
		return fmt.Errorf("%d of %d words arrived", got.words, want.words)
	case got != want:
		return fmt.Errorf("all %d words arrived, but not each of them once", want.words)
	}
	return nil
}

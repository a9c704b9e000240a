package harness

import "fmt"

// KeyOf returns the key of an event by its number: one of c.Keys or, if they are skewed, the first for half of the
// events.
func (c Case) KeyOf(v int64) uint64 {
	if c.Skewed && v%2 == 0 {
		return 0
	}
	return uint64(v*0x9e3779b1>>12) % uint64(c.Keys)
}

// Labour is what an event is worth: so many steps of arithmetic, of about a nanosecond for three.
func Labour(v int64, steps int) int64 {
	x := uint64(v)
	for range steps {
		x ^= x << 13
		x ^= x >> 7
	}
	return int64(x)
}

// An Order checks that a consumer is handed the events of each key in order.
type Order struct {
	Pile
	last   []int64 // by key: the number of its last event, and 1
	bad    bool
	result int64 // of the labour, so that it is done
}

// NewOrder returns an Order for the keys of a case.
func NewOrder(c Case) *Order { return &Order{last: make([]int64, c.Keys)} }

// Handle handles the next event: it checks and counts it, and does the work.
func (o *Order) Handle(c *Case, v int64) {
	key := c.KeyOf(v)
	o.bad = o.bad || v < o.last[key]
	o.last[key] = v + 1
	cell := [1]int64{v}
	Put(&o.Pile, &cell)
	o.result += Labour(v, c.Work)
}

// CheckOrders says what is wrong if consumers together have not had each of so many events once, and each key in order.
func CheckOrders(orders []*Order, events int64) error {
	piles := make([]*Pile, len(orders))
	for i, o := range orders {
		if o.bad {
			return fmt.Errorf("consumer %d: the events of a key out of order", i)
		}
		piles[i] = &o.Pile
	}
	return CheckPiles(piles, 1, events)
}

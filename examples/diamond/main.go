// Diamond plays FizzBuzz on a ring. Two stages look at each number at the same time, one for each
// divisor. A third stage joins what they found. The result is checked against a plain loop.
//
//	         ┌─ fizz ─┐
//	numbers ─┤        ├─ join
//	         └─ buzz ─┘
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/be395dad/disruptor"
)

// A number is one slot. Its stages need no lock: fizz and buzz write different fields, and join
// follows both.
type number struct {
	value      int
	fizz, buzz bool
}

func diamond(n int) (text []byte, err error) {
	ring, err := disruptor.New[number](disruptor.Config{Capacity: 1 << 10, Producers: disruptor.Single})
	if err != nil {
		return nil, err
	}
	fizz := ring.Handle("fizz", disruptor.Each(func(_ int64, s *number) error {
		s.fizz = s.value%3 == 0
		return nil
	}))
	buzz := ring.Handle("buzz", disruptor.Each(func(_ int64, s *number) error {
		s.buzz = s.value%5 == 0
		return nil
	}))
	ring.Handle("join", disruptor.Each(func(_ int64, s *number) error {
		text = appendLine(text, s)
		return nil
	}), fizz, buzz)

	ctx := context.Background()
	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		for i := range n {
			_ = p.Send(ctx, number{value: i}) // it fails only if a stage has failed, and Run says which
		}
	}()
	err = ring.Run(ctx)
	return text, err
}

func appendLine(text []byte, s *number) []byte {
	switch {
	case s.fizz && s.buzz:
		return append(text, "FizzBuzz\n"...)
	case s.fizz:
		return append(text, "Fizz\n"...)
	case s.buzz:
		return append(text, "Buzz\n"...)
	}
	return fmt.Appendln(text, s.value)
}

func main() {
	const n = 100_000
	got, err := diamond(n)
	var want []byte
	for i := range n {
		want = appendLine(want, &number{i, i%3 == 0, i%5 == 0})
	}
	if err != nil || !bytes.Equal(got, want) {
		fmt.Fprintln(os.Stderr, "diamond: the ring and the plain loop differ; error:", err)
		os.Exit(1)
	}
	fmt.Printf("diamond: %d numbers, %d bytes of FizzBuzz, the same as a plain loop's\n", n, len(got))
}

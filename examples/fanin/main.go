// Fanin is a logger: many goroutines put lines into one ring, and one writer takes them out, with
// one Write for each batch. The log is then checked: no line is lost or doubled, and the lines of
// each goroutine are in order.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/be395dad/disruptor"
)

type entry struct{ goroutine, line int }

// fanin has all goroutines log their lines to w at the same time.
func fanin(w io.Writer, goroutines, lines int) error {
	ring, err := disruptor.New[entry](disruptor.Config{Capacity: 1 << 10, Producers: disruptor.Multi})
	if err != nil {
		return err
	}
	var buf []byte
	ring.Handle("writer", func(b disruptor.Batch[entry]) error {
		buf = buf[:0]
		for _, e := range b.All() {
			buf = fmt.Appendln(buf, e.goroutine, e.line)
		}
		_, err := w.Write(buf)
		return err
	})

	var loggers sync.WaitGroup
	for g := range goroutines {
		loggers.Go(func() {
			p := ring.MultiProducer() // they could share one, but one each is faster
			for n := range lines {
				_ = p.Send(context.Background(), entry{g, n}) // it fails only if the writer has failed, and Run says why
			}
		})
	}
	go func() {
		loggers.Wait()
		ring.Close()
	}()
	return ring.Run(context.Background())
}

// check follows each goroutine through the log, from line 0 to its last.
func check(log []byte, goroutines, lines int) error {
	next := make([]int, goroutines)
	for text := range bytes.Lines(log) {
		var g, n int
		if _, err := fmt.Sscanln(string(text), &g, &n); err != nil || g >= goroutines || n != next[g] {
			return fmt.Errorf("%q is not the next line of a goroutine", text)
		}
		next[g]++
	}
	if !slices.Equal(next, slices.Repeat([]int{lines}, goroutines)) {
		return fmt.Errorf("each goroutine logged %d lines; the log has %v", lines, next)
	}
	return nil
}

func main() {
	const goroutines, lines = 16, 5_000
	var log bytes.Buffer
	err := fanin(&log, goroutines, lines)
	if err == nil {
		err = check(log.Bytes(), goroutines, lines)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fanin:", err)
		os.Exit(1)
	}
	fmt.Printf("fanin: %d goroutines, %d lines each, all written once and in order\n", goroutines, lines)
}

// Example is the program around the first example of README.md.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/be395dad/disruptor"
)

const orders = 100_000

type Order struct{ ID int64 }

func parse(line []byte, o *Order) { o.ID, _ = strconv.ParseInt(string(line), 10, 64) }

var journaled, replicated, applied int // each for one handler

func writeJournal(b disruptor.Batch[Order]) error {
	journaled += b.Len()
	return nil
}

func sendReplica(b disruptor.Batch[Order]) error {
	replicated += b.Len()
	return nil
}

func applyOrder(seq int64, o *Order) error {
	if o.ID != seq {
		return fmt.Errorf("order %d at %d", o.ID, seq)
	}
	applied++
	return nil
}

func process(ctx context.Context, in *bufio.Scanner) error {
	// README.md
}

func main() {
	var lines strings.Builder
	for i := range orders {
		fmt.Fprintln(&lines, i)
	}
	err := process(context.Background(), bufio.NewScanner(strings.NewReader(lines.String())))
	if err != nil || journaled != orders || replicated != orders || applied != orders {
		fmt.Println(journaled, replicated, applied, err)
		os.Exit(1)
	}
	fmt.Println(applied, "orders")
}

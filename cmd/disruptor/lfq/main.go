// Command lfq is the command disruptor with one family more: the queues of hayabusa-cloud's lfq.
// They are in a separate module because they need a replace directive, which go install does not
// allow.
//
//	go run ./cmd/disruptor/lfq bench -workload W1,W6
package main

import (
	"os"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/command"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/subjects"
)

func main() { os.Exit(command.Main(append(subjects.All(), SPSC, MPSC))) }

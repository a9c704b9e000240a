// Command disruptor benchmarks this library against other ways to pass events between
// goroutines, and verifies each event. It also examines the machine that it runs on, and shows the
// rings of running programs and those between processes.
//
//	go install github.com/be395dad/disruptor/cmd/disruptor@latest
//	disruptor bench -quick
package main

import (
	"os"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/command"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/subjects"
)

func main() { os.Exit(command.Main(subjects.All())) }

// Command disruptor measures this library against what else there is to pass events between goroutines, each event
// verified, looks at the machine that it runs on, and at rings between processes.
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

package guides

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// times matches the parts of the text of Explain that differ from run to run.
var times = regexp.MustCompile(` for (at least )?\d[\w.µ]*( [mµn]?s)?`)

// explain returns the text of Explain, without the times, in lines of at most 90 columns.
func explain(ring *disruptor.Ring[int]) string {
	var text strings.Builder
	width := 0
	for i, word := range strings.Fields(times.ReplaceAllString(ring.Explain(), "")) {
		switch {
		case i == 0:
		case width+1+len(word) > 90:
			text.WriteByte('\n')
			width = 0
		default:
			text.WriteByte(' ')
			width++
		}
		text.WriteString(word)
		width += len(word)
	}
	return text.String()
}

// explainBlocked does so while a producer waits for room in a full ring.
func explainBlocked(ring *disruptor.Ring[int]) string {
	ctx, cancel := context.WithCancel(context.Background())
	sent := make(chan error)
	go func() { sent <- ring.MultiProducer().Send(ctx, 0) }()
	for ring.Stats().Blocked == 0 {
		time.Sleep(time.Millisecond)
	}
	text := explain(ring)
	cancel()
	<-sent
	return text
}

// Command program uses rings so that each function of the protocol is linked into it, including
// those that park and close. verification/litmus/extract reads its machine code. It is compiled,
// and seldom run.
package main

import (
	"context"

	"github.com/be395dad/disruptor"
)

func main() {
	ctx := context.Background()
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, err := disruptor.New[int](disruptor.Config{Capacity: 2, Producers: producers, Wait: disruptor.BlockWait{}})
		if err != nil {
			panic(err)
		}
		c := r.Consumer("c")
		d := r.Consumer("d", c)
		var p disruptor.Producer[int]
		if producers == disruptor.Single {
			p = r.SingleProducer()
		} else {
			p = r.MultiProducer()
		}
		check(p.Send(ctx, 1))
		if b, ok := p.TryClaim(1); ok { // one of two slots: there is room for another
			p.Publish(b)
		}
		if b, ok := p.TryClaim(1); ok {
			p.Abort(b)
		}
		for _, c := range []*disruptor.Consumer[int]{c, d} {
			b, err := c.Next(ctx)
			check(err)
			c.Done(b)
			c.Close()
		}
		r.Close()
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

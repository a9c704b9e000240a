// Copied copies a Consumer, which go vet must find.
package main

import (
	"fmt"

	"github.com/be395dad/disruptor"
)

func main() {
	ring, err := disruptor.New[int](disruptor.Config{Capacity: 8})
	if err != nil {
		panic(err)
	}
	c := ring.Consumer("c")
	copied := *c
	fmt.Println(copied.Name())
}

package main

import (
	"context"
	"fmt"
	"log"

	"github.com/be395dad/disruptor"
)

// README.md

package shm

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// ConsumerConfig describes a consumer. All of it may be zero.
type ConsumerConfig struct {
	// Name is at most 40 bytes, and no two consumers may have the same at a time, but the empty one.
	Name string
	// After are the names of the consumers, of any process, that must be done with a slot before this
	// one receives it; at most 16. When one of them leaves, those that it followed take its place;
	// when one is evicted, this consumer ends with ErrUpstreamDead. One that has come to follow more than
	// 16 so can't be named.
	After []string
	// MaxBatch is how many slots the consumer is handed at most at once; 0 means Cap.
	MaxBatch int
	// OnDeath says what becomes of the consumer if its process dies.
	OnDeath OnDeath
	// Grace is how long Hold waits for who comes back.
	Grace time.Duration
	// Evictable has the consumer evicted though it lives, if it has that many sequences left or more and
	// a producer finds no room for its sake; 0 means never, otherwise it is at most Cap. Its batches
	// are private copies, checked after they were made: it is not handed what is overwritten.
	Evictable int64
}

// OnDeath says what becomes of a consumer whose process dies.
type OnDeath uint8

const (
	// Evict lets the ring go on without it.
	Evict OnDeath = iota
	// Hold keeps its place for Grace: producers wait for it, and the next consumer that joins with its
	// name, by any process, goes on where it was. What was in hand is handed out again. It needs a Name.
	Hold
	// Fail ends the ring: nobody may go on without the consumer.
	Fail
)

// String returns "evict", "hold" or "fail".
func (d OnDeath) String() string {
	if d <= Fail {
		return [...]string{"evict", "hold", "fail"}[d]
	}
	return fmt.Sprintf("OnDeath(%d)", uint8(d))
}

func (cfg ConsumerConfig) check(capacity int64) error {
	switch {
	case len(cfg.Name) > maxName:
		return fmt.Errorf("shm: consumer name of %d bytes: at most %d", len(cfg.Name), maxName)
	case strings.IndexByte(cfg.Name, 0) >= 0:
		return fmt.Errorf("shm: consumer name %q has a zero byte, where the file has it end", cfg.Name)
	case len(cfg.After) > ringfile.MaxAfter:
		return fmt.Errorf("shm: ConsumerConfig.After has %d names: at most %d", len(cfg.After), ringfile.MaxAfter)
	case cfg.MaxBatch < 0:
		return fmt.Errorf("shm: ConsumerConfig.MaxBatch of %d", cfg.MaxBatch)
	case cfg.OnDeath > Fail:
		return fmt.Errorf("shm: unknown ConsumerConfig.OnDeath %d", cfg.OnDeath)
	case cfg.OnDeath == Hold && cfg.Name == "":
		return errors.New("shm: a consumer that is held needs a name")
	case cfg.Grace < 0 || cfg.Grace > 0 && cfg.OnDeath != Hold:
		return fmt.Errorf("shm: ConsumerConfig.Grace of %v with OnDeath %v", cfg.Grace, cfg.OnDeath)
	case cfg.Evictable < 0 || cfg.Evictable > capacity:
		return fmt.Errorf("shm: ConsumerConfig.Evictable of %d: not in 0 to %d", cfg.Evictable, capacity)
	}
	return nil
}

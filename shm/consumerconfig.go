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
	// Name has at most 40 bytes. Names that are not empty are unique in the ring at any time.
	Name string
	// After holds the names of the consumers, in any process, that must be done with a slot
	// before this one receives it; at most 16. When one of them leaves, the consumers it followed
	// take its place. When one is evicted, this consumer ends with [ErrUpstreamDead]. A consumer
	// that follows more than 16 as others leave can't itself be named in After.
	After []string
	// MaxBatch is how many slots the consumer is handed at most at once; 0 means Cap.
	MaxBatch int
	// OnDeath says what becomes of the consumer if its process dies.
	OnDeath OnDeath
	// Grace is how long a consumer with the policy [Hold] is held. It must be 0 with other
	// policies.
	Grace time.Duration
	// Evictable allows the ring to evict this consumer while its process is alive: when a
	// producer finds no room because of it, and at least this many claimed sequences are not
	// handed back. 0 means never; the maximum is Cap. The consumer is then handed private copies,
	// checked after they are made, so it never receives an overwritten event.
	Evictable int64
}

// OnDeath says what becomes of a consumer whose process dies.
type OnDeath uint8

const (
	// Evict removes the consumer; the ring goes on without it.
	Evict OnDeath = iota
	// Hold keeps its place for Grace, and producers wait for it. The next consumer that joins
	// with its name, in any process, goes on from its position and is handed again what was in
	// hand. Hold needs a Name.
	Hold
	// Fail ends the ring for all processes.
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
		return fmt.Errorf("shm: consumer name %q contains a zero byte, which ends a name in the file", cfg.Name)
	case len(cfg.After) > ringfile.MaxAfter:
		return fmt.Errorf("shm: ConsumerConfig.After has %d names: at most %d", len(cfg.After), ringfile.MaxAfter)
	case cfg.MaxBatch < 0:
		return fmt.Errorf("shm: ConsumerConfig.MaxBatch of %d: negative", cfg.MaxBatch)
	case cfg.OnDeath > Fail:
		return fmt.Errorf("shm: unknown ConsumerConfig.OnDeath %d", cfg.OnDeath)
	case cfg.OnDeath == Hold && cfg.Name == "":
		return errors.New("shm: ConsumerConfig.OnDeath Hold needs a Name")
	case cfg.Grace < 0 || cfg.Grace > 0 && cfg.OnDeath != Hold:
		return fmt.Errorf("shm: ConsumerConfig.Grace of %v with OnDeath %v: needs Hold, and 0 or more", cfg.Grace, cfg.OnDeath)
	case cfg.Evictable < 0 || cfg.Evictable > capacity:
		return fmt.Errorf("shm: ConsumerConfig.Evictable of %d: not in 0 to %d", cfg.Evictable, capacity)
	}
	return nil
}

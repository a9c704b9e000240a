package shm

import (
	"fmt"
	"io/fs"
	"math/bits"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/internal/waiting"
)

// Options are how a process uses a ring. All of it may be zero.
type Options struct {
	// Name is what Stats and errors call this process, beside its number; at most 40 bytes.
	Name string
	// Schema is a user-defined text of at most 64 bytes, for what the layout of the events doesn't
	// show: units, say, or a version. It must be the same in all processes.
	Schema string
	// Wait is how this process's producers and consumers wait; nil means disruptor.BlockWait{}. Park
	// sleeps in the kernel until woken, by a futex; BlockWait.Fence has no effect here.
	Wait disruptor.WaitStrategy
	// Backoff bounds how long a busy consumer pauses between polls: see disruptor.Config.
	Backoff time.Duration
	// AsymmetricFence leaves out the locked instructions that order the stores of Publish and Done
	// before their looks for sleepers, 3 to 5 ns each. Instead, whoever is about to sleep, in any
	// process, has the kernel interrupt the processors on which processes with this option run. It has an
	// effect only on amd64, and if a measurement at the first Open shows that this takes less than 2 µs,
	// which is seldom so on virtual machines. ProcessStats.Unfenced tells.
	AsymmetricFence bool
	// GuardFaults makes errors of faults in this package's accesses, which happen when another
	// program cuts the file short; otherwise they end the program. It costs some 20 ns a call, and
	// covers neither handlers nor other user code. An anonymous ring can't be cut.
	GuardFaults bool
	// WorldWritable opens a ring though everybody may write to it.
	WorldWritable bool
	// NoPrefault doesn't make the pages present at first: each costs some microseconds later.
	NoPrefault bool
}

// Config describes a ring to create. Only Capacity has no useful zero value.
type Config struct {
	// Capacity is how many slots the ring has: a power of two from 2 to 1<<30.
	Capacity int
	// Mode is the permissions of the file, whatever the umask; 0 means 0600. Who may write to it must
	// be trusted: see the package comment.
	Mode fs.FileMode
	// MaxProcesses, MaxProducers and MaxConsumers are how many there can be at a time, 1 to 64 each;
	// 0 means 64.
	MaxProcesses, MaxProducers, MaxConsumers int
	// Marks says where the marks of the slots are.
	Marks Marks

	Options
}

// Marks says where the word is that tells whether a slot is published.
type Marks uint8

const (
	// AutoMarks is EmbeddedMarks for events of up to 56 bytes, and SeparateMarks for others.
	AutoMarks Marks = iota
	// EmbeddedMarks puts the mark before its event, so both come with one cache line.
	EmbeddedMarks
	// SeparateMarks puts all marks in an array of their own.
	SeparateMarks
)

const (
	minCapacity = ringfile.MinCapacity
	maxCapacity = ringfile.MaxCapacity
	// lineSize is a cache line: the size of one that a mark and its event should share.
	lineSize = 64
	maxName  = ringfile.MaxName
	maxText  = ringfile.MaxText
)

func (o Options) check() error {
	if len(o.Name) > maxName {
		return fmt.Errorf("shm: Options.Name of %d bytes: at most %d", len(o.Name), maxName)
	}
	if len(o.Schema) > maxText {
		return fmt.Errorf("shm: Options.Schema of %d bytes: at most %d", len(o.Schema), maxText)
	}
	if o.Backoff > waiting.MaxBackoff {
		return fmt.Errorf("shm: Options.Backoff of %v: more than %v", o.Backoff, waiting.MaxBackoff)
	}
	return nil
}

// withDefaults returns cfg with all that 0 stands for, or what is wrong with it.
func (cfg Config) withDefaults() (Config, error) {
	if cfg.Capacity < minCapacity || cfg.Capacity > maxCapacity || bits.OnesCount(uint(cfg.Capacity)) != 1 {
		return cfg, fmt.Errorf("%w: %d: not a power of two from %d to %d", ErrCapacity, cfg.Capacity, minCapacity, maxCapacity)
	}
	if cfg.Marks > SeparateMarks {
		return cfg, fmt.Errorf("shm: unknown Config.Marks %d", cfg.Marks)
	}
	for _, limit := range []struct {
		name string
		n    *int
	}{{"MaxProcesses", &cfg.MaxProcesses}, {"MaxProducers", &cfg.MaxProducers}, {"MaxConsumers", &cfg.MaxConsumers}} {
		if *limit.n < 0 || *limit.n > ringfile.MaxRoles {
			return cfg, fmt.Errorf("shm: Config.%s of %d: not in 0 to %d", limit.name, *limit.n, ringfile.MaxRoles)
		}
		if *limit.n == 0 {
			*limit.n = ringfile.MaxRoles
		}
	}
	return cfg, cfg.Options.check()
}

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

// Options say how a process uses a ring. The zero value is ready to use.
type Options struct {
	// Name is what Stats and errors call this process, next to its number. It has at most 40
	// bytes.
	Name string
	// Schema is a user-defined text of at most 64 bytes for what the layout of the events doesn't
	// show: units, say, or a version. It must be the same in all processes.
	Schema string
	// Wait is how this process's producers and consumers wait; nil means [disruptor.BlockWait]{}.
	// Park sleeps in the kernel, on a futex, until woken. BlockWait.Fence has no effect here.
	Wait disruptor.WaitStrategy
	// Backoff bounds how long a busy consumer pauses between polls: see [disruptor.Config].
	Backoff time.Duration
	// AsymmetricFence leaves out the locked instructions, of 3 to 5 ns each, that order the
	// stores of Publish and Done before their looks for sleepers. Instead a goroutine about to
	// sleep, in any process, has the kernel interrupt the processors that run processes with this
	// option. The option has an effect only on amd64, and only if a measurement at the first
	// Create or Open shows that the interruption takes less than 2 µs; on virtual machines it
	// seldom does. ProcessStats.Unfenced tells.
	AsymmetricFence bool
	// GuardFaults turns faults in this package's accesses to the ring into errors. Such a fault
	// happens when another program cuts the file short, and otherwise ends the program. The guard
	// costs some 20 ns a call, and covers neither handlers nor other user code. An anonymous ring
	// can't be cut. With the race detector, a fault in a call that is under way when the file is cut
	// may still end the program.
	GuardFaults bool
	// WorldWritable opens a ring even if everybody may write to it.
	WorldWritable bool
	// NoPrefault leaves it to later accesses to make the pages present, at some microseconds
	// each.
	NoPrefault bool
}

// Config describes a ring to create. Only Capacity has no useful zero value.
type Config struct {
	// Capacity is how many slots the ring has: a power of two from 2 to 1<<30.
	Capacity int
	// Mode is the permissions of the file, whatever the umask; 0 means 0600. Every process that
	// may write to the file must be trusted: see the package comment.
	Mode fs.FileMode
	// MaxProcesses, MaxProducers and MaxConsumers are how many there can be at a time, 1 to 64
	// each; 0 means 64.
	MaxProcesses, MaxProducers, MaxConsumers int
	// Marks says where the marks of the slots lie.
	Marks Marks

	Options
}

// Marks says where the marks lie, the words that tell whether a slot is published.
type Marks uint8

const (
	// AutoMarks is EmbeddedMarks for events of up to 56 bytes, and SeparateMarks for others.
	AutoMarks Marks = iota
	// EmbeddedMarks puts each mark before its event, so that one cache line brings both.
	EmbeddedMarks
	// SeparateMarks puts all marks in a separate array.
	SeparateMarks
)

const (
	minCapacity = ringfile.MinCapacity
	maxCapacity = ringfile.MaxCapacity
	// lineSize is the size of a cache line that a mark and its event should share.
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

// withDefaults returns cfg with its zeroes replaced by their defaults, or what is wrong with it.
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

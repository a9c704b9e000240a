package jetstream

import (
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// mostInFlight bounds Config.InFlight, so that a publisher knows how far the messages of another
// one may reach.
const mostInFlight = 1024

// Config describes a [Publisher]. Stream, Subject, Epoch and Encode are required.
type Config[T any] struct {
	// Stream is the name of the stream. It must exist, and only publishers of this package may
	// publish to it, one at a time.
	Stream string
	// Subject is where events are published, unless Encode says otherwise. The stream must listen
	// to it.
	Subject string
	// Epoch names the numbering of the events: at most 64 letters, digits, dots, underscores and
	// hyphens. A source whose sequences begin at 0 again has a new epoch.
	Epoch string
	// NewEpoch allows the stream to end with a message of another epoch, or with one that has been
	// deleted. The first event that the publisher gets is then stored behind it, whatever its
	// sequence is. Otherwise these are errors, and a stream that is empty begins with sequence 0.
	NewEpoch bool
	// Encode sets m.Data to what is published of the event. It may also set m.Subject and add to
	// m.Header. m.Data may refer to the event's memory: it is not used after Publish. An error of
	// Encode is one of Publish.
	Encode func(m *nats.Msg, event *T) error
	// Sequence returns the event's number in what the ring is fed from, a journal for example. The
	// numbers must follow each other: a hole is a [*GapError]. nil means the ring's sequence, of
	// which some are missing if producers aborted them or were killed.
	Sequence func(event *T) int64
	// Missing is called when the stream ends before from and the first event that the publisher
	// can get is to: see [Publisher.Begin]. If it returns nil, events [from, to) don't exist:
	// their producers aborted them, say. nil means that this is an error. It is not called if
	// Sequence is set.
	Missing func(from, to int64) error
	// InFlight is how many messages may be on their way at once, at most 1024; 0 means 256. The
	// first 1024 messages after those of another epoch go one at a time.
	InFlight int
	// AckWait is how long an acknowledgement, or another answer of the server, may take before the
	// publisher asks for the last stored message; 0 means 5 s.
	AckWait time.Duration
	// GiveUp is how long the publisher tries again without storing anything; 0 means 2 min.
	GiveUp time.Duration
}

func (cfg *Config[T]) complete() error {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	switch {
	case cfg.Stream == "":
		return fmt.Errorf("jetstream: no Config.Stream")
	case cfg.Subject == "" || strings.ContainsAny(cfg.Subject, "*> \t\r\n"):
		return fmt.Errorf("jetstream: Config.Subject %q: must be a subject without wildcards", cfg.Subject)
	case cfg.Epoch == "" || len(cfg.Epoch) > 64 || strings.Trim(cfg.Epoch, letters) != "":
		return fmt.Errorf("jetstream: Config.Epoch %q: must be 1 to 64 letters, digits, dots, underscores and hyphens", cfg.Epoch)
	case cfg.Encode == nil:
		return fmt.Errorf("jetstream: no Config.Encode")
	case cfg.InFlight > mostInFlight:
		return fmt.Errorf("jetstream: Config.InFlight %d: at most %d", cfg.InFlight, mostInFlight)
	case cfg.InFlight < 0 || cfg.AckWait < 0 || cfg.GiveUp < 0:
		return fmt.Errorf("jetstream: Config.InFlight %d, AckWait %v, GiveUp %v: must not be negative",
			cfg.InFlight, cfg.AckWait, cfg.GiveUp)
	}
	if cfg.InFlight == 0 {
		cfg.InFlight = 256
	}
	cfg.AckWait = orDefault(cfg.AckWait, 5*time.Second)
	cfg.GiveUp = orDefault(cfg.GiveUp, 2*time.Minute)
	return nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

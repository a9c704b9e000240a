//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConfigChecks(t *testing.T) {
	for _, capacity := range []int{-1, 0, 1, 3, 1<<30 + 1, 1 << 31} {
		_, err := Create[tick](newPath(t), Config{Capacity: capacity})
		require.ErrorIs(t, err, ErrCapacity)
		require.ErrorContains(t, err, "not a power of two from 2 to 1073741824")
	}
	for text, cfg := range map[string]Config{
		"shm: unknown Config.Marks 3":                       {Marks: 3},
		"shm: Config.MaxProcesses of 65: not in 0 to 64":    {MaxProcesses: 65},
		"shm: Config.MaxProducers of -1: not in 0 to 64":    {MaxProducers: -1},
		"shm: Config.MaxConsumers of 1000: not in 0 to 64":  {MaxConsumers: 1000},
		"shm: Options.Name of 41 bytes: at most 40":         {Options: Options{Name: strings.Repeat("n", 41)}},
		"shm: Options.Schema of 65 bytes: at most 64":       {Options: Options{Schema: strings.Repeat("s", 65)}},
		"shm: Options.Backoff of 1.000001ms: more than 1ms": {Options: Options{Backoff: time.Millisecond + 1}},
	} {
		path := newPath(t)
		cfg.Capacity = 2
		_, err := Create[tick](path, cfg)
		require.EqualError(t, err, text)
		require.NoFileExists(t, path)
		if err := cfg.Options.check(); err != nil {
			_, ring := newRing[tick](t, Config{Capacity: 2})
			_, err = Open[tick](ring, cfg.Options)
			require.EqualError(t, err, text)
		}
	}
	r, path := newRing[tick](t, Config{Capacity: 2, Options: Options{
		Name: strings.Repeat("n", 40), Schema: strings.Repeat("s", 64), Backoff: time.Millisecond, NoPrefault: true,
	}})
	require.Equal(t, strings.Repeat("n", 40), r.Stats().Processes[0].Name)
	openRing[tick](t, path, Options{Schema: strings.Repeat("s", 64), Backoff: -1, NoPrefault: true})
}

func TestConsumerConfigChecks(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	for text, cfg := range map[string]ConsumerConfig{
		"shm: consumer name of 41 bytes: at most 40":                                     {Name: strings.Repeat("n", 41)},
		"shm: ConsumerConfig.After has 17 names: at most 16":                             {After: make([]string, 17)},
		"shm: ConsumerConfig.MaxBatch of -1: negative":                                   {MaxBatch: -1},
		"shm: unknown ConsumerConfig.OnDeath 3":                                          {OnDeath: 3},
		"shm: ConsumerConfig.OnDeath Hold needs a Name":                                  {OnDeath: Hold},
		"shm: ConsumerConfig.Grace of 1s with OnDeath evict: needs Hold, and 0 or more":  {Grace: time.Second},
		"shm: ConsumerConfig.Grace of 1s with OnDeath fail: needs Hold, and 0 or more":   {Grace: time.Second, OnDeath: Fail},
		"shm: ConsumerConfig.Grace of -1ns with OnDeath hold: needs Hold, and 0 or more": {Name: "a", Grace: -1, OnDeath: Hold},
		"shm: ConsumerConfig.Evictable of -1: not in 0 to 8":                             {Evictable: -1},
		"shm: ConsumerConfig.Evictable of 9: not in 0 to 8":                              {Evictable: 9},
		`shm: consumer name not usable: no consumer is called "gone"`:                    {After: []string{"gone"}},
		`shm: consumer name not usable: no consumer is called ""`:                        {After: []string{""}},
	} {
		_, err := r.Consumer(cfg)
		require.EqualError(t, err, text)
	}
	require.Empty(t, r.Stats().Consumers)
	_, err := r.Producer(strings.Repeat("p", 41))
	require.EqualError(t, err, "shm: producer name of 41 bytes: at most 40")
	newConsumer(t, r, ConsumerConfig{Name: strings.Repeat("n", 40), MaxBatch: 1 << 40, Evictable: 8, OnDeath: Hold, Grace: 1 << 62})
	require.Equal(t, "evict hold fail OnDeath(7)", strings.Join([]string{Evict.String(), Hold.String(), Fail.String(), OnDeath(7).String()}, " "))
}

func TestFull(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2, MaxProcesses: 1, MaxProducers: 1, MaxConsumers: 1})
	newProducer(t, r)
	newConsumer(t, r, ConsumerConfig{})
	_, err := r.Producer("")
	require.EqualError(t, err, "shm: no entry left for another producer: Config.MaxProducers is 1")
	_, err = r.Consumer(ConsumerConfig{})
	require.EqualError(t, err, "shm: no entry left for another consumer: Config.MaxConsumers is 1")
	_, err = Open[tick](path, Options{})
	require.EqualError(t, err, "shm: no entry left for another process: Config.MaxProcesses is 1")
	require.ErrorIs(t, err, ErrFull)
}

func TestErrorTexts(t *testing.T) {
	for err, text := range map[error]string{
		ErrClosed:            "shm: closed",
		ErrDetached:          "shm: detached",
		ErrFailed:            "shm: a consumer died that the ring can't do without",
		ErrEvicted:           "shm: consumer evicted",
		ErrUpstreamDead:      "shm: a consumer that this one follows was evicted",
		ErrFull:              "shm: no entry left",
		ErrName:              "shm: consumer name not usable",
		ErrInUse:             "shm: ring in use",
		ErrCapacity:          "shm: capacity is not usable",
		ErrNotRing:           "shm: not a ring",
		ErrVersion:           "shm: version of the format not supported",
		ErrFeature:           "shm: feature not supported",
		ErrGeometry:          "shm: geometry not valid",
		ErrLayout:            "shm: event layout differs",
		ErrSchema:            "shm: schema differs",
		ErrStaleBoot:         "shm: ring of an earlier boot",
		ErrRetired:           "shm: ring removed",
		ErrCorrupt:           "shm: ring is corrupt",
		ErrType:              "type can't be shared between processes",
		ErrUnsupported:       "not supported on this system",
		ErrUnsupportedFS:     "file system not supported",
		ErrExist:             "file exists already",
		ErrNoSpace:           "no space for the file",
		ErrPermission:        "not permitted",
		ErrNotRegular:        "not a regular file",
		ErrTruncated:         "file truncated",
		ErrSharedDescription: "file description shared",
	} {
		require.EqualError(t, err, text)
	}
	cause := errors.New("cause")
	b := &BlockedError{Waits: "room", Sequence: 3, What: "nothing is published", Err: cause}
	require.EqualError(t, b, "shm: no room at 3: nothing is published: cause")
	b.By = "producer 1"
	require.EqualError(t, b, "shm: no room at 3: producer 1 nothing is published: cause")
	require.ErrorIs(t, b, cause)
}

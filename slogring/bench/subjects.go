package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/phuslu/log"
	"github.com/rs/zerolog"
	"github.com/rs/zerolog/diode"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/be395dad/disruptor/slogring"
)

// queued is how many records each asynchronous logger may hold back.
const queued = 4096

// A logger is one way to write records as JSON.
type logger struct {
	log   func(i int64) // writes a record with i in it
	close func() error  // returns when all is written
}

type subject struct {
	name string
	open func(io.Writer) (logger, error)
}

// Writers are wrapped where a logger would close them, or sync a pipe.
var subjects = []subject{
	{"slog.JSONHandler", func(w io.Writer) (logger, error) {
		return logger{withSlog(slog.NewJSONHandler(w, nil)), func() error { return nil }}, nil
	}},
	{"slogring", func(w io.Writer) (logger, error) {
		h, err := slogring.New(slog.NewJSONHandler(w, nil), slogring.Options{Capacity: queued})
		if err != nil {
			return logger{}, err
		}
		return logger{withSlog(h), h.Close}, nil
	}},
	{"slogring, buffered", func(w io.Writer) (logger, error) {
		b := newBuffer(w)
		h, err := slogring.New(slog.NewJSONHandler(b, nil), slogring.Options{Capacity: queued, Flush: b.Flush})
		if err != nil {
			return logger{}, err
		}
		return logger{withSlog(h), h.Close}, nil
	}},
	{"slog, channel", func(w io.Writer) (logger, error) {
		h := newChannelHandler(slog.NewJSONHandler(w, nil))
		return logger{withSlog(h), h.Close}, nil
	}},
	{"zap", func(w io.Writer) (logger, error) {
		l := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()),
			zapcore.Lock(zapcore.AddSync(w)), zap.InfoLevel))
		return logger{withZap(l), func() error { return nil }}, nil
	}},
	{"zap, buffered", func(w io.Writer) (logger, error) {
		b := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(struct{ io.Writer }{w})}
		l := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), b, zap.InfoLevel))
		return logger{withZap(l), b.Stop}, nil
	}},
	{"zerolog", func(w io.Writer) (logger, error) {
		return logger{withZerolog(zerolog.New(w).With().Timestamp().Logger()), func() error { return nil }}, nil
	}},
	{"zerolog, diode", func(w io.Writer) (logger, error) {
		d := diode.NewWriter(struct{ io.Writer }{w}, queued, 10*time.Millisecond, nil)
		return logger{withZerolog(zerolog.New(d).With().Timestamp().Logger()), d.Close}, nil
	}},
	{"phuslu, async", func(w io.Writer) (logger, error) {
		a := &log.AsyncWriter{ChannelSize: queued, Writer: log.IOWriter{Writer: struct{ io.Writer }{w}}}
		l := &log.Logger{Level: log.InfoLevel, Writer: a}
		return logger{func(i int64) {
			l.Info().Int64("i", i).Str("method", "GET").Dur("took", 1500*time.Microsecond).Bool("ok", true).Msg("request")
		}, a.Close}, nil
	}},
}

func withSlog(h slog.Handler) func(int64) {
	l, ctx := slog.New(h), context.Background()
	return func(i int64) {
		l.LogAttrs(ctx, slog.LevelInfo, "request", slog.Int64("i", i), slog.String("method", "GET"),
			slog.Duration("took", 1500*time.Microsecond), slog.Bool("ok", true))
	}
}

func withZap(l *zap.Logger) func(int64) {
	return func(i int64) {
		l.Info("request", zap.Int64("i", i), zap.String("method", "GET"),
			zap.Duration("took", 1500*time.Microsecond), zap.Bool("ok", true))
	}
}

func withZerolog(l zerolog.Logger) func(int64) {
	return func(i int64) {
		l.Info().Int64("i", i).Str("method", "GET").Dur("took", 1500*time.Microsecond).Bool("ok", true).Msg("request")
	}
}

// A channelHandler is what a program writes without a library: a goroutine behind a channel.
type channelHandler struct {
	slog.Handler
	records chan slog.Record
	done    chan struct{}
}

func newChannelHandler(h slog.Handler) *channelHandler {
	c := &channelHandler{h, make(chan slog.Record, queued), make(chan struct{})}
	go func() {
		defer close(c.done)
		for r := range c.records {
			_ = h.Handle(context.Background(), r)
		}
	}()
	return c
}

func (c *channelHandler) Handle(_ context.Context, r slog.Record) error {
	c.records <- r.Clone()
	return nil
}

func (c *channelHandler) Close() error {
	close(c.records)
	<-c.done
	return nil
}

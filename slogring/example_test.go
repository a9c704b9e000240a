package slogring_test

import (
	"log/slog"
	"os"

	"github.com/be395dad/disruptor/slogring"
)

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func Example() {
	text := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime})
	h, err := slogring.New(text, slogring.Options{})
	if err != nil {
		panic(err)
	}
	defer h.Close() // handles what is in the ring
	log := slog.New(h).With("service", "orders")
	log.Info("started", "port", 8080)
	log.Warn("slow", "ms", 250)
	// Output:
	// level=INFO msg=started service=orders port=8080
	// level=WARN msg=slow service=orders ms=250
}

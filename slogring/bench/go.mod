module github.com/be395dad/disruptor/slogring/bench

go 1.26.0

require (
	github.com/be395dad/disruptor/slogring v0.1.0
	github.com/phuslu/log v1.0.121
	github.com/rs/zerolog v1.35.1
	go.uber.org/zap v1.28.0
)

require (
	github.com/be395dad/disruptor v0.1.0 // indirect
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	go.uber.org/multierr v1.10.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

// For a build outside the workspace. The module is not released: it holds the rivals.
replace (
	github.com/be395dad/disruptor => ../../
	github.com/be395dad/disruptor/slogring => ../
)

module github.com/be395dad/disruptor/slogring

go 1.26.0

require (
	github.com/be395dad/disruptor v0.1.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

// For a build outside the workspace.
replace github.com/be395dad/disruptor => ../

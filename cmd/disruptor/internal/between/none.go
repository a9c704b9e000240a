//go:build !linux || !(amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import "github.com/be395dad/disruptor/cmd/disruptor/internal/harness"

var families []harness.Family

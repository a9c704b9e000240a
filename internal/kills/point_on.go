//go:build disruptor_faults && linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import "github.com/be395dad/disruptor/internal/faults"

func setFaults(at func(string)) { faults.At = at }

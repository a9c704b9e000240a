//go:build !disruptor_faults && linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

func setFaults(func(string)) {}

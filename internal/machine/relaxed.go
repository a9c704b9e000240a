//go:build !race && !purego && (amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x)

package machine

import "unsafe"

// StoreRelaxed stores v in the int64 at base, whole, and in no order with anything else. Only its caller may
// write there. A Go program that reads the word meanwhile, by sync/atomic, finds a value that was stored (the
// Go memory model, "Implementation Restrictions": words of the machine are not torn).
func StoreRelaxed(base unsafe.Pointer, v int64) { *(*int64)(base) = v }

//go:build !race && !purego && (amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x)

package machine

import "unsafe"

// StoreRelaxed stores v in the int64 at base, without tearing and in no order with other
// accesses. A concurrent load with sync/atomic returns a value that was stored (the Go memory
// model, "Implementation Restrictions": machine words are not torn).
func StoreRelaxed(base unsafe.Pointer, v int64) { *(*int64)(base) = v }

//go:build race || purego || !(amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x)

package machine

import (
	"sync/atomic"
	"unsafe"
)

// StoreRelaxed stores v in the int64 at base, without tearing.
func StoreRelaxed(base unsafe.Pointer, v int64) { atomic.StoreInt64((*int64)(base), v) }

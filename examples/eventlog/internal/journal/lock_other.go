//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import (
	"fmt"
	"runtime"
)

func lock(uintptr) error { return fmt.Errorf("a journal can't lock a directory on %s", runtime.GOOS) }

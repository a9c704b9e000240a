//go:build !unix

package harness

import (
	"errors"
	"time"
)

func cpuTime() (time.Duration, error) {
	return 0, errors.New("CPU time is measured on Unix only")
}

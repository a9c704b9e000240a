//go:build !linux

package host

import "io/fs"

// systemFiles returns nil: there are no control groups.
func systemFiles() fs.FS { return nil }

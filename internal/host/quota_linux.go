package host

import (
	"io/fs"
	"os"
)

func systemFiles() fs.FS { return os.DirFS("/") }

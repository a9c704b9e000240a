package ringview

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// procState returns the letter of a process's state, or "" if this system has no such process, or it is seen to be
// another one: its maps can be read, and the file of the ring is not among them.
func (f *File) procState(pid int64) string {
	dir := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return ""
	}
	_, after, ok := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " ")
	if !ok || after == "" {
		return ""
	}
	here, err := f.data.Stat()
	if st, ok := here.Sys().(*syscall.Stat_t); err == nil && ok {
		maps, err := os.ReadFile(dir + "maps")
		if err == nil && len(maps) > 0 && !bytes.Contains(maps, fmt.Appendf(nil, " %d ", st.Ino)) {
			return ""
		}
	}
	return after[:1]
}

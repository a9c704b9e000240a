//go:build !linux

package ringview

func (f *File) procState(int64) string { return "" }

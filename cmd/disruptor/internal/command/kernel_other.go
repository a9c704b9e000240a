//go:build !unix

package command

// kernel returns "": not known.
func kernel() string { return "" }

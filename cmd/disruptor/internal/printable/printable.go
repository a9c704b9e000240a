// Package printable makes texts of others fit for a terminal, which obeys what it is sent.
package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s with each rune that is not printable, and each byte that is no UTF-8, as its
// escape in Go. Spaces other than U+0020 count as not printable.
func Escape(s string) string {
	if Is(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := fmt.Sprintf("%+q", r) // in quotes
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// Is reports whether a terminal shows s as it is.
func Is(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

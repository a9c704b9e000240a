package printable

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"orders":                   "orders",
		"börse 東京 …":               "börse 東京 …",
		"a\x1b[31mb\x07":           `a\x1b[31mb\a`,
		"two\nlines\ttab\r":        `two\nlines\ttab\r`,
		"\x9b31m raw C1":           `\x9b31m raw C1`, // a control of terminals that take 8 bits
		"\u009b31m C1":             `\u009b31m C1`,
		"\u202eright to left":      `\u202eright to left`,
		"no-break\u00a0space":      `no-break\u00a0space`,
		"half \xe2\x82":            `half \xe2\x82`,
		"\ufffd that was there":    "\ufffd that was there",
		`kept: "quotes" and \x1b]`: `kept: "quotes" and \x1b]`,
	} {
		require.Equal(t, want, Escape(text))
		require.Equal(t, text == want, Is(text), "%q", text)
		require.True(t, Is(Escape(text)), "%q", text)
	}
}

package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("there", nil, 0o600))
	there, err := filepath.Abs("there")
	require.NoError(t, err)
	for text, want := range map[string]struct{ name, url string }{ // "": a file
		"http://host:6060/debug/vars":   {"host:6060", "http://host:6060/debug/vars"},
		"http://host:6060":              {"host:6060", "http://host:6060/debug/vars"},
		"http://host:6060/":             {"host:6060", "http://host:6060/debug/vars"},
		"http://host/vars?x=1":          {"http://host/vars?x=1", "http://host/vars?x=1"},
		"https://host":                  {"https://host/debug/vars", "https://host/debug/vars"},
		"http://me:secret@host":         {"http://me:xxxxx@host/debug/vars", "http://me:secret@host/debug/vars"},
		"localhost:6060":                {"localhost:6060", "http://localhost:6060/debug/vars"},
		"localhost:6060/vars":           {"http://localhost:6060/vars", "http://localhost:6060/vars"},
		":6060":                         {"localhost:6060", "http://localhost:6060/debug/vars"},
		"[::1]:6060":                    {"[::1]:6060", "http://[::1]:6060/debug/vars"},
		"there":                         {"there", ""},
		there:                           {there, ""},
		"./not yet":                     {"./not yet", ""},
		filepath.Join(there, "\x1b[2J"): {filepath.Join(there, `\x1b[2J`), ""},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want.name, got.Name, text)
		if want.url != "" {
			address, _, err := parseAddress(text)
			require.NoError(t, err, text)
			require.Equal(t, want.url, address, text)
		}
	}
	for text, want := range map[string]string{
		"":                     "a target is empty",
		"missing":              `target "missing" is neither a file nor HOST:PORT`,
		"http://":              `target "http://" has no host`,
		"http://:6060":         `target "http://:6060" has no host`,
		"localhost:http-alt":   `target "localhost:http-alt" is no address: invalid port ":http-alt"`,
		"http://host:6060\x07": `target "http://host:6060\a" is no address: net/url: invalid control character in URL`,
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, want)
	}
}

package page

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func get(method, path string, header http.Header) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestFilesAreServed(t *testing.T) {
	entries, err := files.ReadDir(".")
	require.NoError(t, err)
	want := map[string]string{
		"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
		"js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
	}
	var tags []string
	for _, entry := range entries {
		name := entry.Name()
		path := "/" + strings.TrimPrefix(name, "index.html")
		_, kind, _ := strings.Cut(name, ".")
		content, err := files.ReadFile(name)
		require.NoError(t, err)

		r := get("GET", path, nil)
		require.Equal(t, 200, r.StatusCode, path)
		require.Equal(t, want[kind], r.Header.Get("Content-Type"), path)
		require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'self';")
		require.Equal(t, int64(len(content)), r.ContentLength)
		tag := r.Header.Get("ETag")
		require.Regexp(t, `^"\w+"$`, tag)
		tags = append(tags, tag)

		require.Equal(t, 304, get("GET", path, http.Header{"If-None-Match": {tag}}).StatusCode)
		require.Equal(t, 200, get("GET", path, http.Header{"If-None-Match": {`"other"`}}).StatusCode)
		require.Equal(t, 200, get("HEAD", path, nil).StatusCode)
		require.Equal(t, 405, get("POST", path, nil).StatusCode)
	}
	slices.Sort(tags)
	require.Len(t, slices.Compact(tags), len(entries), "each file has a tag of its own")
	require.GreaterOrEqual(t, len(entries), 4)
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{"/page.go", "/page_test.go", "/nothing", "/figures", "/page.js/", "/index.html"} {
		require.Equal(t, 404, get("GET", path, nil).StatusCode, path)
	}
}

var (
	named    = regexp.MustCompile(`(?:src|href|action|from|EventSource\(|URL\(|fetch\()[ =]*["']([^"']*)["']`)
	absolute = regexp.MustCompile(`(?:https?:)?//[\w.]+[^\s"'` + "`" + `]*`)
)

// What the page names is beside it, so that it works under any prefix and without a network.
func TestPageNamesOnlyWhatIsBesideIt(t *testing.T) {
	entries, err := files.ReadDir(".")
	require.NoError(t, err)
	known := []string{"figures", "stream", "events"}
	for _, entry := range entries {
		known = append(known, entry.Name())
	}
	found := map[string]bool{}
	for _, entry := range entries {
		content, err := files.ReadFile(entry.Name())
		require.NoError(t, err)
		for _, match := range named.FindAllSubmatch(content, -1) {
			name := strings.TrimPrefix(string(match[1]), "./")
			require.Contains(t, known, name, "in %s", entry.Name())
			found[name] = true
		}
		for _, url := range absolute.FindAllString(string(content), -1) {
			require.Equal(t, "http://www.w3.org/2000/svg", url, "in %s: only the name of SVG looks like an address", entry.Name())
		}
	}
	delete(found, "index.html")
	require.Len(t, found, len(known)-1, "each file is named, and each of %v", known)
}

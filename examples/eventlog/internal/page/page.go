// Package page is the web page of the service: what the log does now, and the stream of its
// events. Its files are embedded, and it fetches nothing from elsewhere.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"path"
	"time"
)

//go:embed index.html style.css icon.svg *.js
var files embed.FS

// types has the types of the embedded files. Those of package mime depend on the system.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// policy is the second lock against a script that comes with an event: the page inserts nothing but
// text, and could insert nothing else.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// Handler returns the handler of the page: / and the files that it names. The page finds figures,
// stream and events beside itself, so all of them may be under any prefix. Browsers keep the files,
// and ask each time whether they are still the same.
func Handler() http.Handler {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are in the program
	}
	mux := http.NewServeMux()
	for _, entry := range entries {
		content, err := files.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		pattern := "GET /" + entry.Name()
		if entry.Name() == "index.html" {
			pattern = "GET /{$}"
		}
		mux.Handle(pattern, file(types[path.Ext(entry.Name())], content))
	}
	return mux
}

func file(contentType string, content []byte) http.Handler {
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(content))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content)) // which answers If-None-Match
	})
}

package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

const (
	// mostDownload is how large a module may be, compressed: 1.5 times what the library was when this was written.
	mostDownload = 1_500_000

	// mostFile is how large one file may be. The longest text has 55 KB: what is larger is data, or a built program.
	mostFile = 128 << 10
)

// A proxy is a module proxy that has the released modules. It serves all else from the download
// cache of this machine, or sends it to this machine's proxy. A folder as GOPROXY would not do: to
// find the module of a package, the Go command asks for one at each beginning of its path, and what
// the folder lacks it would ask of the next proxy.
type proxy struct {
	url      string
	folder   string // of what is released
	cache    string
	upstream string // "" if there is none
	server   http.Server
}

func serve(folder string) (*proxy, error) {
	settings, err := output(exec.Command("go", "env", "GOMODCACHE", "GOPROXY"))
	if err != nil {
		return nil, err
	}
	cache, proxies, _ := strings.Cut(strings.TrimSpace(settings), "\n")
	p := &proxy{folder: folder, cache: filepath.Join(cache, "cache", "download")}
	for _, u := range strings.FieldsFunc(proxies, func(r rune) bool { return r == ',' || r == '|' }) {
		if strings.HasPrefix(u, "http") {
			p.upstream = strings.TrimSuffix(u, "/")
			break
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.url = "http://" + l.Addr().String()
	p.server.Handler = p
	go p.server.Serve(l)
	return p, nil
}

func (p *proxy) close() { p.server.Close() }

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	folder := p.cache
	ours := false // or at a path that is the beginning of one of ours
	for p := library; p != "."; p = path.Dir(p) {
		ours = ours || strings.HasPrefix(r.URL.Path, "/"+p+"/@")
	}
	if ours = ours || strings.HasPrefix(r.URL.Path, "/"+library+"/"); ours {
		folder = p.folder
	}
	file := filepath.Join(folder, filepath.FromSlash(filepath.Clean("/"+r.URL.Path)))
	switch info, err := os.Stat(file); {
	case err == nil && info.Mode().IsRegular() && (ours || filepath.Base(file) != "list"): // which has what was downloaded
		http.ServeFile(w, r, file)
	case ours || p.upstream == "":
		http.NotFound(w, r)
	default:
		u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
		http.Redirect(w, r, p.upstream+u.EscapedPath(), http.StatusFound)
	}
}

// add packs the module in the folder, without the modules inside it, and releases it. It fails if
// the module is larger than a user wants to download, or has a file that is not source.
func (p *proxy) add(name, version, folder string) error {
	m := module.Version{Path: name, Version: version}
	escaped, err := module.EscapePath(name)
	if err != nil {
		return err
	}
	base := filepath.Join(p.folder, filepath.FromSlash(escaped), "@v", version)
	if err := os.MkdirAll(filepath.Dir(base), 0o777); err != nil {
		return err
	}
	gomod, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return err
	}
	info := fmt.Sprintf("{\"Version\":%q,\"Time\":%q}\n", version, time.Now().UTC().Format(time.RFC3339))
	packed, err := os.Create(base + ".zip")
	if err != nil {
		return err
	}
	err = errors.Join(
		modzip.CreateFromDir(packed, m, folder),
		packed.Close(),
		os.WriteFile(base+".mod", gomod, 0o666),
		os.WriteFile(base+".info", []byte(info), 0o666),
		os.WriteFile(filepath.Join(filepath.Dir(base), "list"), []byte(version+"\n"), 0o666),
	)
	if err != nil {
		return err
	}
	return weigh(m, base+".zip")
}

func weigh(m module.Version, file string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer archive.Close()
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %d KB\n", m, len(archive.File), info.Size()/1000)
	for _, f := range archive.File {
		if f.UncompressedSize64 > mostFile {
			err = errors.Join(err, fmt.Errorf("%s: %d bytes, and a file has %d at most", f.Name, f.UncompressedSize64, mostFile))
		}
	}
	if info.Size() > mostDownload {
		err = errors.Join(err, fmt.Errorf("%s: %d bytes to download, and %d are the most", m, info.Size(), mostDownload))
	}
	return err
}

package main

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"

	"github.com/yuin/goldmark/ast"
)

// repository is the address of a file (kind blob) or folder (kind tree) where the repository is
// read.
func repository(kind, name string) string {
	return "https://github.com/be395dad/disruptor/" + kind + "/main/" + name
}

// rewriteLinks turns the links of a page, from file to file of the repository, into links of
// the site.
func (s *site) rewriteLinks(p *page) (bad []error) {
	follow := func(n ast.Node, destination *[]byte) {
		to, err := s.resolve(p, string(*destination))
		if err != nil {
			bad = append(bad, fmt.Errorf("%s:%d: link to %s: %w", p.source, p.line(n), *destination, err))
		}
		*destination = []byte(to)
	}
	p.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level <= 2 {
				p.links = nil
			}
		case *ast.Link:
			follow(n, &n.Destination)
		case *ast.Image:
			follow(n, &n.Destination)
		}
	})
	return bad
}

// resolve returns the link in the site for a link in the text of page p: to a page or a file
// that is copied. Every other file is linked to where the repository is read: a source wants
// its history and the files next to it.
func (s *site) resolve(p *page, link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.IsAbs() || u.Host != "" {
		return link, err
	}
	target := p.source
	if u.Path != "" {
		target = path.Join(path.Dir(p.source), u.Path)
	}
	if index := s.pages[path.Join(target, "README.md")]; index != nil {
		target = index.source
	}
	if page := s.pages[target]; page != nil {
		if u.Fragment != "" && !page.ids[u.Fragment] {
			return "", fmt.Errorf("%s has no such heading", target)
		}
		p.links = append(p.links, target)
		to := url.URL{Path: p.Root() + page.path, Fragment: u.Fragment}
		if page == p && u.Fragment != "" {
			to.Path = ""
		}
		return to.String(), nil
	}
	info, err := fs.Stat(s.repository, target)
	switch {
	case err != nil:
		return "", errors.New("no such file")
	case u.Fragment != "":
		return "", errors.New("the file is no page and has no headings")
	case slices.Contains(s.copied, target):
		return p.Root() + target, nil
	case info.IsDir():
		return repository("tree", target), nil
	}
	return repository("blob", target), nil
}

var (
	idOf        = regexp.MustCompile(`\sid="([^"]*)"`)
	referenceOf = regexp.MustCompile(`\s(?:href|src)="([^"]*)"`)
)

// check looks at the site as it is served, with what the template adds and the pages that are
// copied: no page has an id twice, and every file and id that a page refers to exists.
func check(files map[string][]byte) error {
	var bad []error
	ids := map[string]bool{} // page.html#id
	for name, content := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, m := range idOf.FindAllSubmatch(content, -1) {
			id := name + "#" + html.UnescapeString(string(m[1]))
			if ids[id] {
				bad = append(bad, fmt.Errorf("%s is there twice", id))
			}
			ids[id] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, m := range referenceOf.FindAllSubmatch(files[name], -1) {
			link := html.UnescapeString(string(m[1]))
			u, err := url.Parse(link)
			if err == nil && (u.IsAbs() || u.Host != "") {
				continue
			}
			target := name
			if err == nil && u.Path != "" {
				target = path.Join(path.Dir(name), u.Path)
			}
			_, found := files[target]
			if err != nil || !found || u.Fragment != "" && !ids[target+"#"+u.Fragment] {
				bad = append(bad, fmt.Errorf("%s refers to %s, which does not exist", name, link))
			}
		}
	}
	return errors.Join(bad...)
}

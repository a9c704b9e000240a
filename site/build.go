package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

var (
	//go:embed page.html
	layout string
	//go:embed style.css
	style []byte

	pageTemplate = template.Must(template.New("page").Parse(layout))
)

// A site is made of the texts of a repository.
type site struct {
	repository fs.FS
	pages      map[string]*page // by their sources
	copied     []string         // files in docs that are no texts: the raw results behind the figures in the texts
}

// build returns the files of the site by their paths. Its error names the file and line of
// every bad link.
func build(repository fs.FS) (map[string][]byte, error) {
	s := &site{repository: repository, pages: map[string]*page{}}
	if err := s.load(); err != nil {
		return nil, err
	}
	var bad []error
	for _, p := range s.sorted() { // all have been parsed: the headings are known
		bad = append(bad, s.rewriteLinks(p)...)
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	files := map[string][]byte{"style.css": style}
	for _, name := range s.copied {
		content, err := fs.ReadFile(repository, name)
		if err != nil {
			return nil, err
		}
		files[name] = content
	}
	contents := s.contents()
	for _, p := range s.pages {
		content, err := p.render(contents)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.source, err)
		}
		files[p.path] = content
	}
	return files, check(files)
}

// load parses the texts: those of the root, and all in docs and verification.
func (s *site) load() error {
	texts, err := fs.Glob(s.repository, "*.md")
	if err != nil {
		return err
	}
	for _, folder := range []string{"docs", "verification"} {
		err := fs.WalkDir(s.repository, folder, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
				return err
			case path.Ext(name) == ".md":
				texts = append(texts, name)
			case folder == "docs" && d.Name() != "go.mod":
				s.copied = append(s.copied, name)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, name := range texts {
		text, err := fs.ReadFile(s.repository, name)
		if err != nil {
			return err
		}
		s.pages[name] = parse(name, text)
	}
	if s.pages[front] == nil {
		return fmt.Errorf("no %s: not the root of the repository", front)
	}
	if s.pages[results] == nil {
		s.pages[results] = parse(results, listing(path.Dir(results), s.copied))
		s.pages[results].generated = true
	}
	return nil
}

const (
	front   = "README.md"
	results = "docs/results/README.md" // need not exist: then the folder's files are listed
)

// listing returns a text that links to the files of a folder, the newest first. Files whose
// names differ only in their ends share a line.
func listing(folder string, files []string) []byte {
	kinds := map[string][]string{}
	for _, name := range files {
		if path.Dir(name) == folder {
			name = path.Base(name)
			stem := strings.TrimSuffix(name, path.Ext(name))
			kinds[stem] = append(kinds[stem], fmt.Sprintf("[%s](%s)", path.Ext(name)[1:], name))
		}
	}
	var text bytes.Buffer
	text.WriteString("# Results\n\nThe output of the benchmarks, by date and machine.\n\n")
	for _, stem := range slices.Backward(slices.Sorted(maps.Keys(kinds))) {
		fmt.Fprintf(&text, "* %s: %s\n", stem, strings.Join(kinds[stem], ", "))
	}
	return text.Bytes()
}

func (s *site) sorted() []*page {
	bySource := func(a, b *page) int { return strings.Compare(a.source, b.source) }
	return slices.SortedFunc(maps.Values(s.pages), bySource)
}

// A section of the table of contents has the pages of a folder.
type section struct {
	Title  string
	folder string
	Pages  []*page
}

// contents begins with the front page and sorts the others into sections by their folders.
// Within a section they are in the order of their links in the last part of the folder's
// README.md, or of the front page if the folder has none. Pages without such a link come last.
func (s *site) contents() []section {
	sections := []section{
		{Title: "Guides", folder: "docs/guides/"},
		{Title: "Reference", folder: "docs/"},
		{Title: "Verification", folder: "verification/"},
		{Title: "Project"}, // all others
	}
	for _, p := range s.sorted() {
		if p.source != front {
			holds := func(s section) bool { return strings.HasPrefix(p.source, s.folder) }
			section := &sections[slices.IndexFunc(sections, holds)]
			section.Pages = append(section.Pages, p)
		}
	}
	for _, section := range sections {
		index := s.pages[section.folder+"README.md"]
		if index == nil {
			index = s.pages[front]
		}
		rank := func(p *page) int {
			if p == index {
				return -1
			}
			if i := slices.Index(index.links, p.source); i >= 0 {
				return i
			}
			return len(index.links)
		}
		slices.SortStableFunc(section.Pages, func(a, b *page) int { return rank(a) - rank(b) })
	}
	return append([]section{{Pages: []*page{s.pages[front]}}}, sections...)
}

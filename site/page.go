package main

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The dialect is that of GitHub, where the texts are read as well. HTML in a text is passed on:
// the texts are ours.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM),
	goldmark.WithRendererOptions(markup.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(blocks{}, 100))),
)

// A page is made of a text in Markdown.
type page struct {
	source    string // docs/design.md
	generated bool   // the repository has no such file
	path      string // docs/design.html, in the site

	text     []byte
	document ast.Node
	title    string
	headings []heading       // of level 2
	ids      map[string]bool // of all its headings
	links    []string        // sources of the pages linked to below the last heading of level 1 or 2
}

type heading struct{ ID, Text string }

func parse(source string, content []byte) *page {
	p := &page{source: source, text: content, title: source, ids: map[string]bool{}}
	p.path = strings.TrimSuffix(source, ".md") + ".html"
	if path.Base(source) == "README.md" {
		p.path = path.Join(path.Dir(source), "index.html")
	}
	p.document = markdown.Parser().Parse(text.NewReader(content))
	p.each(func(n ast.Node) {
		if n, ok := n.(*ast.Heading); ok {
			p.addHeading(n)
		}
	})
	return p
}

// each calls f for each node of the page, in the order of the text.
func (p *page) each(f func(ast.Node)) {
	_ = ast.Walk(p.document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // which never fails
		if entering {
			f(n)
		}
		return ast.WalkContinue, nil
	})
}

var tag = regexp.MustCompile(`<[^>]*>`)

func (p *page) addHeading(n *ast.Heading) {
	var rendered bytes.Buffer
	_ = markdown.Renderer().Render(&rendered, p.text, n) // a buffer takes everything
	words := strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(rendered.String(), "")))
	id := anchor(words)
	for again := 1; p.ids[id]; again++ {
		id = fmt.Sprintf("%s-%d", anchor(words), again)
	}
	p.ids[id] = true
	n.SetAttributeString("id", []byte(id))
	switch n.Level {
	case 1:
		p.title = words
	case 2:
		p.headings = append(p.headings, heading{id, words})
	}
}

// anchor is the id that GitHub gives a heading with these words: in lower case, hyphens for
// spaces, without punctuation.
func anchor(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			return r
		}
		return -1
	}, strings.ToLower(words))
}

// line is the line of the text in which a node begins.
func (p *page) line(n ast.Node) int {
	return 1 + bytes.Count(p.text[:max(n.Pos(), 0)], []byte("\n"))
}

func (p *page) render(contents []section) ([]byte, error) {
	var body, whole bytes.Buffer
	if err := markdown.Renderer().Render(&body, p.text, p.document); err != nil {
		return nil, err
	}
	err := pageTemplate.Execute(&whole, map[string]any{
		"Page": p, "Front": p.source == front, "Body": template.HTML(body.String()), "Contents": contents,
	})
	return whole.Bytes(), err
}

// The template calls these.

func (p *page) Title() string       { return p.title }
func (p *page) Path() string        { return p.path }
func (p *page) Headings() []heading { return p.headings }

// Root is the relative path from the page to the root of the site.
func (p *page) Root() string { return strings.Repeat("../", strings.Count(p.path, "/")) }

// Source is the address of the text in the repository.
func (p *page) Source() string {
	if p.generated {
		return repository("tree", path.Dir(p.source))
	}
	return repository("blob", p.source)
}

package main

import (
	"bufio"
	"bytes"
	"html"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repo makes a repository of files and their contents.
func repo(files ...string) fstest.MapFS {
	all := fstest.MapFS{
		"README.md":              {Data: []byte("# Front\n")},
		"docs/design.md":         {Data: []byte("# Design\n\n## Left out\n")},
		"verification/README.md": {Data: []byte("# Verification\n")},
	}
	for i := 0; i < len(files); i += 2 {
		all[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return all
}

// TestRepository: the texts of this repository make a site.
func TestRepository(t *testing.T) {
	if _, err := os.Stat("../docs/design.md"); err != nil {
		t.Skip("not in a checkout of the repository")
	}
	files, err := build(os.DirFS(".."))
	require.NoError(t, err)
	for _, name := range []string{
		"index.html", "style.css", "docs/guides/index.html", "docs/results/index.html", "CHANGELOG.html",
	} {
		assert.Contains(t, files, name)
	}
}

func TestLinks(t *testing.T) {
	files, err := build(repo(
		"docs/a.md", "# A\n\n## Part\n\n"+
			"[1](design.md) [2](design.md#left-out) [3](#part) [4](../README.md) [5](../verification)\n"+
			"[6](../verification/breaks) [7](../doc.go) [8](results/x.txt) [9](results)\n"+
			"[10](https://example.org/x.md) ![11](p.svg) [12][ref]\n\n[ref]: <../doc.go>\n",
		"doc.go", "package p", "verification/breaks/main.go", "package main",
		"docs/results/x.txt", "1", "docs/p.svg", "<svg/>",
	))
	require.NoError(t, err)
	page := string(files["docs/a.html"])
	for text, want := range map[string]string{
		"1":  "../docs/design.html",
		"2":  "../docs/design.html#left-out",
		"3":  "#part",
		"4":  "../index.html",
		"5":  "../verification/index.html",
		"6":  "https://github.com/be395dad/disruptor/tree/main/verification/breaks",
		"7":  "https://github.com/be395dad/disruptor/blob/main/doc.go",
		"8":  "../docs/results/x.txt",
		"9":  "../docs/results/index.html",
		"10": "https://example.org/x.md",
		"12": "https://github.com/be395dad/disruptor/blob/main/doc.go",
	} {
		assert.Contains(t, page, `<a href="`+want+`">`+text+`</a>`)
	}
	assert.Contains(t, page, `<img src="../docs/p.svg"`)
	assert.Equal(t, "1", string(files["docs/results/x.txt"]))
	assert.Contains(t, string(files["docs/results/index.html"]), `x: <a href="../../docs/results/x.txt">txt</a>`)
}

// TestBadLinks: each is named with its line, and nothing is built.
func TestBadLinks(t *testing.T) {
	for link, want := range map[string]string{
		"gone.md":             "no such file",
		"../gone":             "no such file",
		"../../outside.md":    "no such file",
		"design.md#right-out": "docs/design.md has no such heading",
		"#left-out":           "docs/a.md has no such heading",
		"../doc.go#L3":        "the file is no page and has no headings",
	} {
		for _, text := range []string{
			"# A\n\nText\nand [text](" + link + ").\n",
			"# A\n\n|a|\n|-|\n| `x` [text](" + link + ") |\n",
		} {
			files, err := build(repo("docs/a.md", text, "doc.go", "package p"))
			line := "4"
			if strings.Contains(text, "|") {
				line = "5"
			}
			assert.EqualError(t, err, "docs/a.md:"+line+": link to "+link+": "+want)
			assert.Nil(t, files)
		}
	}
	_, err := build(repo("README.md", "[a](a)\n\n[b](b)\n", "docs/a.md", "[c](c)\n"))
	assert.ErrorContains(t, err, "README.md:1: ")
	assert.ErrorContains(t, err, "README.md:3: ")
	assert.ErrorContains(t, err, "docs/a.md:1: ")
}

// TestAnchors: headings have the ids that GitHub gives them.
func TestAnchors(t *testing.T) {
	p := parse("a.md", []byte(`
# What's left out?
## A `+"`Config.Backoff`"+` & its *limits*
## 100 % – or 2² a_b
## Größe
## [A link](https://example.org/x)
## Same
### Same
## Same 1
`))
	assert.Equal(t, []string{
		"100---or-2-a_b", "a-configbackoff--its-limits", "a-link", "größe", "same", "same-1",
		"same-1-1", "whats-left-out",
	}, slices.Sorted(maps.Keys(p.ids)))
	assert.Equal(t, "What's left out?", p.title)
	assert.Contains(t, p.headings, heading{"a-configbackoff--its-limits", "A Config.Backoff & its limits"})
}

// TestContents: the order is that of the links in an index, and the index comes first.
func TestContents(t *testing.T) {
	files, err := build(repo(
		"README.md", "# Front\n\n[late](docs/b.md)\n\n## Links\n\n[design](docs/design.md) [b](docs/b.md)\n",
		"docs/a.md", "# Not in the index", "docs/b.md", "# B",
		"docs/guides/README.md", "# Guides\n\n[z](z.md) [y](y.md)",
		"docs/guides/y.md", "# Y", "docs/guides/z.md", "# Z\n\n## Part",
	))
	require.NoError(t, err)
	_, contents, _ := strings.Cut(string(files["docs/guides/z.html"]), "<nav")
	at := 0
	for _, entry := range []string{
		`href="../../index.html">Front`,
		"Guides</h2>", `index.html">Overview`, `z.html" aria-current="page">Z`, `href="#part">Part`, ">Y<",
		"Reference</h2>", ">Design<", ">B<", ">Not in the index<", "Verification</h2>",
	} {
		i := strings.Index(contents[at:], entry)
		require.GreaterOrEqual(t, i, 0, "%s is not in its place", entry)
		at += i
	}
	assert.NotContains(t, contents, "Project", "a section without pages")
}

// TestCheck: what the links of the texts don't show is found in the pages.
func TestCheck(t *testing.T) {
	good := `<a id="x" href="#x"> <img src="b/c.png"> <a href="https://example.org/">`
	require.NoError(t, check(map[string][]byte{"a.html": []byte(good), "b/c.png": nil}))
	for _, bad := range []string{
		`<p id="x"> <p id="x">`, `<a href="#x">`, `<a href="c.html">`, `<img src="c.png">`, `<a href="b.html#x">`,
	} {
		assert.Error(t, check(map[string][]byte{"a.html": []byte(bad), "b.html": nil}), bad)
	}
}

func TestGoInColours(t *testing.T) {
	code := "for i := range n { // a < b\n\t…\n\ts += `x\n` + \"y&\" + string('\\'')\n}\n"
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	writeGo(w, []byte(code))
	require.NoError(t, w.Flush())
	marked := b.String()
	assert.Equal(t, code, html.UnescapeString(tag.ReplaceAllString(marked, "")))
	for _, want := range []string{
		`<span class="keyword">for</span>`, `<span class="keyword">range</span>`,
		`<span class="comment">// a &lt; b</span>`,
		"<span class=\"string\">`x\n`</span>", `<span class="string">&quot;y&amp;&quot;</span>`,
	} {
		assert.Contains(t, marked, want)
	}
}

// TestWideParts: what may be wider than the page is in a box of its own, and no page needs a
// script or another host.
func TestWideParts(t *testing.T) {
	files, err := build(repo("docs/a.md", "# A\n\n|a|b|\n|-|-:|\n|1|2|\n\n```text\na < b\n```\n"))
	require.NoError(t, err)
	page := string(files["docs/a.html"])
	assert.Contains(t, page, "<div class=\"wide\"><table>\n")
	assert.Contains(t, page, "</table></div>")
	assert.Contains(t, page, "<pre><code>a &lt; b\n</code></pre>")
	assert.Contains(t, page, `<link rel="stylesheet" href="../style.css">`)
	assert.NotContains(t, page, "<script")
	for name, content := range files {
		if path.Ext(name) == ".css" {
			assert.NotContains(t, string(content), "url(")
		}
	}
}

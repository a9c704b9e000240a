package main

import (
	"go/scanner"
	"go/token"

	"github.com/yuin/goldmark/ast"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// blocks renders tables, each in a box that scrolls, and code, with Go in colours.
type blocks struct{}

func (blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extensions.KindTable, renderTable)
	r.Register(ast.KindFencedCodeBlock, renderCode)
}

func renderTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"wide\"><table>\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

func renderCode(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		block := n.(*ast.FencedCodeBlock)
		code := block.Lines().Value(source)
		_, _ = w.WriteString("<pre><code>")
		if string(block.Language(source)) == "go" {
			writeGo(w, code)
		} else {
			_, _ = w.Write(util.EscapeHTML(code))
		}
		_, _ = w.WriteString("</code></pre>\n")
	}
	return ast.WalkContinue, nil
}

// writeGo writes code, which may be a piece of a file, with its comments, literals and keywords
// marked.
func writeGo(w util.BufWriter, code []byte) {
	file := token.NewFileSet().AddFile("", -1, len(code))
	var s scanner.Scanner
	s.Init(file, code, nil, scanner.ScanComments)
	written := 0
	for {
		pos, t, literal := s.Scan()
		class := ""
		switch {
		case t == token.EOF:
			_, _ = w.Write(util.EscapeHTML(code[written:]))
			return
		case t == token.COMMENT:
			class = "comment"
		case t == token.STRING, t == token.CHAR:
			class = "string"
		case t.IsKeyword():
			class = "keyword"
		default:
			continue
		}
		from := file.Offset(pos)
		_, _ = w.Write(util.EscapeHTML(code[written:from]))
		written = from + len(literal)
		_, _ = w.WriteString(`<span class="` + class + `">`)
		_, _ = w.Write(util.EscapeHTML(code[from:written]))
		_, _ = w.WriteString("</span>")
	}
}

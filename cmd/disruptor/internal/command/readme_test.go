package command

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/chart"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/markdown"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// TestTheReadmeShowsTheRunThatItNames: its table and its picture are what the commands beside them make of that run.
func TestTheReadmeShowsTheRunThatItNames(t *testing.T) {
	const root = "../../../../"
	readme, err := os.ReadFile(root + "README.md")
	if err != nil {
		t.Skip("not in a checkout of the repository")
	}
	run := regexp.MustCompile(`\[this run\]\((docs/results/[^)]*\.json)\)`).FindSubmatch(readme)
	if run == nil {
		t.Fatal("README.md names no run")
	}
	r, err := result.Read(root + string(run[1]))
	if err != nil {
		t.Fatal(err)
	}
	var table, picture bytes.Buffer
	if err := markdown.WriteBrief(&table, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table.String()) {
		t.Errorf("README.md does not show\n%s", table.String())
	}
	if err := chart.Write(&picture, r); err != nil {
		t.Fatal(err)
	}
	shown, err := os.ReadFile(root + "docs/speed.svg")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(picture.Bytes(), shown) {
		t.Error("docs/speed.svg is not what disruptor table -svg makes of the run")
	}
}

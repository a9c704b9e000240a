package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

//go:embed testdata/look.js
var lookScript string

// browser returns the path of Chromium. Where there is none the test is skipped, unless
// $DISRUPTOR_BROWSER says that it is required. $DISRUPTOR_BROWSER may also be the path of one.
func browser(t *testing.T) string {
	wanted := os.Getenv("DISRUPTOR_BROWSER")
	names := []string{"chromium", "chromium-browser", "google-chrome", "chrome"}
	if wanted != "" && wanted != "required" {
		names = []string{wanted}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if wanted != "" {
		t.Fatalf("DISRUPTOR_BROWSER is %q, and there is none of %v", wanted, names)
	}
	t.Skipf("the pages were not looked at: none of %v is installed (DISRUPTOR_BROWSER=required makes that an error)", names)
	return ""
}

// A looked is what look.js finds.
type looked struct {
	Wrong     []string
	Width     int
	Plots     int
	Scrolling int // tables that are wider than their boxes
	Dark      bool
	Ground    string
}

// openPage opens a page in a window of a width, and returns what look.js finds. If
// $DISRUPTOR_SHOTS is a folder, it leaves a picture there.
func openPage(t *testing.T, browser, page, name string, width int, dark bool) looked {
	t.Helper()
	scheme := 1 // of Blink: 0 is dark, 1 is light
	if dark {
		scheme = 0
	}
	profile, err := os.MkdirTemp("", "browser") // not of t: the browser's processes may still write when it has ended
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
		"--user-data-dir=" + profile, "--no-first-run", "--disable-background-networking", "--disable-extensions",
		fmt.Sprintf("--window-size=%d,900", width), fmt.Sprintf("--blink-settings=preferredColorScheme=%d", scheme),
	}
	url := "file://" + filepath.ToSlash(page)
	if dir := os.Getenv("DISRUPTOR_SHOTS"); dir != "" {
		shot := append(args, fmt.Sprintf("--window-size=%d,15000", width), "--screenshot="+filepath.Join(dir, name+".png"), url)
		out, err := exec.CommandContext(t.Context(), browser, shot...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), browser, append(args, "--dump-dom", url)...)
	cmd.Stderr = &stderr
	dom, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	root, err := html.Parse(bytes.NewReader(dom))
	require.NoError(t, err)
	for _, pre := range elements(root, "pre") {
		if attribute(pre, "id") == "look" {
			var l looked
			require.NoError(t, json.Unmarshal([]byte(text(pre)), &l))
			return l
		}
	}
	t.Fatalf("look.js has not run: %s\n%s", stderr.String(), dom)
	return looked{}
}

// withLook writes a page, changed by edit, with look.js at its end.
func withLook(t *testing.T, edit func(string) string) (path string) {
	r, err := result.Read("testdata/sample.json")
	require.NoError(t, err)
	var page bytes.Buffer
	require.NoError(t, Write(&page, r))
	path = filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(path, []byte(edit(page.String())+"<script>"+lookScript+"</script>"), 0o600))
	return path
}

func TestThePageInABrowser(t *testing.T) {
	b := browser(t)
	path := withLook(t, func(page string) string { return page })
	for _, width := range []int{1280, 500} {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark])
			t.Run(name, func(t *testing.T) {
				l := openPage(t, b, path, name, width, dark)
				require.Empty(t, l.Wrong)
				require.Equal(t, width, l.Width)
				require.Equal(t, dark, l.Dark)
				require.Equal(t, map[bool]string{false: "rgb(255, 255, 255)", true: "rgb(20, 23, 27)"}[dark], l.Ground)
				require.GreaterOrEqual(t, l.Plots, 9)
				require.Equal(t, width == 500, l.Scrolling > 0, "tables fit in a wide window, and scroll in a narrow one")
			})
		}
	}
}

// The look must see what it is there for. Each edit spoils another part of the page in one way.
func TestTheLookSeesWhatIsWrong(t *testing.T) {
	b := browser(t)
	wants := map[string]string{
		"the page is ":              "h1 { width: 1400px; }",
		"reaches out of the page":   "",
		"reaches out of its plot":   "#W1 svg text.label { letter-spacing: 2em; }",
		"reaches out of its figure": "#W7 svg.wide { width: 120%; }",
		"overlaps ":                 "#W8 svg text.label { font-size: 40px; }",
		"too small to read":         "#W9 svg.wide { width: 50%; }",
		"is cut off":                "#batch .scroll { overflow: hidden; width: 200px; }",
		"scrolls without a sign":    "#load .scroll { background: none; width: 200px; }",
		"does not show one plot":    "#S1 svg.narrow { display: block; }",
		"wider than the cell":       "#S1 td { display: block; width: 10px; overflow: clip; }",
		"too pale":                  "#S8 td { color: #bbb; }",
		"leads nowhere":             "",
	}
	l := openPage(t, b, withLook(t, func(page string) string {
		for _, rule := range wants {
			page += "<style>" + rule + "</style>"
		}
		return page + `<a href="#none">x</a>`
	}), "spoiled", 1280, false)
	for want := range wants {
		require.Contains(t, fmt.Sprint(l.Wrong), want)
	}
}

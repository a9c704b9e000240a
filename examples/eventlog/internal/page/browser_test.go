package page

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience bounds every wait. Only what never comes takes so long.
const patience = time.Minute

// browser returns the path of Chromium. Where there is none the tests that need it are skipped, unless
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
	t.Skipf("the page was not looked at: none of %v is installed (DISRUPTOR_BROWSER=required makes that an error)", names)
	return ""
}

// A tab is a browser with one page in it.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	wrong  []string // what the browser says about the page: exceptions, the console, the network
	thrown []string // of these, exceptions
}

// A look is how a page is looked at.
type look struct {
	width, height int64
	dark, still   bool
}

var desk = look{width: 1280, height: 900}

func (l look) String() string {
	return fmt.Sprintf("%d-%s", l.width, map[bool]string{false: "light", true: "dark"}[l.dark])
}

// held takes the long waits of the page out of time: a busy machine doesn't end them, but a test may.
const held = `
	const soon = setTimeout;
	window.held = [];
	window.setTimeout = (f, ms) => ms < 5000 ? soon(f, ms) : soon(() => {}, 0, window.held.push({ f, ms }));
	AbortSignal.timeout = () => {
		const c = new AbortController();
		window.expire = () => c.abort(new DOMException("signal timed out", "TimeoutError"));
		return c.signal;
	};`

// open opens the page of a service in a browser, and waits until it is connected. Its long waits are held.
func open(t *testing.T, s *service, l look) *tab { return openWith(t, s, l, held) }

// openWith runs a script before those of the page.
func openWith(t *testing.T, s *service, l look, script string) *tab {
	path := browser(t)
	profile, err := os.MkdirTemp("", "browser") // not of t: the browser's processes may still write when it has ended
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience) // for a browser that answers nothing at all
	t.Cleanup(cancel)
	allocator, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox)...)
	t.Cleanup(func() {
		cancel()
		_ = os.RemoveAll(profile)
	})
	b := &tab{t: t}
	b.ctx, cancel = chromedp.NewContext(allocator, chromedp.WithListener(b.hear))
	t.Cleanup(cancel)
	b.look(l)
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(t, err)
	b.do(chromedp.Navigate("http://" + s.addr + s.base + "/"))
	b.says("#status", "Connected")
	return b
}

// look changes the window and what the page is told of its reader's wishes.
func (b *tab) look(l look) {
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: map[bool]string{false: "light", true: "dark"}[l.dark]},
		{Name: "prefers-reduced-motion", Value: map[bool]string{false: "no-preference", true: "reduce"}[l.still]},
	}
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(l.width, l.height)))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	require.NoError(b.t, err)
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text, _ := json.Marshal(e.ExceptionDetails)
		b.wrong, b.thrown = append(b.wrong, string(text)), append(b.thrown, string(text))
	case *runtime.EventConsoleAPICalled:
		text, _ := json.Marshal(e.Args)
		b.wrong = append(b.wrong, string(text))
	case *log.EventEntryAdded:
		b.wrong = append(b.wrong, e.Entry.Text)
	}
}

// quiet requires that the browser has had nothing to say.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.wrong)
}

// sound requires that the page has thrown nothing, where the browser does speak of lost connections.
func (b *tab) sound() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.thrown)
}

// value returns the value of an expression in the page.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// await waits until an expression is true.
func (b *tab) await(expression string) {
	b.t.Helper()
	for start := time.Now(); !value[bool](b, "!!("+expression+")"); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > patience {
			b.t.Fatalf("%s is still false after %v. The page says:\n%s", expression, patience, value[string](b, "document.body.innerText.slice(0, 3000)"))
		}
	}
}

// says waits until an element has a text in it.
func (b *tab) says(selector, text string) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

// do runs steps of a reader.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// fill gives a field a text, as if it had been pasted.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(b.t, err)
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`{ const e = document.querySelector(%q); e.value = %s; e.dispatchEvent(new Event("input", { bubbles: true })); }`, selector, quoted)))
}

// shoot leaves a picture in $DISRUPTOR_SHOTS, if that is a folder.
func (b *tab) shoot(name string) {
	dir := os.Getenv("DISRUPTOR_SHOTS")
	if dir == "" {
		return
	}
	b.do(chromedp.Evaluate[chromedp.Void]("scrollTo(0, 0)"))
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600))
}

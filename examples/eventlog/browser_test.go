package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The page of the real service, in a browser: it shows what is sent, goes on after the service was
// killed and started again, and shows each event once.
func TestThePageSurvivesARestart(t *testing.T) {
	b := openBrowser(t)
	web, tcp, dir := freeAddress(t), freeAddress(t), t.TempDir()
	args := []string{"-http", web, "-tcp", tcp, "-dir", dir}
	p := launch(t, args...)
	require.NoError(t, chromedp.Do(b, chromedp.Navigate("http://"+web)))
	until(t, b, `document.querySelector("#status").innerText.startsWith("Connected")`, "true")

	send(t, web, 3)
	until(t, b, shown, "2 1 0")
	until(t, b, `document.querySelector("#records").innerText`, "3")

	p.kill()
	until(t, b, `document.querySelector("#status").innerText.includes("trying again")`, "true")
	launch(t, args...)
	send(t, web, 2)
	until(t, b, shown, "4 3 2 1 0")
	until(t, b, `document.querySelector("#acknowledged").innerText`, "2")
}

// shown are the sequences of the events that the page shows, the newest first.
const shown = `Array.from(document.querySelectorAll("#events tbody tr"), row => row.cells[0].innerText).join(" ")`

func send(t *testing.T, web string, n int) {
	t.Helper()
	r, err := http.Post("http://"+web+"/events", "", strings.NewReader(strings.Repeat(`{"key":"k","data":1}`, n)))
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, 200, r.StatusCode)
}

func until(t *testing.T, b context.Context, script, want string) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := chromedp.Run(b, chromedp.Evaluate[string]("String("+script+")"))
		return err == nil && got == want
	}, patience, 10*time.Millisecond, "%s: %q is wanted", script, want)
}

// freeAddress returns an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil && os.Getenv("DISRUPTOR_BROWSER") == "" {
		t.Skip("no Chromium is installed (DISRUPTOR_BROWSER=required makes that an error)")
	}
	require.NoError(t, err)
	profile, err := os.MkdirTemp("", "browser") // not of t: the browser's processes may still write when it has ended
	require.NoError(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(func() {
		cancel()
		_ = os.RemoveAll(profile)
	})
	b, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	return b
}

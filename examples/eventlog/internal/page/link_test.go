package page

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// While there is no service, the page tries again, after pauses of up to 2 s.
func TestPausesGrow(t *testing.T) {
	s := serve(t, 0)
	b := openWith(t, s, desk, `
		const real = setTimeout;
		window.pauses = [];
		window.setTimeout = (f, ms) => {
			if (ms > 100 && ms < 5000) pauses.push(ms);
			return real(f, ms);
		};`)
	s.stop()
	b.await("pauses.filter(ms => ms === 2000).length >= 6") // of both connections
	require.Equal(t, []int{125, 250, 500, 1000, 2000}, value[[]int](b, "[...new Set(pauses)]"))
	s.start()
	b.says("#status", "Connected")
	b.sound()
}

// A page that learns that there is a network again does not wait for the end of its pause.
func TestPauseEndsWithTheNetworkBack(t *testing.T) {
	s := serve(t, 3)
	b := openWith(t, s, desk, `
		const soon = setTimeout;
		window.setTimeout = (f, ms) => soon(ms > 100 ? () => {} : f, ms);`)
	s.stop()
	b.says("#status", "Not connected")
	s.start()
	b.do(chromedp.Evaluate[chromedp.Void]("dispatchEvent(new Event('online'))"))
	b.says("#status", "Connected")
	b.sound()
}

// linked runs a script with a Link and what its connections were given.
func linked[T any](b *tab, script string) T {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("import('./link.js').then(link => { window.Link = link.Link; })"))
	b.await("window.Link")
	return value[T](b, `(() => {
		const dials = [];
		let closed = 0;
		const link = new Link(given => {
			dials.push(given);
			return () => closed++;
		}, () => {});`+script+`})()`)
}

// What is heard of a connection whose place another has taken concerns nobody.
func TestLinkIgnoresTheConnectionBefore(t *testing.T) {
	b := open(t, serve(t, 0), desk)
	require.Equal(t, []any{"connected", 2.0, 1.0, 1.0}, linked[[]any](b, `
		let ran = 0;
		link.open();
		dials[0].up();
		dials[0].own(() => ran++)();
		link.open();
		dials[0].own(() => ran++)();
		dials[0].down();
		return [link.state, dials.length, closed, ran];`))
}

// A service that accepts a connection and ends it at once is not asked more and more often.
func TestLinkPausesAfterShortConnections(t *testing.T) {
	b := open(t, serve(t, 0), desk)
	require.Equal(t, []int{125, 250, 500, 1000, 2000, 2000, 125, 250}, linked[[]int](b, `
		const timer = window.setTimeout, clock = performance.now, pauses = [];
		let now = 0;
		window.setTimeout = (f, ms) => pauses.push(ms);
		performance.now = () => now;
		for (const lasted of [0, 1, 10, 100, 1000, 2000, 2001, 0]) {
			link.open();
			dials.at(-1).up();
			now += lasted;
			dials.at(-1).down();
		}
		window.setTimeout = timer;
		performance.now = clock;
		return pauses;`))
}

package page

import (
	_ "embed"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/look.js
var lookScript string

// fresh makes a service with an empty journal.
func fresh(t *testing.T) *service {
	s := serve(t, 0)
	s.change(func() {
		s.figures["acknowledged"], s.figures["rate"] = 0, 0
		s.figures["latency"] = object{"p50": 0, "p99": 0, "max": 0}
		s.figures["clients"] = object{"count": 1, "missed": 0}
		s.figures["journal"] = object{"bytes": 0, "segments": 1, "syncs": 0, "first": 0}
		s.figures["stages"] = []object{
			stage("journal", 0, 0, "waiting", 0, 0, 0), stage("index", 0, 0, "waiting", 0, 0, 0), stage("broadcast", 0, 0, "waiting", 0, 0, 0),
		}
		s.figures["explain"] = []string{
			`no producer is blocked: ring "events" has 4096 of 4096 slots free; all that was published is handed back.`,
			`no producer is blocked: ring "live" has 65536 of 65536 slots free; all that was published is handed back.`,
		}
	})
	return s
}

// busy makes a service with two minutes of much to do: great numbers, long texts, and a gap.
func busy(t *testing.T) (*service, *tab) {
	s := serve(t, 400)
	s.lines[399] = `{"seq":399,"time":"2020-12-28T20:48:58.888Z","key":"old","data":{"of":"another day"}}`
	s.change(func() {
		s.ago = 120e9
		s.figures["journal"].(object)["bytes"] = 912_345_678_901
		s.figures["journal"].(object)["syncs"] = 123_456_789
	})
	b := open(t, s, desk)
	for i := range 240 {
		s.change(func() {
			s.ago -= 5e8
			s.figures["acknowledged"] = 2_123_000_000 + i
			s.figures["rate"] = 250_000.4 + float64(i*7919%100)*700 - float64(i%120)*900
			s.figures["latency"] = object{"p50": 380 + i*31%80, "p99": 1500 + i*7919%900, "max": 112_650}
			s.figures["stages"] = []object{
				stage("journal", 2_123_456_789, 4000+i*37%90, "busy", 41, 512, 4096),
				stage("index", 2_123_456_000, 1200-i, "retrying", 8, 64, 4096),
				stage("broadcast", 2_123_452_000, 163, "waiting", 12, 200, 4096),
			}
		})
		b.says("#acknowledged", fmt.Sprintf(",%03d ", i)[:4])
	}
	s.append("a-key-of-some-length/that/does/not/fit", fmt.Sprintf("%q", fmt.Sprintf("%0600d", 7)))
	s.miss(55, true)
	s.append("ключ", `{"n":12345678901234567890,"t":"日本語のテキスト","ok":true}`)
	s.miss(3, false)
	for i := range 9 {
		s.append(fmt.Sprintf("sensor-%d", i%7), fmt.Sprintf(`{"temperature":%d.5,"unit":"C","host":"h%03d"}`, 15+i, i))
	}
	b.await("document.querySelector('#events .note.bad') && document.querySelectorAll('#events tbody tr').length === 200")
	return s, b
}

// looks has every width with both schemes.
func looks() (all []look) {
	for _, width := range []int64{320, 400, 641, 800, 1024, 1280, 1600} {
		for _, dark := range []bool{false, true} {
			all = append(all, look{width: width, height: 900, dark: dark})
		}
	}
	return all
}

// seen returns what is wrong with a look of the page.
func (b *tab) seen(l look) []string {
	b.t.Helper()
	b.look(l)
	b.await(fmt.Sprintf("innerWidth === %d && matchMedia('(prefers-color-scheme: dark)').matches === %v", l.width, l.dark))
	// The charts follow the window in its next frames.
	b.await("[...document.querySelectorAll('svg')].every(e => e.viewBox.baseVal.width === e.clientWidth)")
	ground := map[bool]string{false: "rgb(255, 255, 255)", true: "rgb(20, 23, 27)"}[l.dark]
	require.Equal(b.t, ground, value[string](b, "getComputedStyle(document.body).backgroundColor"))
	return value[[]string](b, lookScript)
}

func TestLookWithoutEvents(t *testing.T) {
	b := open(t, fresh(t), desk)
	for _, l := range looks() {
		require.Empty(t, b.seen(l), l)
		b.shoot("none-" + l.String())
	}
	b.quiet()
}

func TestLookWithManyEvents(t *testing.T) {
	s, b := busy(t)
	for _, l := range looks() {
		require.Empty(t, b.seen(l), l)
		b.shoot("many-" + l.String())
	}
	b.quiet()
	s.stop()
	b.says("#status", "Not connected")
	for _, l := range looks() {
		require.Empty(t, b.seen(l), l)
		b.shoot("lost-" + l.String())
	}
	s.change(func() {
		s.figures["run"] = "another"
		s.reply = reply(422, `{"error":"the key is 300 bytes long, and at most 256 are allowed"}`)
	})
	s.start()
	b.says("#status", "restarted")
	b.send("key", "", "1")
	b.says("#reply", "at most")
	for _, l := range looks()[:2] {
		require.Empty(t, b.seen(l), l)
		b.shoot("restarted-" + l.String())
	}
	require.Empty(t, b.seen(desk))
	b.shoot("restarted-" + desk.String())
}

// The look must see what it is there for. Each rule spoils the page in one way.
func TestLookSeesWhatIsWrong(t *testing.T) {
	b := open(t, serve(t, 20), desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 20")
	b.await("document.querySelector('.curve').getBoundingClientRect().width > 0")
	require.Empty(t, b.seen(desk))
	for rule, want := range map[string]string{
		"h1 { min-width: 1400px; }":                         "the page is ",
		"#rate { margin-left: -3rem; }":                     "reaches out of the window",
		".three dd { font-size: 4rem; }":                    "its text is wider than itself",
		"#events .seq { width: 2rem !important; }":          "a number is cut off",
		".chart text { letter-spacing: 2em; }":              "reaches out of its chart",
		".chart text { font-size: 40px; }":                  "lies on another label",
		"#rate-chart text { display: none; }":               "reaches out of its chart",
		".soft { color: #bbb; }":                            "too pale, rgb(187, 187, 187) on rgb(255, 255, 255): <p",
		".chart text { fill: #bbb; }":                       "too pale, rgb(187, 187, 187) on rgb(255, 255, 255): <text",
		"input { border-color: #ccc; }":                     "too pale, rgb(204, 204, 204) on rgb(255, 255, 255): <input",
		".chart .curve { stroke: #ccc; }":                   "too pale, rgb(204, 204, 204) on rgb(255, 255, 255): <path",
		".bar > div > div { background: #ddd !important; }": "too pale, rgb(221, 221, 221)",
		".key::before { border-color: #ccc; }":              "too pale, rgb(204, 204, 204) on rgb(255, 255, 255): <dt",
		"body main { display: none; }":                      "only ",
	} {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("{ const s = new CSSStyleSheet(); s.replaceSync(%q); document.adoptedStyleSheets = [s]; }", rule)))
		require.Contains(t, fmt.Sprint(value[[]string](b, lookScript)), want, rule)
	}
}

func TestMotionIsReduced(t *testing.T) {
	b := open(t, serve(t, 0), desk)
	moving := "[...document.querySelectorAll('*')].filter(e => Number.parseFloat(getComputedStyle(e).transitionDuration) > 0 || getComputedStyle(e).animationName !== 'none').length"
	require.Equal(t, 3, value[int](b, moving), "the bars of the stages")
	b.look(look{width: 1280, height: 900, still: true})
	b.await(moving + " === 0")
}

// All that can be done is done by keys, and what has the focus is seen to have it.
func TestKeysAreEnough(t *testing.T) {
	s := serve(t, 400)
	s.reply = reply(200, `{"seq":1}`)
	b := open(t, s, look{width: 1280, height: 500}) // where the table must be scrolled
	b.await("document.querySelectorAll('#events tbody tr').length === 200")
	focused := "(e => e.id || e.name || e.className || e.tagName)(document.activeElement)"
	var order []string
	for range 7 {
		b.do(chromedp.KeyEvent(kb.Tab))
		at := value[string](b, focused)
		order = append(order, at)
		require.Equal(t, "solid 2px", value[string](b, "(s => s.outlineStyle + ' ' + s.outlineWidth)(getComputedStyle(document.activeElement))"), at)
		switch at {
		case "key", "filter":
			b.do(chromedp.KeyEvent("sensor-3"))
		case "BUTTON":
			b.do(chromedp.KeyEvent(kb.Enter))
			b.says("#reply", "Durable at sequence 1.")
		case "pause":
			b.do(chromedp.KeyEvent(" "))
			b.says("#pause", "Resume")
		case "scroll":
			b.do(chromedp.KeyEvent(kb.End))
			b.await("document.activeElement.scrollTop > 0")
		}
	}
	require.Equal(t, []string{"key", "id", "data", "BUTTON", "filter", "pause", "scroll"}, order)
	require.Equal(t, `{"key":"sensor-3","data":{"hello": "world"}}`, s.sent()[0])
	require.Len(t, b.sequences(), 28, "of one key in seven")
	require.Equal(t, "0", value[string](b, "document.activeElement.getAttribute('tabindex')"), "not every browser focuses what scrolls")
	require.Zero(t, value[int](b, `document.querySelectorAll(":is(input, textarea):not(label *)").length`), "each field has a label")
	b.quiet()
}

package page

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiguresAreShown(t *testing.T) {
	s := serve(t, 300)
	b := open(t, s, desk)
	texts := func(want map[string]string) {
		t.Helper()
		for id, text := range want {
			b.await(fmt.Sprintf("document.getElementById(%q).innerText === %q", id, text))
		}
	}
	texts(map[string]string{
		"rate": "48,210", "acknowledged": "1,234,567", "p50": "412\u00a0µs", "p99": "1.84\u00a0ms", "max": "12.7\u00a0ms",
		"clients": "3", "missed": "55", "greatest": "163",
		"records": "300", "sequences": "0 to 299", "bytes": "512\u00a0MB", "segments": "8", "syncs": "30,117",
	})
	cells := `Array.from(document.querySelectorAll("#stages tbody tr"), row => Array.from(row.cells, c => c.innerText).join("|"))`
	require.Equal(t, []string{
		"journal|busy|1,234,567|96||41|512|1,024",
		"index|waiting|1,234,660|3||8|64|300",
		"broadcast|busy|1,234,500|163||12|200|512",
	}, value[[]string](b, cells))
	bar := func(i int) string {
		return fmt.Sprintf("Number.parseFloat(document.querySelectorAll('#stages .bar div div')[%d].style.width)", i)
	}
	require.InDelta(t, 100*96/163.0, value[float64](b, bar(0)), 0.1)
	require.InDelta(t, 100, value[float64](b, bar(2)), 0)
	require.Equal(t, 2, value[int](b, "document.querySelectorAll('#explain li').length"))
	b.says("#explain", `consumer "journal" is 96 behind`)

	s.change(func() {
		s.figures["rate"] = 7.0
		s.figures["latency"] = object{"p50": 0, "p99": 0, "max": 0}
		s.figures["stages"] = []object{stage("journal", 5, 20, "retrying", 1, 2, 3)}
		s.figures["explain"] = []string{`2 producers blocked for 2.1 s`}
	})
	texts(map[string]string{"rate": "7", "p50": "–", "p99": "–", "max": "–", "greatest": "163", "explain": "2 producers blocked for 2.1 s"})
	require.Equal(t, []string{"journal|retrying|5|20||1|2|3"}, value[[]string](b, cells))
	require.InDelta(t, 100*20/163.0, value[float64](b, bar(0)), 0.1)
	require.Equal(t, "bad", value[string](b, "document.querySelector('#stages tbody tr').className"))
	b.quiet()
}

// The line goes to the right with time, to the top with the rate, and ends two minutes ago.
func TestChartsAreDrawn(t *testing.T) {
	s := serve(t, 0)
	b := open(t, s, desk)
	points := func(id string) (xs, ys []float64) {
		p := value[[][]float64](b, fmt.Sprintf(
			`Array.from(document.querySelector("#%s .curve").getAttribute("d").matchAll(/[ML]([\d.]+) ([\d.]+)/g), m => [Number(m[1]), Number(m[2])])`, id))
		for _, point := range p {
			xs, ys = append(xs, point[0]), append(ys, point[1])
		}
		return xs, ys
	}
	for i, rate := range []float64{10, 20, 40} {
		s.change(func() {
			s.figures["acknowledged"] = i
			s.figures["rate"] = rate
			s.figures["latency"] = object{"p50": 100 * rate, "p99": 200 * rate, "max": 300 * rate}
		})
		b.await(fmt.Sprintf("document.getElementById('acknowledged').innerText === '%d'", i))
	}
	for _, id := range []string{"rate-chart", "latency-chart"} {
		xs, ys := points(id)
		require.GreaterOrEqual(t, len(xs), 4)
		require.IsNonDecreasing(t, xs)
		right := value[float64](b, fmt.Sprintf("document.getElementById(%q).clientWidth", id)) - 6
		require.InDelta(t, right, xs[len(xs)-1], 0.1, "now is at the right end")
		require.Less(t, ys[len(ys)-1], ys[len(ys)-2]+0.1)
	}
	require.Equal(t, 2, value[int](b, "document.querySelectorAll('#latency-chart .curve').length"), "p50 and p99")
	b.await(`[...document.querySelectorAll("#rate-chart text")].some(e => e.textContent === "60\u00a0k")`) // 48,210 was the first

	s.change(func() { s.ago = -130e9 }) // two minutes later these have left the window
	b.await(`[...document.querySelectorAll("#rate-chart text")].some(e => e.textContent === "40")`)
	b.quiet()
}

func TestStreamIsShown(t *testing.T) {
	s := serve(t, 300)
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 200")
	require.Equal(t, []string{"99"}, s.asked(), "the page begins with the newest 200")
	require.Equal(t, from(100, 300), b.sequences())

	at := s.append("a key", `{"n":12345678901234567890,"x":1.50,"s":"é"}`)
	b.await(fmt.Sprintf("document.querySelector('#events tbody .seq').innerText === '%d'", at))
	require.Equal(t, from(101, 301), b.sequences(), "the oldest has made room")
	cell := func(name string) string {
		return value[string](b, fmt.Sprintf("document.querySelector('#events tbody .%s').textContent", name))
	}
	require.Equal(t, "a key", cell("by"))
	require.Equal(t, `{"n":12345678901234567890,"x":1.50,"s":"é"}`, cell("data"), "numbers keep their digits")
	require.Regexp(t, `^\d\d:\d\d:\d\d\.\d{3}$|^\d\d-\d\d \d\d:\d\d:\d\d$`, cell("time")) // the latter at midnight

	for _, size := range []int{1000, 100_000} {
		at = s.append("long", fmt.Sprintf("%q", fmt.Sprintf("%0*d", size, 7)))
		b.await(fmt.Sprintf("document.querySelector('#events tbody .seq').innerText === '%d'", at))
		require.Regexp(t, `^"0{398}…$`, cell("data"), "data of %d digits is cut", size)
	}
	b.says("#shown", "203 received. The newest 200 are shown.")
	b.quiet()
}

func TestStrangeLinesOfTheStream(t *testing.T) {
	s := serve(t, 0)
	b := open(t, s, desk)
	s.change(func() {
		s.lines = []string{
			"nonsense\n\nnull\n{\"error\":\"the journal is gone\"}\n" +
				`{"seq":0,"time":"2020-02-03T12:05:06.789Z","key":"old","data":1}`,
			`{"seq":1,"time":"soon","key":7}`,
			`{"seq":2123456789,"time":"2020-12-28T20:48:58.888Z","key":"far","data":null}`,
		}
	})
	b.await("document.querySelector('#events .by')?.innerText === 'key' && document.querySelectorAll('#events tbody tr').length === 7")
	require.Equal(t, []string{
		"2,123,456,789 | 12-2D DD:48:58 | far | null",
		"No events and no report came for 2 to 2,123,456,788.",
		"1 | – | 7 | –",
		"0 | 02-0D DD:05:06 | old | 1",
		"The service says: the journal is gone",
		"The service says: null",
		"A line of the stream is not JSON: ",
	}, value[[]string](b, `Array.from(document.querySelectorAll("#events tbody tr"), row => Array.from(row.cells, cell => cell.innerText).join(" | ")
		.replace(/(-[02])\d \d\d:/, "$1D DD:").replace(/(not JSON: ).*/, "$1"))`), "but for the reader's zone and the browser's words")
	require.Zero(t, value[int](b, "[...document.querySelectorAll('#events :is(.seq, .time)')].filter(e => e.scrollWidth > e.clientWidth).length"), "no number is cut off")
	b.quiet()
}

// A journal that no longer has its first events, and one that is empty, are read from their beginning.
func TestStreamBeginsWithTheJournal(t *testing.T) {
	for events, after := range map[int]string{0: "-1", 5: "-1", 201: "0"} {
		s := serve(t, events)
		b := open(t, s, desk)
		require.Equal(t, []string{after}, s.asked())
		b.await(fmt.Sprintf("document.querySelectorAll('#events tbody tr').length === %d", min(events, 200)))
		b.says("#shown", map[bool]string{true: "No events yet", false: "received"}[events == 0])
	}
	s := serve(t, 20)
	s.figures["journal"].(object)["first"] = 15
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 5")
	require.Equal(t, []string{"14"}, s.asked())
}

func TestGapIsARowOfItsOwn(t *testing.T) {
	s := serve(t, 3)
	b := open(t, s, desk)
	s.miss(1200, true)
	s.append("then", "1")
	s.miss(1, true)
	s.append("then", "2")
	s.miss(7, false)
	s.append("then", "3")
	notes := "Array.from(document.querySelectorAll('#events .note'), e => e.innerText + (e.classList.contains('bad') ? ' (bad)' : ''))"
	b.await(notes + ".length === 3")
	require.Equal(t, []string{
		"No events and no report came for 1,206 to 1,212. (bad)",
		"Missed an event: 1,204.",
		"Missed 1,200 events: 3 to 1,202.",
	}, value[[]string](b, notes))
	require.Equal(t, []int{0, 1, 2, 1203, 1205, 1213}, b.sequences())
	b.quiet()
}

// Everything that comes from outside is shown as it is, and nothing of it runs.
func TestUntrustedTextIsOnlyText(t *testing.T) {
	const script = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`
	s := serve(t, 0)
	b := open(t, s, desk)
	before := value[int](b, "document.querySelectorAll('*').length")
	s.append(script, fmt.Sprintf("%q", script))
	s.change(func() {
		s.figures["stages"].([]object)[0]["name"] = script
		s.figures["explain"].([]string)[0] = script
		s.reply = reply(400, fmt.Sprintf(`{"error":%q}`, script))
	})
	b.send("k", "", "1")
	for _, selector := range []string{"#events .by", "#events .data", "#stages th[scope=row]", "#explain li", "#reply"} {
		b.await(fmt.Sprintf(`document.querySelector("tbody %[1]s, %[1]s:not(th[scope=col])")?.textContent.replaceAll("\\", "").includes(%[2]q)`, selector, script))
	}
	require.Zero(t, value[int](b, "document.querySelectorAll('main :is(img, script)').length"))
	require.Equal(t, before+5, value[int](b, "document.querySelectorAll('*').length"), "a row of four cells is all that is new")
	require.False(t, value[bool](b, "'ran' in window"))
}

func from(first, end int) (all []int) {
	for i := first; i < end; i++ {
		all = append(all, i)
	}
	return all
}

// sequences returns those that the table shows, the oldest first.
func (b *tab) sequences() []int {
	b.t.Helper()
	return value[[]int](b, "Array.from(document.querySelectorAll('#events tbody .seq'), e => Number(e.innerText.replaceAll(',', ''))).reverse()")
}

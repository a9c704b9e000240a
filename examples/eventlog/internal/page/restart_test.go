package page

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The service ends and begins again at the same port. The page says so, and goes on where it was.
func TestRestart(t *testing.T) {
	s := serve(t, 30)
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 30")
	s.stop()
	b.says("#status", "Not connected, trying again. The figures are of ")
	require.Equal(t, "lost", value[string](b, "document.body.className"))
	require.Contains(t, value[string](b, "document.title"), "not connected")
	require.True(t, value[bool](b, `(e => e.top >= 0 && e.bottom < innerHeight && e.width > 0)(document.getElementById("status").getBoundingClientRect())`))

	for range 20 {
		s.append("meanwhile", "1")
	}
	s.change(func() {
		s.figures["run"] = "another"
		s.overlap = 3 // these have been shown
	})
	s.start()
	b.says("#status", "The service was restarted at ")
	b.await("document.querySelectorAll('#events tbody tr').length >= 50")
	s.append("then", "1")
	b.await("document.querySelector('#events tbody .by').innerText === 'then'")
	require.Equal(t, from(0, 51), b.sequences(), "without a gap and without a double")
	require.Zero(t, value[int](b, "document.querySelectorAll('#events .note').length"))
	require.Equal(t, []string{"-1", "29"}, s.asked(), "the page goes on after the last that it has seen")
	require.Equal(t, 2, value[int](b, "document.querySelectorAll('.chart .mark').length"), "the charts show the restart")
	require.Greater(t, value[int](b, "document.querySelector('.curve').getAttribute('d').match(/M/g).length"), 1, "the line is torn there")
	require.Equal(t, "eventlog", value[string](b, "document.title"))
	b.do(chromedp.Evaluate[chromedp.Void]("held.findLast(wait => wait.ms === 15000).f()")) // after a while
	b.says("#status", "Connected, run another")
	b.sound()
}

// Many restarts, with events before, between and after: each is shown once.
func TestRestartsInARow(t *testing.T) {
	s := serve(t, 5)
	b := open(t, s, desk)
	for i := range 5 {
		s.append("before", "1")
		s.stop()
		s.append("between", "1")
		s.change(func() { s.figures["run"] = fmt.Sprint(i) })
		s.start()
		b.await(fmt.Sprintf("document.querySelector('#events tbody .seq')?.innerText === '%d'", 6+2*i))
	}
	require.Equal(t, from(0, 15), b.sequences())
	b.sound()
}

// A service that forgot its journal gets a remark, and its events are shown.
func TestRestartWithAnotherJournal(t *testing.T) {
	s := serve(t, 30)
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 30")
	s.stop()
	s.change(func() {
		s.lines = nil
		s.figures["run"] = "another"
	})
	for range 4 {
		s.append("new", "1")
	}
	s.start()
	b.says("#events .note.bad", "The journal ends at 4, and 29 was received before")
	s.append("new", "2")
	b.await("document.querySelector('#events tbody .data').innerText === '2'")
	require.Equal(t, append(from(0, 30), from(0, 5)...), b.sequences())
	b.sound()
}

// A connection that stands and says nothing is lost too.
func TestSilenceIsNoticed(t *testing.T) {
	s := serve(t, 3)
	b := openWith(t, s, desk, "")
	b.await("document.querySelectorAll('#events tbody tr').length === 3")
	s.change(func() { s.mute = true })
	b.says("#status", "Not connected")
	s.change(func() { s.mute = false })
	b.says("#status", "Connected")
	at := s.append("then", "1")
	b.await(fmt.Sprintf("document.querySelector('#events tbody .seq').innerText === '%d'", at))
	require.Equal(t, from(0, 4), b.sequences())
	require.Contains(t, s.asked(), "2", "the stream has begun anew as well")
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.open["/figures"] == 1 && s.open["/stream"] == 1
	}, patience, 20*time.Millisecond, "the connections that were lost are closed")
	b.quiet()
}

// Only the stream may be lost.
func TestStreamAloneIsLost(t *testing.T) {
	s := serve(t, 3)
	b := open(t, s, desk)
	s.change(func() { s.refuse = true })
	b.says("#status", "The stream is not connected, trying again.")
	s.change(func() { s.refuse = false })
	b.says("#status", "Connected")
	b.sound()
}

// Everything works under a prefix: the page names nothing from the root.
func TestUnderAPrefix(t *testing.T) {
	s := serveUnder(t, "/some/log", 3)
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 3")
	s.change(func() { s.reply = reply(200, `{"seq":3}`) })
	b.send("k", "", "1")
	b.says("#reply", "Durable at sequence 3.")
	b.quiet()
}

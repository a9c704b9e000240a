package page

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestPauseKeepsTheTableStill(t *testing.T) {
	s := serve(t, 10)
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 10")
	b.do(chromedp.Click(chromedp.ID("pause")))
	b.says("#pause", "Resume")
	for range 1500 {
		s.append("more", "1")
	}
	s.miss(2, true)
	b.says("#shown", "Paused, 1,500 new. 1,510 received.")
	require.Equal(t, from(0, 10), b.sequences())

	b.filter("sensor-3")
	require.Equal(t, []int{3}, b.sequences(), "the filter works on what was there when the pause began")
	b.filter("more")
	require.Empty(t, b.sequences())
	b.filter("")
	require.Equal(t, from(0, 10), b.sequences())

	b.do(chromedp.Click(chromedp.ID("pause")))
	b.says("#pause", "Pause")
	b.await("document.querySelectorAll('#events tbody tr').length === 200")
	require.Equal(t, from(1311, 1510), b.sequences(), "the newest are there, and the gap's row")
	require.Equal(t, 1, value[int](b, "document.querySelectorAll('#events .note').length"))
	b.filter("sensor-3")
	require.Equal(t, []int{3}, b.sequences(), "what was there before the pause")
	b.filter("more")
	require.Equal(t, from(1311, 1510), b.sequences(), "and what came meanwhile")
	b.filter("")
	at := s.append("after", "1")
	b.await(fmt.Sprintf("document.querySelector('#events tbody .seq').innerText === '%s'", "1,512"))
	require.Equal(t, 1512, at)
	b.quiet()
}

func TestFilterByKey(t *testing.T) {
	s := serve(t, 20) // of the keys sensor-0 to sensor-6
	b := open(t, s, desk)
	b.await("document.querySelectorAll('#events tbody tr').length === 20")
	b.filter("nobody")
	require.Empty(t, b.sequences())
	b.says("#shown", "20 received. None of the last 20 has such a key.")
	b.filter("or-3")
	require.Equal(t, []int{3, 10, 17}, b.sequences())
	b.says("#shown", "20 received. The newest 3 with such a key are shown.")

	for range 1990 { // many more than the table has rows for
		s.append("frequent", "1")
	}
	s.miss(1, true)
	s.append("sensor-3", "1")
	b.await("document.querySelectorAll('#events tbody tr').length === 5")
	require.Equal(t, []int{3, 10, 17, 2011}, b.sequences(), "others have not displaced those that match")
	require.Equal(t, 1, value[int](b, "document.querySelectorAll('#events .note').length"), "a gap may have had such keys")

	b.filter("")
	require.Equal(t, append(from(1812, 2010), 2011), b.sequences())
	b.quiet()
}

func (b *tab) filter(text string) {
	b.t.Helper()
	b.fill("#filter", text)
}

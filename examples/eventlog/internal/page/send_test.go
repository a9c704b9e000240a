package page

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// send fills the form and sends it.
func (b *tab) send(key, id, data string) {
	b.t.Helper()
	b.fill("[name=key]", key)
	b.fill("[name=id]", id)
	b.fill("[name=data]", data)
	b.do(chromedp.Click(chromedp.CSS("#send button")))
}

func TestFormSendsAnEvent(t *testing.T) {
	s := serve(t, 0)
	b := open(t, s, desk)
	replied := func(text string, bad bool) {
		t.Helper()
		b.says("#reply", text)
		require.Equal(t, bad, value[bool](b, "document.getElementById('reply').classList.contains('bad')"))
	}
	for _, step := range []struct {
		key, id, data string
		status        int
		body          string
		says          string
		bad           bool
	}{
		{`a "key"`, "", "{\n\t\"n\": 12345678901234567890\n}", 200, `{"seq":1234}`, "Durable at sequence 1,234.", false},
		{"k", "id-1", "[1]", 200, `{"seq":7,"duplicate":true}`, "Durable at sequence 7, and was so before", false},
		{"k", "", "1", 422, `{"error":"the key \"k\" is not known"}`, `Refused with status 422: the key "k" is not known`, true},
		{"k", "", "2", 502, `<p>Bad gateway`, "Refused with status 502: <p>Bad gateway", true},
		{"k", "", "3", 413, ``, "Refused with status 413: Request Entity Too Large", true},
		{"k", "", "4", 500, `null`, "Refused with status 500", true},
	} {
		s.change(func() { s.reply = reply(step.status, step.body) })
		b.send(step.key, step.id, step.data)
		replied(step.says, step.bad)
	}
	require.Equal(t, `{"key":"a \"key\"","data":{ 	"n": 12345678901234567890 }}`, s.sent()[0], "one line, and each digit")
	require.Equal(t, `{"key":"k","id":"id-1","data":[1]}`, s.sent()[1])
	require.Len(t, s.sent(), 6)

	for _, data := range []string{"", "{", `1,"key":"other"`, "1\n2", "undefined"} {
		b.send("k", "", data)
		replied("Not sent, the data is not JSON", true)
		b.do(chromedp.Evaluate[chromedp.Void]("document.getElementById('reply').textContent = ''"))
	}
	require.Len(t, s.sent(), 6)

	let := make(chan struct{})
	s.change(func() { s.reply = func(http.ResponseWriter) { <-let } })
	b.send("k", "", "1")
	replied("Sending", false)
	b.do(chromedp.Evaluate[chromedp.Void]("expire()"))
	replied("No reply, so it may be in the log or not: signal timed out", true)
	close(let)
	s.stop()
	b.send("k", "", "1")
	replied("No reply, so it may be in the log or not", true)
	b.sound()
}

// An event is sent once, however often the button is pressed before the reply.
func TestFormSendsOnce(t *testing.T) {
	s := serve(t, 0)
	b := open(t, s, desk)
	let := make(chan struct{})
	s.change(func() { s.reply = func(w http.ResponseWriter) { <-let; reply(200, `{"seq":1}`)(w) } })
	b.send("k", "", "1")
	b.says("#reply", "Sending")
	b.do(chromedp.Click(chromedp.CSS("#send button")), chromedp.Click(chromedp.CSS("#send button")))
	close(let)
	b.says("#reply", "Durable at sequence 1.")
	s.change(func() { s.reply = reply(200, `{"seq":2}`) })
	b.do(chromedp.Click(chromedp.CSS("#send button")))
	b.says("#reply", "Durable at sequence 2.")
	require.Len(t, s.sent(), 2)
}

package server

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

func TestPostAnswersEachEventWithItsSequence(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	for _, c := range []struct {
		body   string
		status int
		answer string
	}{
		{`{"key":"a","data":1}`, 200, `{"seq":0}` + "\n"},
		{"{\"key\":\"a\",\n \"data\":[2]}\n", 200, `{"seq":1}` + "\n"},
		{"{\"key\":\"a\",\"id\":\"x\",\"data\":3}\n{\"key\":\"b\",\"data\":4}\n", 200, "{\"seq\":2}\n{\"seq\":3}\n"},
		{`{"key":"a","id":"x","data":3}`, 200, `{"seq":2,"duplicate":true}` + "\n"},
	} {
		status, answer := s.post(t, c.body)
		require.Equal(t, c.status, status, c.body)
		require.Equal(t, c.answer, answer, c.body)
	}
}

func TestBadInputGetsAStatusAndAReason(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	for _, c := range []struct {
		body   string
		status int
		reason string
	}{
		{``, 400, "the body has no event"},
		{`{"key":"a"}`, 400, `it needs \"data\"`},
		{`{"key":"a","data":1,"x":1}`, 400, `unknown field`},
		{`{"key":"a","data":`, 400, `event 0 of the body`},
		{`{"key":"a","data":"` + strings.Repeat("x", maxBody) + `"}`, 413, `too large`},
	} {
		status, answer := s.post(t, c.body)
		require.Equal(t, c.status, status, answer)
		require.Contains(t, answer, c.reason)
		require.Regexp(t, `^\{"error":".*"\}\n$`, answer)
	}
	status, answer := s.post(t, "{\"key\":\"a\",\"data\":1}\n{\"key\":\"a\"}\n{\"key\":\"a\",\"data\":2}")
	require.Equal(t, 400, status, "one of them failed")
	require.Regexp(t, `^\{"seq":0\}\n\{"error":".*"\}\n\{"seq":1\}\n$`, answer)

	for path, reason := range map[string]string{
		"/events?after=x":  `a number from -1 to 1 is expected`,
		"/events?after=2":  `after=\"2\": a number from -1 to 1 is expected`,
		"/events?limit=0":  `limit=\"0\": a number from 1 to 10000 is expected`,
		"/stream?after=-2": `after=\"-2\": a number from -1 to 1 is expected`,
	} {
		status, answer := s.get(t, path)
		require.Equal(t, 400, status, path)
		require.Contains(t, answer, reason)
	}
	status, answer = s.get(t, "/keys/none")
	require.Equal(t, 404, status)
	require.Equal(t, `{"error":"no event has the key \"none\""}`+"\n", answer)
	for _, path := range []string{"/stream", "/ingest"} {
		status, _ := s.get(t, path)
		require.Equal(t, http.StatusUpgradeRequired, status, "not by WebSocket")
	}
	r, err := http.NewRequest("DELETE", s.url("/events"), nil)
	require.NoError(t, err)
	answered, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, 405, answered.StatusCode)
	text(t, answered)
}

func TestWhatCameBeforeBadInputIsAnswered(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	status, answer := s.post(t, `{"key":"a","data":1} nonsense {"key":"a","data":2}`)
	require.Equal(t, 400, status)
	require.Regexp(t, `^\{"seq":0\}\n\{"error":"event 1 of the body: .*"\}\n$`, answer)
	status, answer = s.post(t, `{"key":"a","data":1}`+strings.Repeat(" ", maxBody))
	require.Equal(t, 413, status)
	require.Regexp(t, `^\{"seq":1\}\n\{"error":"event 1 of the body: .*too large"\}\n$`, answer)
	_, answer = s.post(t, strings.Repeat("1 ", maxEvents+2))
	require.Equal(t, maxEvents+1, strings.Count(answer, "\n"))
	require.Regexp(t, `\{"error":"event 100000 of the body: more than 100000 events in a body"\}\n$`, answer)
}

func TestAPageOfAnotherSiteCantPost(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	r, err := http.NewRequest("POST", s.url("/events"), strings.NewReader(`{"key":"a","data":1}`))
	require.NoError(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answered, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	text(t, answered)
	require.Equal(t, 403, answered.StatusCode)
}

func TestEventsAreReadFromTheJournal(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	require.Equal(t, 200, first(s.post(t, strings.Repeat(`{"key":"a b","data":"x"}`, 250))))
	lines := func(path string) (seqs string) {
		status, text := s.get(t, path)
		require.Equal(t, 200, status)
		for _, m := range regexp.MustCompile(`(?m)^\{"seq":(\d+),"time":"[^"]+","key":"a b","data":"x"\}$`).FindAllStringSubmatch(text, -1) {
			seqs += m[1] + " "
		}
		require.Equal(t, strings.Count(text, "\n"), strings.Count(seqs, " "))
		return seqs
	}
	require.Equal(t, "0 1 2 ", lines("/events?limit=3"))
	require.Equal(t, "248 249 ", lines("/events?after=247"))
	require.Equal(t, "", lines("/events?after=249"))
	require.Equal(t, 100, strings.Count(lines("/events"), " "))
	require.Eventually(t, func() bool {
		_, text := s.get(t, "/keys/a%20b")
		return text == `{"count":250,"seq":249}`+"\n"
	}, patient, 1e6)
}

func first[A, B any](a A, _ B) A { return a }

func TestABusyLogAnswersThatItIs(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{Capacity: 1}, Options{Wait: 1})
	require.Eventually(t, func() bool { // a sync takes longer than that
		status, text := s.post(t, strings.Repeat(`{"key":"a","data":1}`, 100))
		const busy = `{"error":"disruptor: no room.*the log is busy: try again"}`
		require.Regexp(t, `^(\{"seq":\d+\}\n)*(`+busy+`\n)*$`, text, "the rest of a body does not wait as well")
		return status == 503
	}, patient, 1e6)
}

func TestMetrics(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	s.post(t, `{"key":"a","data":1}`)
	status, text := s.get(t, "/metrics")
	require.Equal(t, 200, status)
	for _, line := range []string{
		"eventlog_next_sequence 1", "eventlog_syncs_total 1", "eventlog_clients 0", "eventlog_missed_total 0",
		"eventlog_durable_seconds_count 1", `disruptor_consumer_lag_slots{consumer="journal",ring="events"} 0`,
	} {
		require.Contains(t, text, "\n"+line+"\n")
	}
}

func TestVarsAreThoseOfTheRings(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	status, text := s.get(t, "/debug/vars")
	require.Equal(t, 200, status)
	var vars map[string]struct {
		Name    string
		Explain string
	}
	require.NoError(t, json.Unmarshal([]byte(text), &vars))
	require.Equal(t, "events", vars["events"].Name)
	require.Contains(t, vars["live"].Explain, `ring "live"`)
}

func TestThePageIsServed(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	status, text := s.get(t, "/")
	require.Equal(t, 200, status)
	require.Contains(t, text, "<!DOCTYPE html>")
}

package eventlog

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/examples/eventlog/internal/journal"
)

func TestParse(t *testing.T) {
	e, err := Parse([]byte(` {"key":"k","id":"1","data":{"a":[1,2]}} `))
	require.NoError(t, err)
	require.Equal(t, Event{"k", "1", []byte(`{"a":[1,2]}`)}, e)
	e, err = Parse([]byte(`{"key":"k","data":null}`))
	require.NoError(t, err)
	require.Equal(t, Event{"k", "", []byte("null")}, e)
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, reason := range map[string]string{
		``:                                    "it ends too early",
		`{"key":"k","data":`:                  "it ends too early",
		`{"key":"k"}`:                         `it needs "data"`,
		`{"data":1}`:                          `it needs a "key"`,
		`{"key":"","data":1}`:                 `it needs a "key"`,
		`{"key":7,"data":1}`:                  "number",
		`{"key":"k","data":1,"colour":"red"}`: "colour",
		`{"key":"k","data":1}{"key":"k"}`:     "more than one JSON value",
		`[1]`:                                 "array",
		`{"key":"k","data":nothing}`:          "invalid character",
		"{\"key\":\"\xff\",\"data\":1}":       "not UTF-8",
		"{\"key\":\"k\",\"id\":\"\xff\",\"data\":1}": "not UTF-8", // and so not the id "\xfe" as well
		`{"key":"k","id":"\ud800","data":1}`:         "U+FFFD",
		`{"key":"\udfff","data":1}`:                  "U+FFFD",
		"{\"key\":\"k\",\"data\":\"\xff\"}":          "not UTF-8",
		long("key", MaxKey+1) + `,"data":1}`:         "a key of 257 bytes; the limit is 256",
		long("id", MaxID+1) + `,"key":"k","data":1}`: "an id of 129 bytes; the limit is 128",
		long("data", MaxData-1) + `,"key":"k"}`:      "data of 262145 bytes; the limit is 262144",
	} {
		_, err := Parse([]byte(text))
		require.ErrorIs(t, err, ErrInvalid, text)
		require.ErrorContains(t, err, reason, text)
	}
}

// long begins an object whose field is a string of n bytes.
func long(field string, n int) string { return `{"` + field + `":"` + strings.Repeat("x", n) + `"` }

func TestTheErrorOfALongEventIsShort(t *testing.T) {
	for _, text := range []string{`{"` + strings.Repeat("é", MaxData) + `":1}`, `{"key":` + strings.Repeat("1", MaxData) + `}`} {
		_, err := Parse([]byte(text))
		require.ErrorIs(t, err, ErrInvalid)
		require.Less(t, len(err.Error()), 250)
		require.True(t, utf8.ValidString(err.Error()))
	}
}

// JSON may write a byte of the data with six. The record must fit into the journal all the same: one
// that does not would end the log.
func TestTheLargestEventFitsIntoTheJournal(t *testing.T) {
	for _, c := range []string{"<", "&", "\u2028", "x", `\"`} {
		data := `"` + strings.Repeat(c, (MaxData-2)/len(c)) + `"`
		e := Event{strings.Repeat("\x01", MaxKey), strings.Repeat("<", MaxID), []byte(data)}
		r, err := Record(e)
		require.NoError(t, err)
		require.Less(t, len(r), journal.MaxRecord, c)
		require.Contains(t, string(r), `"data":`+data+"}", "data is kept as it is")
		require.True(t, json.Valid(r))
	}
}

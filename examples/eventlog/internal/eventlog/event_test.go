package eventlog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
		``:                                           "it ends too early",
		`{"key":"k","data":`:                         "it ends too early",
		`{"key":"k"}`:                                `it needs "data"`,
		`{"data":1}`:                                 `it needs a "key"`,
		`{"key":"","data":1}`:                        `it needs a "key"`,
		`{"key":7,"data":1}`:                         "number",
		`{"key":"k","data":1,"colour":"red"}`:        "colour",
		`{"key":"k","data":1}{"key":"k"}`:            "more than one JSON value",
		`[1]`:                                        "array",
		`{"key":"k","data":nothing}`:                 "invalid character",
		"{\"key\":\"\xff\",\"data\":1}":              "", // the decoder replaces it
		"{\"key\":\"k\",\"data\":\"\xff\"}":          "not UTF-8",
		long("key", MaxKey+1) + `,"data":1}`:         "a key of 257 bytes; the limit is 256",
		long("id", MaxID+1) + `,"key":"k","data":1}`: "an id of 129 bytes; the limit is 128",
		long("data", MaxData-1) + `,"key":"k"}`:      "data of 262145 bytes; the limit is 262144",
	} {
		_, err := Parse([]byte(text))
		if reason == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrInvalid, text)
		require.ErrorContains(t, err, reason, text)
	}
}

// long begins an object whose field is a string of n bytes.
func long(field string, n int) string { return `{"` + field + `":"` + strings.Repeat("x", n) + `"` }

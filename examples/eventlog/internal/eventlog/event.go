package eventlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrInvalid means that an event is not one that the log takes.
var ErrInvalid = errors.New("invalid event")

// Limits of an event, in bytes.
const (
	MaxKey  = 256
	MaxID   = 128
	MaxData = 256 << 10
)

// An Event is what a producer sends.
type Event struct {
	Key string `json:"key"`
	// ID, if not empty, names the request: another event with this ID is a retry of it, and the
	// log keeps only the first one.
	ID   string          `json:"id"`
	Data json.RawMessage `json:"data"`
}

// Parse reads an event from a JSON object. It fails with an error that is [ErrInvalid].
func Parse(text []byte) (Event, error) {
	// The decoder would replace what is not UTF-8, and make one id of two.
	if !utf8.Valid(text) {
		return Event{}, fmt.Errorf("%w: it is not UTF-8", ErrInvalid)
	}
	var e Event
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return Event{}, fmt.Errorf("%w: %s", ErrInvalid, brief(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Event{}, fmt.Errorf("%w: more than one JSON value in a line", ErrInvalid)
	}
	return e, e.check()
}

// brief returns the text of an error, cut if it is long: it may quote all of the input.
func brief(err error) string {
	const limit = 200
	text := err.Error()
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

func (e *Event) check() error {
	switch {
	case e.Key == "":
		return fmt.Errorf(`%w: it needs a "key"`, ErrInvalid)
	case len(e.Key) > MaxKey:
		return fmt.Errorf("%w: a key of %d bytes; the limit is %d", ErrInvalid, len(e.Key), MaxKey)
	case len(e.ID) > MaxID:
		return fmt.Errorf("%w: an id of %d bytes; the limit is %d", ErrInvalid, len(e.ID), MaxID)
	case len(e.Data) == 0:
		return fmt.Errorf(`%w: it needs "data"`, ErrInvalid)
	case len(e.Data) > MaxData:
		return fmt.Errorf("%w: data of %d bytes; the limit is %d", ErrInvalid, len(e.Data), MaxData)
	case !utf8.ValidString(e.Key) || !utf8.ValidString(e.ID) || !utf8.Valid(e.Data):
		return fmt.Errorf("%w: it is not UTF-8", ErrInvalid)
	case strings.ContainsRune(e.Key, utf8.RuneError) || strings.ContainsRune(e.ID, utf8.RuneError):
		// The decoder puts it where a \u escape is half a pair: different ids would be one.
		return fmt.Errorf("%w: a key or an id with U+FFFD, or with half a surrogate pair", ErrInvalid)
	case !json.Valid(e.Data):
		return fmt.Errorf("%w: data is not JSON", ErrInvalid)
	}
	return nil
}

// A record is what the journal holds of an event, as a JSON object. Its sequence is its place in the
// journal.
type record struct {
	Time time.Time       `json:"time"`
	Key  string          `json:"key"`
	ID   string          `json:"id,omitempty"`
	Data json.RawMessage `json:"data"`
}

// Record returns the record of an event that comes now. It fails with [ErrInvalid].
func Record(e Event) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false) // it would make six bytes of one, and the record too large for the journal
	if err := out.Encode(record{time.Now().UTC(), e.Key, e.ID, e.Data}); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// Message returns what clients receive: a record with its sequence in front.
func Message(seq int64, record []byte) []byte { return appendMessage(nil, seq, record) }

func appendMessage(to []byte, seq int64, record []byte) []byte {
	to = fmt.Appendf(to, `{"seq":%d,`, seq)
	return append(to, record[1:]...)
}

func appendGap(to []byte, from, end int64) []byte {
	return fmt.Appendf(to, `{"gap":{"from":%d,"to":%d}}`, from, end)
}

package jetstream

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

var (
	// ErrEpoch means that a message of the stream is of another epoch, or not of a Publisher at
	// all: the last one, or one that was stored where an event should be.
	ErrEpoch = errors.New("jetstream: the stream has a message of another epoch")
	// ErrForgotten means that the last message of the stream has been deleted, by hand or by a
	// limit, so that nothing says where to go on.
	ErrForgotten = errors.New("jetstream: the last message of the stream has been deleted")
	// ErrBehind means that the stream ends before a message that it had acknowledged or handed
	// out: it has lost messages, or it is another stream of the same name.
	ErrBehind = errors.New("jetstream: the stream ends before a message that it had")
	// ErrGaveUp means that nothing was stored or read for Config.GiveUp. The error also wraps the
	// last failure.
	ErrGaveUp = errors.New("jetstream: no progress")
)

// A GapError reports that events are missing. For a [Publisher], From and To are sequences of
// events: the stream ends before From, and the source goes on at To. For a [Source], they are
// sequences of the stream: it has a message To but none in between.
type GapError struct{ From, To int64 }

func (e *GapError) Error() string {
	return fmt.Sprintf("jetstream: sequences [%d, %d) are missing", e.From, e.To)
}

// passing are the server's refusals of the 400s that a later attempt may not meet.
var passing = map[js.ErrorCode]bool{
	js.JSErrCodeStreamWrongLastSequence:         true, // the expectation did not hold
	js.JSErrCodeStreamWrongLastSequenceConstant: true,
	js.JSErrCodeMessageNotFound:                 true, // by a server that is late
	js.JSErrCodeConsumerNotFound:                true, // open makes another
	10158:                                       true, // a message of the same id is being stored
	10167:                                       true, // too many requests
}

// storeFailed is the code of a stream that is full, and also of one whose disk fails. Only the
// text tells.
const storeFailed js.ErrorCode = 10077

// permanent reports whether trying again can't help.
func permanent(err error) bool {
	var gap *GapError
	if errors.As(err, &gap) {
		return true
	}
	for _, p := range []error{
		ErrEpoch, ErrForgotten, js.ErrStreamNotFound, js.ErrInvalidStreamName, nats.ErrMaxPayload,
		nats.ErrConnectionClosed, js.ErrConnectionClosed, nats.ErrBadSubject, nats.ErrPermissionViolation,
		nats.ErrAuthorization, js.ErrAsyncPublishReplySubjectSet, errSubject, errDurable,
	} {
		if errors.Is(err, p) {
			return true
		}
	}
	var api *js.APIError
	if !errors.As(err, &api) {
		return false
	}
	if api.ErrorCode == storeFailed {
		return strings.Contains(api.Description, "maximum")
	}
	return api.Code >= 400 && api.Code < 500 && !passing[api.ErrorCode]
}

// forbidden returns the server's complaint that this connection may not publish to the subject.
// A message without permission gets no answer; only the connection is told.
func forbidden(nc *nats.Conn, subject string) error {
	if err := nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), subject) {
		return err
	}
	return nil
}

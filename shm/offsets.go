package shm

import (
	"unsafe"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// The structs lie where the format says: an index other than 0 doesn't compile.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(control{})-ringfile.ControlSize]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.cursor)-ringfile.ControlCursor]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.members)-ringfile.ControlMembers]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.unfenced)-ringfile.ControlUnfenced]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.failure)-ringfile.ControlFailure]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.closing)-ringfile.ControlClosing]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.lastGap)-ringfile.ControlLastGap]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.event)-ringfile.ControlEvent]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.lost)-ringfile.ControlLost]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.aborted)-ringfile.ControlAborted]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.evicted)-ringfile.ControlEvicted]
	_ = [1]struct{}{}[unsafe.Offsetof(control{}.recoveries)-ringfile.ControlRecover]
	_ = [1]struct{}{}[unsafe.Sizeof(eventcount{})-ringfile.EventSize]
	_ = [1]struct{}{}[unsafe.Offsetof(eventcount{}.count)-ringfile.EventCount]
	_ = [1]struct{}{}[unsafe.Offsetof(eventcount{}.consumers)-ringfile.EventConsumers]
	_ = [1]struct{}{}[unsafe.Offsetof(eventcount{}.producers)-ringfile.EventProducers]
	_ = [1]struct{}{}[unsafe.Sizeof(attachment{})-ringfile.AttachmentSize]
	_ = [1]struct{}{}[unsafe.Offsetof(attachment{}.state)-ringfile.AttachmentState]
	_ = [1]struct{}{}[unsafe.Offsetof(attachment{}.pid)-ringfile.AttachmentPID]
	_ = [1]struct{}{}[unsafe.Offsetof(attachment{}.attached)-ringfile.AttachmentSince]
	_ = [1]struct{}{}[unsafe.Offsetof(attachment{}.name)-ringfile.AttachmentName]
	_ = [1]struct{}{}[unsafe.Sizeof(record{})-ringfile.RecordSize]
	_ = [1]struct{}{}[unsafe.Offsetof(record{}.from)-ringfile.RecordFrom]
	_ = [1]struct{}{}[unsafe.Offsetof(record{}.to)-ringfile.RecordTo]
	_ = [1]struct{}{}[unsafe.Offsetof(record{}.state)-ringfile.RecordState]
	_ = [1]struct{}{}[unsafe.Offsetof(record{}.name)-ringfile.RecordName]
	_ = [1]struct{}{}[unsafe.Sizeof(place{})-ringfile.PlaceSize]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.state)-ringfile.PlaceState]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.position)-ringfile.PlacePosition]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.event)-ringfile.PlaceEvent]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.evicted)-ringfile.PlaceEvicted]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.policy)-ringfile.PlacePolicy]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.grace)-ringfile.PlaceGrace]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.maxLag)-ringfile.PlaceMaxLag]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.died)-ringfile.PlaceDied]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.version)-ringfile.PlaceVersion]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.name)-ringfile.PlaceName]
	_ = [1]struct{}{}[unsafe.Offsetof(place{}.after)-ringfile.PlaceAfter]
)

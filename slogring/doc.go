// Package slogring is a [slog.Handler] that leaves the work to another goroutine. A call puts the
// record into a ring and returns; a goroutine of the handler takes it out and calls the wrapped
// handler, in the order of the ring.
//
//	h, err := slogring.New(slog.NewJSONHandler(os.Stdout, nil), slogring.Options{})
//	if err != nil {
//		return err
//	}
//	defer h.Close() // handles what is in the ring
//	slog.SetDefault(slog.New(h))
//
// Groups, attributes, levels and sources are those of the wrapped handler. A goroutine's records
// keep their order.
//
// # What a call costs
//
// A record of up to five attributes is copied into a slot, without allocation. slog itself
// allocates room for more attributes, and the record refers to it. Values of type slog.LogValuer
// are resolved by the call, and values of other types that the program could still change are
// formatted by it: only so does the log say what was true at the call. Options.Defer leaves both
// to the other goroutine, for values that do not change.
//
// The other goroutine looks for records every 100 µs, and no call wakes it, unless none has come for
// some 5 ms. It then parks, and the next call wakes it.
//
// # Hiding what must not be logged
//
// WARNING: a ReplaceAttr in the options of the wrapped handler does not see the types of values
// that the call has formatted, which are structs, pointers, maps, slices and the like. If it hides
// values of a type, as in
//
//	if _, ok := a.Value.Any().(Card); ok {
//
// it does not find them, and they are WRITTEN. Set it as Options.ReplaceAttr instead: that is
// called before anything is formatted. Or set Options.Defer, with which values keep their types. A
// type that hides itself by its method LogValue does so in any case.
//
// What has been formatted has the methods MarshalJSON, MarshalText and String. Errors are still
// errors, and errors.Is and errors.As find the original. Byte slices are copies of the same type.
// JSONHandler and TextHandler of slog write what they would without the ring. Other handlers see of
// an error the text that Error returns and the JSON that it makes of itself.
//
// # When the ring is full
//
// A call waits for room for Options.Wait, 100 ms by default. If there is none by then, the record
// is dropped, or handled by the calling goroutine if Options.Inline is set. Records below
// Options.DropBelow don't wait. Drops are counted, and reported by a record of level Warn when all
// in the ring has been handled. A drop that comes just then is reported after the next record, or
// by Flush, Shutdown or Close.
//
// # The end of a program
//
// Records in the ring are lost when the program ends, unless [Handler.Close], [Handler.Shutdown]
// or [Handler.Flush] has returned. A deferred call of one of them runs after a panic of its
// goroutine as well, and leaves the panic's stack as it is. os.Exit and log.Fatal run no deferred
// calls, and nor does a panic of another goroutine.
package slogring

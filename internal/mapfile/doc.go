// Package mapfile maps a file of a fixed size into several processes, and tells which of them live.
//
// A file appears complete: [Create] fills it before it has a name, and no crash leaves half of one. All of its space is
// allocated at creation, so a store to it doesn't fail for want of memory later. [CreateAnonymous] makes one without a
// name, for children, whose size is sealed.
//
// # Liveness
//
// A process shows that it lives by an exclusive lock on one byte of the file, [File.Hold]. It is an open file
// description lock (fcntl(2)), and belongs to the description that the memory is mapped through. The kernel drops it
// when the last reference to that description goes, and the mapping is one. So if the byte is free, nothing can store
// through that mapping any more: not after kill -9, which needs no help from the process, and not while it is stopped,
// or has closed the descriptor by accident, which leave the lock where it is. No time limit, process number or
// heartbeat takes part.
//
// Four things would spoil this, and the package sees to them:
//
//   - A lock tells nothing through the description that has it: a query says that the byte is free, and a second lock
//     succeeds. Each File has a second description of its own for all queries and for [File.TryLock].
//   - A descriptor that a child inherits is the parent's description. [OpenFD] opens its own, and
//     [File.Descriptor] opens one to pass on that isn't the one of the mapping.
//   - A child of plain fork(2), which Go never makes but C can, inherits mapping and descriptor. The mapping is marked
//     MADV_DONTFORK; [File.CloseDescriptor] closes the other.
//   - On a file system that maps another file underneath, such as overlay, the mapping keeps no lock. A probe of
//     what it does finds that, each time a file is created or opened.
//
// Whoever may open the file for reading can lock a byte for reading, which keeps it from being locked exclusively.
// [ErrForeignLock] reports that. Whoever may write to it can do anything to its contents.
//
// Locks are on bytes from 1<<40 on, beyond the contents.
//
// # Faults
//
// A program that may write to a named file can cut it short, and then a load or store of what is gone faults, which
// ends a Go program. [File.Guard] makes an error of that. An anonymous file can't be cut.
//
// The package works on 64-bit little-endian Linux, with /proc. Elsewhere every function returns [ErrUnsupported].
package mapfile

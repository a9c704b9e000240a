// Package mapfile maps a file of a fixed size into several processes, and tells which of them live.
//
// A file appears complete: [Create] fills it before it has a name, and no crash leaves half a
// file. All of its space is allocated at creation, so a later store to it doesn't fail for lack
// of memory. [CreateAnonymous] makes a file without a name, for children. Its size is sealed.
//
// # Liveness
//
// A process shows that it lives by an exclusive lock on one byte of the file, [File.Hold]. It is
// an open file description lock (fcntl(2)). It belongs to the description through which the
// memory is mapped, and the kernel drops it with the last reference to that description. The
// mapping is such a reference. So if the byte is free, nothing can store through that mapping
// any more. After kill -9 the lock goes without help from the process. While the process is
// stopped, or has closed the descriptor by accident, the lock stays. No time limit, process
// number or heartbeat takes part.
//
// The package guards against four things that would spoil this:
//
//   - Through the description that has a lock, the lock is invisible: a query says that the byte
//     is free, and a second lock succeeds. So each File has a second description for all queries
//     and for [File.TryLock].
//   - A descriptor that a child inherits has the parent's description. So [OpenFD] opens a new
//     one, and [File.Descriptor] opens one to pass on that isn't the one of the mapping.
//   - A child of plain fork(2), which Go never makes but C can, inherits mapping and descriptor.
//     The mapping is marked MADV_DONTFORK; [File.CloseDescriptor] closes the descriptor.
//   - On a file system that maps another file underneath, such as overlay, the mapping keeps no
//     lock. A probe of its behaviour finds that, each time a file is created or opened.
//
// A program that may open the file for reading can lock a byte for reading, which keeps others
// from locking it exclusively. [ErrForeignLock] reports that. A program that may write to the
// file can do anything to its contents.
//
// Locks are on bytes from 1<<40 on, beyond the contents.
//
// # Faults
//
// A program that may write to a named file can cut it short. Then a load or store beyond the new
// end faults, which ends a Go program. [File.Guard] turns that into an error. An anonymous file
// can't be cut.
//
// The package works on 64-bit little-endian Linux, with /proc. Elsewhere every function returns [ErrUnsupported].
package mapfile

#!/usr/bin/env python3
"""Follows a ring between processes (package shm) without taking part in it.

    ticks.py [-n N] [--from-now | --from-oldest] PATH

prints a line for each event: its sequence, and its fields as JSON, decoded by the layout in the file. Lost or aborted
sequences are a line "SEQUENCE: gap, to END". Sequences that were overwritten before this program read them are a line
"SEQUENCE: overwritten, skipped COUNT". The program ends when the ring is closed and all of it is printed, when the
ring has failed, or when it was removed. It needs Python 3.8 or later with its standard library, and
docs/shm-format.md.

What it doesn't promise:

  * The ring doesn't wait for it. A program that must see every event is a consumer, by package shm.
  * Python has no atomic loads and no fences. This program reads marks and the cursor from a memoryview of native,
    aligned 8-byte integers. CPython copies such an item with a memcpy of a constant 8 bytes, which compilers turn into
    one load. struct and slices of bytes may copy byte by byte, so they are used for events only. The interpreter runs
    loads in program order, and x86-64 keeps that order. So there a printed event is whole: after the copy, its mark
    and the cursor are looked at again. arm64 may reorder loads, which no Python program can prevent; then a copy could
    be older or newer than the marks around it.
  * A program that cuts the file short while it is mapped ends this one with SIGBUS.
  * It doesn't look at the locks that show which processes are alive (disruptor shm who does). If all producers are
    dead it waits.
"""
import argparse
import json
import math
import mmap
import os
import struct
import sys
import time

MAGIC = b"DISRUPT\x1a"
HEADER = struct.Struct("<8sHHIQQQ16s16sqQQIIIIIIII32s64sQQQQQQQQII")
HEADER_SIZE, REGION, MAX_TEXT = 512, 4096, 64 << 10
CONTROL, ATTACHMENT, RECORD, PLACE = 640, 128, 256, 512
CURSOR, FAILURE = 0, 256  # in the control block
FAILURES = {1: "a consumer died that the ring can't do without"}


class Refused(Exception):
    """The file is not a ring that this program understands."""


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def round_up(n, to):
    return (n + to - 1) // to * to


class Ring:
    """A ring, mapped for reading."""

    def __init__(self, path):
        if sys.byteorder != "little":
            raise Refused("rings are little-endian, and this machine is not")
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            self.read_header(fd)
            self.memory = mmap.mmap(fd, self.size, access=mmap.ACCESS_READ)
        except BaseException:
            os.close(fd)
            raise
        self.fd = fd
        self.bytes = memoryview(self.memory)
        self.words = self.bytes.cast("q")  # native, 8 bytes, aligned: see above

    def read_header(self, fd):
        raw = os.pread(fd, HEADER_SIZE, 0)
        if raw[:8] != MAGIC:
            raise Refused("not a ring: it begins with %r" % raw[:8])
        if len(raw) < HEADER_SIZE:
            raise Refused("cut: %d bytes" % len(raw))
        (_, major, minor, size, must_know, _, _, _, boot, _, _, capacity, event_size, _, stride, mark_stride, embedded,
         processes, producers, consumers, _, _, control, attachments, records, places, marks, slots, event_offset,
         file_size, text_size, crc) = HEADER.unpack_from(raw)
        if major != 1 or size != HEADER_SIZE:
            raise Refused("format %d.%d, with a header of %d bytes" % (major, minor, size))
        if must_know != 0:
            raise Refused("it has features that a reader must know: %#x" % must_know)
        if text_size > MAX_TEXT:
            raise Refused("a layout of %d bytes" % text_size)
        text = os.pread(fd, text_size, HEADER_SIZE)
        if crc32c(raw[:292] + bytes(4) + raw[296:] + text) != crc:
            raise Refused("the checksum of the header is wrong")
        if boot != boot_id():
            raise Refused("left by an earlier boot of the system")
        # The offsets follow from the sizes. A file with other offsets is refused.
        event = round_up(event_size, 8)
        want_stride = event + 8 * (embedded == 1)
        at, offsets = 0, []
        regions = [HEADER_SIZE + text_size, CONTROL, processes * ATTACHMENT, producers * RECORD, consumers * PLACE]
        regions += [capacity * want_stride] if embedded else [capacity * 8, capacity * want_stride]
        for length in regions:
            offsets.append(at)
            at = round_up(at + length, REGION)
        if (capacity < 2 or capacity > 1 << 30 or capacity & (capacity - 1) or event_size == 0 or embedded > 1
                or not all(1 <= n <= 64 for n in (processes, producers, consumers))
                or (stride, mark_stride) != (want_stride, want_stride if embedded else 8)
                or event_offset != 8 * embedded
                or [control, attachments, records, places, marks, slots] != (offsets[1:] + offsets[-1:])[:6]
                or file_size != at):
            raise Refused("sizes and offsets contradict each other")
        if os.fstat(fd).st_size != at:
            raise Refused("%d bytes, and the header says %d" % (os.fstat(fd).st_size, at))
        self.capacity, self.event_size, self.stride, self.mark_stride = capacity, event_size, stride, mark_stride
        self.control, self.marks, self.events, self.size = control, marks, slots + event_offset, at
        self.fields = parse(text.decode("utf-8", "replace"), event_size)

    def cursor(self):
        """Returns the end of what is claimed, and whether the ring is closed."""
        word = self.words[(self.control + CURSOR) // 8]
        return word & (1 << 63) - 1, word < 0

    def failure(self):
        word = self.words[(self.control + FAILURE) // 8]
        return FAILURES.get(word, "it is corrupt") if word else None

    def mark(self, sequence):
        return self.words[(self.marks + (sequence & self.capacity - 1) * self.mark_stride) // 8]

    def copy(self, sequence):
        at = self.events + (sequence & self.capacity - 1) * self.stride
        return bytes(self.bytes[at:at + self.event_size])

    def removed(self):
        return os.fstat(self.fd).st_nlink == 0

    def follow(self, at):
        """Yields ("event", sequence, bytes), ("gap", from, to) and ("overwritten", from, to). Where nothing is
        published yet it yields ("wait", sequence, None), and last ("closed", sequence, None) or ("failed", sequence,
        why)."""
        while True:
            end, closed = self.cursor()
            want = 2 * (at + 1)
            mark = self.mark(at)
            if end - self.capacity > at:
                at = yield from self.overwritten(at, end)
            elif mark == want:
                event = self.copy(at)
                # A slot is not written to before the sequence a lap later is claimed.
                if self.mark(at) == mark and self.cursor()[0] <= at + self.capacity:
                    yield "event", at, event
                    at += 1
                else:
                    at = yield from self.overwritten(at, self.cursor()[0])
            elif mark == want + 1:
                begin = at
                while self.mark(at) == 2 * (at + 1) + 1:
                    at += 1
                yield "gap", begin, max(at, begin + 1)
                at = max(at, begin + 1)
            elif mark > want:
                at = yield from self.overwritten(at, self.cursor()[0])
            elif self.failure():
                yield "failed", at, self.failure()
                return
            elif closed and at >= end:
                yield "closed", at, None
                return
            else:
                yield "wait", at, None

    def overwritten(self, at, end):
        """Skips the sequences that are overwritten once end is claimed, and a quarter of a lap that soon will be."""
        to = end - self.capacity + self.capacity // 4
        if end - self.capacity <= at:
            raise Refused("the mark of %d is of another lap, and %d is claimed" % (at, end))
        yield "overwritten", at, to
        return to


def boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id") as f:
            return bytes.fromhex(f.read().strip().replace("-", ""))
    except OSError:
        return bytes(16)


FORMATS = {"bool": "?", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I",
           "int64": "q", "uint64": "Q", "float32": "f", "float64": "d", "complex64": "ff", "complex128": "dd"}


class Field:
    """A line of the text of a layout: "OFFSET [N][M]KIND PATH"."""

    def __init__(self, line, size):
        offset, _, rest = line.partition(" ")
        kind, _, self.path = rest.partition(" ")
        self.offset, self.dims, self.fields = int(offset), [], []
        while kind.startswith("["):
            length, _, kind = kind[1:].partition("]")
            self.dims.append(int(length))
        self.kind = kind
        if kind.startswith("struct("):
            self.kind, self.size = "struct", int(kind[7:-1])
        else:
            self.size = 1 if kind == "padding" else struct.calcsize("<" + FORMATS[kind])
        self.count = math.prod(self.dims)
        if self.offset < 0 or self.size < 0 or min(self.dims, default=0) < 0 or self.offset + self.size * self.count > size:
            raise Refused("field %r is not in the event" % line)

    def value(self, event, shift):
        if self.size * self.count == 0:
            return []
        return self.array(event, self.offset + shift, self.dims)

    def array(self, event, at, dims):
        if len(dims) == 1 and self.kind in ("uint8", "int8"):
            text = event[at:at + dims[0]].rstrip(b"\0").decode("utf-8", "replace")
            if text and text.isprintable() and "\ufffd" not in text:
                return text
        if dims:
            size = self.size * math.prod(dims[1:])
            return [self.array(event, at + i * size, dims[1:]) for i in range(dims[0])]
        if self.kind == "struct":
            return decode(self.fields, event, at - self.offset, self.path + "[]" * len(self.dims) + ".")
        values = struct.unpack_from("<" + FORMATS[self.kind], event, at)
        return values[0] if len(values) == 1 else list(values)


def parse(text, size):
    """Returns the fields of a layout. Those of an array of structs are inside the field of the array."""
    lines = text.splitlines()
    try:
        if not lines or lines[0].split(",")[0] != "size %d" % size:
            raise Refused("the layout is not of events of %d bytes" % size)
        fields = [Field(line, size) for line in lines[1:]]
    except (ValueError, KeyError, IndexError):
        raise Refused("the layout is not understood")
    top, stack = [], []
    for field in fields:
        while stack and not (field.path + ".").startswith(stack[-1].path + "[]" * len(stack[-1].dims) + "."):
            stack.pop()
        if stack:
            outer = stack[-1]
            if not outer.offset <= field.offset <= field.offset + field.size * field.count <= outer.offset + outer.size:
                if outer.size * outer.count:
                    raise Refused("field %r is not in its struct" % field.path)
        if field.kind != "padding":
            (stack[-1].fields if stack else top).append(field)
        if field.kind == "struct" and field.dims:
            stack.append(field)
    return top


def decode(fields, event, shift=0, prefix=""):
    """Returns the fields of an event by their paths, or its only value if it is not a struct."""
    values = {f.path[len(prefix):]: f.value(event, shift) for f in fields}
    return values[""] if list(values) == [""] else values


def main():
    parser = argparse.ArgumentParser(description="Prints the events of a ring between processes.")
    parser.add_argument("path")
    parser.add_argument("-n", type=int, default=-1, metavar="N", help="end after N events")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--from-now", action="store_true", help="begin with the next event (the default)")
    where.add_argument("--from-oldest", action="store_true", help="begin with the oldest event in the ring")
    options = parser.parse_args()
    try:
        ring = Ring(options.path)
        begin = ring.cursor()[0]
        if options.from_oldest:
            begin = max(0, begin - ring.capacity)
        run(ring, begin, options.n)
    except (Refused, OSError) as e:
        sys.exit("%s: %s" % (options.path, e))


def run(ring, begin, n):
    pause = 0
    for what, at, more in ring.follow(begin):
        if n == 0:
            return
        if what == "wait":
            sys.stdout.flush()
            if pause and ring.removed():
                print("%d: removed" % at)
                return
            pause = min(0.05, pause + 0.0005)
            time.sleep(pause)
            continue
        pause = 0
        if what == "event":
            print("%d: %s" % (at, json.dumps(decode(ring.fields, more))))
            n -= 1
        elif what == "gap":
            print("%d: gap, to %d" % (at, more))
        elif what == "overwritten":
            print("%d: overwritten, skipped %d" % (at, more - at))
        else:
            print("%d: %s%s" % (at, what, ": " + more if more else ""))


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.close()

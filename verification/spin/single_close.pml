/* Close on a ring with one producer that claims without a CAS, under x86 TSO.

   The claim is a visible word. Claim: claim word = to (a plain store), then look at `closed`. Close: closed = 1, then a
   fence, then end = claim word (the first to fix it wins). This is Dekker's pattern. The producer's look must not run
   ahead of its own store; on the fast path that order is not paid for by the producer (no XCHG) but by Close, whose
   process-wide fence (membarrier) returns when every store buffer has drained once.

   The producer's stores to the claim word and to marks go through a FIFO store buffer; `closed`, `end`, the lists and
   positions are written with full order. A locked operation of the producer waits for its buffer.

   A producer that sees `closed` after it has stored a claim cannot tell whether Close has read the higher claim word. It
   waits until the end is fixed, which is Close's next step, and then knows: a claim below the end stands, another is
   withdrawn. Abort lowers the claim word and uses the sequences again, unless it sees `closed` and the ring has ended
   above: then it raises the claim word again and stores a real abort mark, and consumers step over.

   -DN slots, -DK claims of 1 or 2 slots, -DCLOSERS (each with a look of its own; the first to store the end wins).
   PRODUCER_FENCE: no process-wide fence, the producer's claim and take-back are XCHG instead.
   MARK_AT_ONCE: the variant that does not wait for the end but marks the range as aborted whatever the end is; if the
   end is lower, the mark lies behind it and nobody needs it. It must never touch the claim word again: a second, longer
   claim of the same sequences would put its mark where consumers have already stepped over the first. BUG_*: README.md. */
#ifndef N
#define N 2
#endif
#ifndef K
#define K 3
#endif
#ifndef CLOSERS
#define CLOSERS 1
#endif
#define NC 2
#define NEVER 250
#define ABORTED 128
#define LISTED(s) ((aborts >> (s)) & 1)
#define BELOW(set, e) ((set) & ((1 << (e)) - 1))
#define CLAIM N              /* address of the claim word in the store buffer; below it, the marks */

byte claim, mark[N], closed, end = NEVER;
byte slot[N] = 254;
byte position[NC];
int aborts; byte lastAborted;
chan buffer = [5] of { byte, byte };         /* the producer's store buffer */
byte ghTop;                                  /* the end of the last claim that succeeded and was not taken back */
int ghPublished, ghRead[NC];
byte ghOver;                                 /* producer, closers and consumers that are through */

active proctype Drain() {
  byte a, v;
endDrain: do
  :: d_step { buffer?a,v;
       if :: a == CLAIM -> claim = v :: else -> mark[a] = v fi;
       a = 0; v = 0 }
  od
}

inline drained() { empty(buffer) }

inline fixEnd(e) { d_step { if :: end == NEVER -> assert(e >= ghTop); end = e :: else -> skip fi } }

/* entering the list of aborted ranges is a locked operation */
inline abortMark(from, to) {
  drained();
  d_step { s = from; do :: s < to -> aborts = aborts | (1<<s); s++ :: else -> break od; s = 0 };
  d_step { lastAborted = (lastAborted < to -> to : lastAborted) };
  buffer!((from) % N),(ABORTED|(to))
}

inline publish(from, to) {
  d_step { s = from; do :: s < to -> slot[s % N] = s; ghPublished = ghPublished | (1<<s); s++ :: else -> break od; s = 0;
           assert(end == NEVER || to <= end) };
  buffer!((from) % N),to
}

/* Takes [from, to) of the open claim back. kept: the ring ended above it, so it has to be marked instead. */
inline takeBack(from, to, kept) {
  d_step { buffer!CLAIM,from; ghTop = from };
#ifdef PRODUCER_FENCE
  drained();
#endif
  kept = closed;
#ifndef BUG_TAKE_BACK_WITHOUT_LOOK
#ifdef MARK_AT_ONCE
  if :: kept -> abortMark(from, to) :: else -> skip fi;
#else
  if
  :: kept ->
     end != NEVER;                                   /* is fixed next: Close waits for nothing */
     kept = (end > from);
     if :: kept -> buffer!CLAIM,to; abortMark(from, to) :: else -> skip fi
  :: else -> skip
  fi
#endif
#endif
}

active proctype Producer() {
  byte c, n, k, s; bool seen, kept;
  do
  :: k == K -> break
  :: else ->
     if :: n = 1 :: n = 2 fi;
     if                                              /* room; or the ring ends and nobody waits any more */
     :: position[0]+N >= c+n && position[1]+N >= c+n -> skip
     :: closed -> break
     fi;
     buffer!CLAIM,c+n;                               /* the visible claim word */
#ifdef PRODUCER_FENCE
     drained();
#endif
     seen = closed;
     if
     :: seen ->
#ifdef BUG_REFUSE_WITHOUT_LOOK
        buffer!CLAIM,c;
#else
#ifdef MARK_AT_ONCE
        abortMark(c, c+n);
#ifndef BUG_CLAIM_AFTER_CLOSED
        break;                                       /* for good: the handle remembers */
#endif
#else
        end != NEVER;                                /* is fixed next */
        seen = (end < c+n);
        if :: seen -> buffer!CLAIM,c :: else -> skip fi
#endif
#endif
     :: else -> skip
     fi;
     if :: seen -> goto again :: else -> skip fi;    /* ErrClosed; the caller may try again */
     d_step { assert(end == NEVER || c+n <= end); ghTop = c+n };
     if
     :: publish(c, c+n); c = c+n
     :: takeBack(c, c+n, kept);
        if :: kept -> c = c+n :: else -> skip fi
     :: n == 2 ->                                    /* publish the front, then take the rest back */
        publish(c, c+1); c = c+1;
        takeBack(c, c+1, kept);
        if :: kept -> c = c+1 :: else -> skip fi
     :: n == 2 ->                                    /* take the rest back, then publish the front */
        takeBack(c+1, c+2, kept);
        publish(c, c+1); c = c+1;
        if :: kept -> c = c+1 :: else -> skip fi
     fi;
#ifdef MARK_AT_ONCE
     if :: kept -> break :: else -> skip fi;
#endif
again: skip;
     d_step { n = 0; kept = 0; seen = 0; k++ }
  od;
  skip;
  d_step { c = 0; n = 0; k = 0; seen = 0; kept = 0; ghOver++ }
}

active [CLOSERS] proctype Closer() {
  byte e;
  closed = 1;
#if !defined(PRODUCER_FENCE) && !defined(BUG_NO_FENCE)
  drained();                                         /* membarrier */
#endif
  e = claim;
#ifndef BUG_END_BY_CONSUMER
  fixEnd(e);
#endif
  d_step { e = 0; ghOver++ }
}

proctype Consumer(byte me) {
  byte at, m; bool ab;
  do
  :: d_step { m = mark[at % N]; ab = (m >= ABORTED); m = m & 127; if :: m > at && m <= at+N -> skip :: else -> m = 0; ab = 0 fi };
     if
     :: m && ab -> d_step { assert(lastAborted >= m); do :: at < m -> assert(LISTED(at)); at++ :: else -> break od; m = 0; ab = 0 };
        position[me] = at
     :: m && !ab -> d_step { do :: at < m -> assert(slot[at % N] == at); ghRead[me] = ghRead[me] | (1<<at); at++ :: else -> break od; m = 0 };
        position[me] = at
     :: else ->
        if
#ifdef BUG_END_EQUAL
        :: end == at -> break
#else
        :: end <= at -> break
#endif
#ifdef BUG_END_BY_CONSUMER
        :: closed && end == NEVER -> fixEnd(at)      /* closed, and nothing there */
#endif
        :: (mark[at % N] & 127) > at
        fi
     fi
  od;
  skip;
  d_step { at = 0; ghOver++ }
}

/* when all is over: everything published lies below the end and every consumer has read exactly that */
active proctype Judge() {
  ghOver == 1 + CLOSERS + NC;
  assert(BELOW(ghPublished, end) == ghPublished);
  assert(ghRead[0] == ghPublished && ghRead[1] == ghPublished)
}

init { atomic { run Consumer(0); run Consumer(1) } }

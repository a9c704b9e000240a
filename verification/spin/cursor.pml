/* The cursor of a Single ring: one word, the end of what is published or aborted, in the place of marks.

   One producer claims, and publishes, aborts or takes back the parts of each claim in any order. What is not the first
   part waits in its private list `ahead`; when the first part goes, the cursor jumps over all that follow it without a
   hole. An abort enters the list of aborted ranges first, then lastAborted is raised, then the cursor moves over it.
   Consumers read the cursor, then lastAborted; a stage reads the position before it, then lastAborted. A joiner enters the
   list of consumers first and reads the cursor then; the gate reads the list again after it has read the cursor or the
   positions.

   Each step is at most one access to a word that others write. The producer's stores to the cursor go through a FIFO
   store buffer, as on x86, and locked operations and the gate's fence wait for it; everything else is sequentially
   consistent. Without the buffer the second look at the list would have nothing to find: nobody but the producer moves
   the cursor, and it does not while it computes a gate. (With Config.Clear, which is not here, others compute gates.)
   Who sleeps is in park.pml and alert.pml, Close beside the producer in single_close.pml; here the end is fixed when
   the producer is through.

   Sequences are bytes. Spins are modelled as waiting for what ends them, so a hang is an invalid end state. Ghosts
   (names starting with gh) are for asserts only; the protocol takes no decision by them.

   N slots, K claims of up to MAXN slots (at most 3), NC consumers; INITMASK are there from the start, JOINMASK join,
   LEAVEMASK leave at any time; STAGE: consumer 1 is made after consumer 0. Variant NOT_STORED and BUG_*: README.md. */

#ifndef N
#define N 2
#endif
#ifndef MAXN
#define MAXN 2
#endif
#ifndef K
#define K 2
#endif
#ifndef NC
#define NC 1
#endif
#ifndef INITMASK
#define INITMASK 1
#endif
#ifndef JOINMASK
#define JOINMASK 0
#endif
#ifndef LEAVEMASK
#define LEAVEMASK 0
#endif

#define TORN 255             /* a slot's content while it is claimed */
#define HIGH 250             /* above every sequence */
#define HAS(set, i) (((set) >> (i)) & 1)
#define RANGE(from, to) ((1 << (to)) - (1 << (from)))
#define PASSED(i, s) (!HAS(inlist, i) || position[i] >= (s))
#ifdef STAGE
#define FOLLOWS(i) ((i) == 1 && HAS(inlist, 0))
#else
#define FOLLOWS(i) 0
#endif

/* shared words */
byte cursor;
chan buffer = [2] of { byte };           /* the producer's store buffer: cursors on their way */
byte slot[N] = TORN;
byte published;                          /* only raised */
byte inlist = INITMASK, listVersion;     /* the list of consumers; the version stands for its pointer */
byte position[NC];
short aborts; byte lastAborted;          /* the list of aborted ranges, as a set of sequences; the largest end in it */
byte end = HIGH;

/* ghosts */
bool ghStarted[NC];                      /* consumer i is entitled to every sequence from ghUnread[i] on */
byte ghUnread[NC];
short ghPublished, ghAborted;

active proctype Drain() { endDrain: do :: buffer?cursor od }

inline least(low) {
  low = HIGH; i = 0;
  do
  :: i < NC && HAS(members, i) -> d_step { low = (position[i] < low -> position[i] : low); i++ }
  :: i < NC && !HAS(members, i) -> i++
  :: i == NC -> break
  od;
  i = 0; members = 0
}

/* The gate. Without consumers it is the cursor, stored in published before the list is read again. */
inline gate(low) {
  do
  :: d_step { members = inlist; version = listVersion };
     if
     :: members == 0 ->
#ifdef BUG_GATE_OF_CLAIM
        low = next;
#else
        low = open;                                 /* the cursor, as its producer sees it */
#endif
#ifndef NOT_STORED
        if
        :: published >= low -> skip
        :: else ->
#ifndef BUG_PUBLISHED_OVERTAKES
           empty(buffer);                           /* a locked operation: after the cursor */
#endif
           d_step { published = (published < low -> low : published) }
        fi
#endif
     :: else -> least(low)
     fi;
#ifndef BUG_NO_FENCE_GATE
     empty(buffer);                                 /* the fence: the own cursor before the list */
#endif
#ifdef BUG_GATE_LIST_ONCE
     break
#else
     if :: listVersion == version -> break :: else -> skip fi
#endif
  od;
  version = 0
}

/* The cursor moves over [from, to) and what was passed behind it before, or [from, to) waits for all before it. */
inline pass(from, to) {
  d_step {
    ahead = ahead | RANGE(from, to);
    do :: HAS(ahead, open) -> open++ :: else -> break od;
    ahead = (ahead >> open) << open
  };
  if
#if defined(BUG_OVER_A_HOLE)
  :: 1 -> buffer!to
#elif defined(BUG_NOT_OVER_AHEAD)
  :: open >= to -> buffer!to
#else
  :: open >= to -> buffer!open
#endif
  :: else -> skip
  fi
}

inline enterAbort(from, to, low) {
  empty(buffer);                                    /* locked operations */
  d_step { aborts = ((aborts >> (low)) << (low)) | RANGE(from, to) };
  d_step { lastAborted = (lastAborted < to -> to : lastAborted) }
}

proctype Producer() {
  byte k, from, to, low, members, version, i, h; short ahead;
  byte open, next, limit = N;                       /* slots in [open, next) are claimed */
  do
  :: k == K -> break
  :: else ->
     if :: to = next+1 :: MAXN > 1 -> to = next+2 :: MAXN > 2 -> to = next+3 fi;
     do
     :: to <= limit -> break
     :: else ->
        gate(low); d_step { limit = low+N; low = 0 };
        if :: to <= limit -> skip :: else -> (PASSED(0, to-N) && PASSED(NC-1, to-N)) fi
     od;
     skip;
     d_step {
       assert(open == next);                         /* the claim before is closed */
       do
       :: next < to ->
          i = 0;
          do :: i < NC -> assert(!(ghStarted[i] && ghUnread[i]+N <= next)); i++ :: else -> break od;
          slot[next % N] = TORN; next++
       :: else -> break
       od;
       i = 0 };
     do
     :: open == next -> break
     :: else ->
        atomic {                                    /* any part that is still open */
          if
          :: from = open
          :: open+1 < next && !HAS(ahead, open+1) -> from = open+1
          :: open+2 < next && !HAS(ahead, open+2) -> from = open+2
          fi;
          to = from+1;
          if :: to < next && !HAS(ahead, to) -> to++ :: skip fi;
          if :: to < next && !HAS(ahead, to) -> to++ :: skip fi
        };
        if
        :: d_step {
             ghPublished = ghPublished | RANGE(from, to);
             h = from; do :: h < to -> slot[h % N] = h; h++ :: else -> break od; h = 0 };
           pass(from, to)
#ifdef BUG_TAKE_BACK_BELOW
        :: next = from
#else
        :: to == next -> next = from                /* takes the claim back: its sequences are claimed again */
#endif
        :: ghAborted = ghAborted | RANGE(from, to); /* also the last part: it stands if the ring is closing */
#ifdef BUG_CURSOR_BEFORE_LIST
           pass(from, to); enterAbort(from, to, 0)
#else
#ifdef BUG_PRUNE_TO_CURSOR
           low = open;
#else
           gate(low);
#endif
           enterAbort(from, to, low); low = 0;
           pass(from, to)
#endif
        fi;
        d_step { from = 0; to = 0 }
     od;
     k++
  od;
  end = next
}

proctype Consumer(byte me) {
  byte e, q, h, i, members, version;
  byte ready;                                       /* end of what has been found; a stage may join ahead */
  byte known;                                       /* lastAborted, read after what ready comes from */
  if
  :: !HAS(JOINMASK, me) -> skip
  :: else ->
#ifdef BUG_JOIN_LOOKS_FIRST
     d_step { ready = cursor; ghStarted[me] = 1; ghUnread[me] = ready };
#endif
join: skip;
     d_step { members = inlist; version = listVersion };
#ifdef BUG_JOIN_HOLDS_NOTHING
     h = HIGH;
#else
     if :: members == 0 -> h = published :: else -> least(h) fi;
#endif
     d_step {
       if
       :: listVersion == version -> position[me] = h; inlist = inlist | (1<<me); listVersion++
       :: else -> h = TORN
       fi;
       members = 0; version = 0 };
     if :: h == TORN -> h = 0; goto join :: else -> h = 0 fi;
#ifndef BUG_JOIN_LOOKS_FIRST
     d_step { ready = cursor; ghStarted[me] = 1; ghUnread[me] = ready };
#endif
     position[me] = ready;
     /* whatever it will not see has been published or aborted */
     assert(((ghPublished | ghAborted) & RANGE(0, ready)) == RANGE(0, ready))
  fi;
  do
  :: position[me] == end -> goto out
  :: HAS(LEAVEMASK, me) ->
     d_step { published = (published < ready -> ready : published) };
     d_step { inlist = inlist & (255 - (1<<me)); listVersion++; ghStarted[me] = 0; ghUnread[me] = 0 };
     goto out
  :: position[me] != end ->
     if
     :: FOLLOWS(me) ->
#ifdef BUG_STAGE_ABORTED_FIRST
        known = lastAborted; e = position[0]
#else
        e = position[0]; known = lastAborted
#endif
     :: else ->
#ifdef BUG_ABORTED_FIRST
        known = lastAborted; e = cursor;
#else
        e = cursor; known = lastAborted;
#endif
        assert(e >= ready)
     fi;
     d_step { ready = (ready < e -> e : ready); e = ready; q = position[me] };
     if
     :: q == e ->                                   /* nothing yet */
        (position[me] == end || HAS(LEAVEMASK, me) || (FOLLOWS(me) -> position[0] > q : cursor > q))
     :: else ->
        if
        :: known > q ->
           d_step {                                 /* one look at an immutable list: step over, or cut before */
             h = q; do :: h < e && HAS(aborts, h) -> h++ :: else -> break od;
             if
             :: h > q -> assert((ghAborted & RANGE(q, h)) == RANGE(q, h)); e = q
             :: else -> do :: h < e && !HAS(aborts, h) -> h++ :: else -> break od; e = h; h = q
             fi }
        :: else -> h = q
        fi;
        d_step { position[me] = h; ghUnread[me] = h; h = 0 };
        if                                          /* hands back the batch, or its first slot only */
        :: q < e ->
           d_step {
             assert((ghPublished & RANGE(q, e)) == RANGE(q, e));
             h = q; do :: h < e -> assert(slot[h % N] == h); h++ :: else -> break od; h = 0 };
           if :: e > q+1 -> e = q+1 :: skip fi;
           d_step { do :: q < e -> assert(slot[q % N] == q); q++ :: else -> break od };
           d_step { position[me] = q; ghUnread[me] = q }
        :: else -> skip
        fi
     fi;
     d_step { e = 0; q = 0; known = 0 }
  od;
out: skip;
  d_step { ready = 0; known = 0; e = 0; q = 0 }
}

init {
  atomic {
    byte i;
    do
    :: i < NC ->
       if :: HAS(INITMASK, i) -> ghStarted[i] = 1 :: else -> skip fi;
       if :: HAS((INITMASK|JOINMASK), i) -> run Consumer(i) :: else -> skip fi;
       i++
    :: else -> break
    od;
    i = 0;
    run Producer()
  }
}

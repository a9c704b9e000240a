/* A group of workers: one member of the list, whose events are handed to W workers in runs. Each event is completed by
   exactly one of them.

   The group's position is its tail: everything below it is finished. Two more words and an array go with it:

     tail <= next <= found       next: where the next run begins; found: how far the ring, or the stage ahead, has come
     done[from] = to             the run or part that starts at from is finished up to to; 0 at first

   A worker claims a run by a compare-and-swap of next. When it has finished [n, x) it stores the mark done[n] = x, fences,
   and moves the tail over every mark that stands there, its own or not, by compare-and-swap. So no worker waits for the
   slowest one, and no mark is left behind. A worker that leaves with a run in hand puts what is not finished of it into
   `returned`, where the others look first; if nobody is left, it stays there until somebody joins. A worker joins by
   looking. Nothing is stored then, so a worker that has not moved yet is one that joins later.

   A worker finds runs through a view of its own, a boundary `ready` from which it walks marks. It holds nothing while it
   walks, so the walk checks the lap, and begins again from avail when it was lapped. Before it claims beyond avail it raises
   avail: then next and the tail are never ahead of every boundary. With STAGE the group follows another
   member: then that one's position is the limit, which is no boundary, and avail stays where it was at the join. The one
   ahead may leave: it raises `published` to its boundary first, and workers that no longer find it in the list go on from
   there as followers of the ring.

   Aborted sequences of a run are finished like others and shown to nobody. The table is that of aborts.pml with blocks of
   one sequence; the run is held while it is looked at. `last` is read after what says how far the run may reach.

   An idle worker registers with PARK in the ring's lot, in that of the member ahead, or, once the ring is closed and every
   event has been claimed, in the group's own lot, where the followers are. It looks again and sleeps. Visits to a lot are
   one step here; park.pml takes them apart.

   Memory. A mark of done and the fence behind it are one step, as the worker does nothing in between: that is all that
   x86 TSO has to add, and the bugs without the fence bring a store buffer. Everything else is a locked operation or is not
   read back. One step is at most one access to a word that others write. A wait is a wait for what ends it, so a hang is an
   invalid end state. Names with gh are for asserts and such waits.

   Rules, with the bugs that break them:
     1  The mark of a finished run is visible before the look at the tail.              NO_FENCE_HELP, FAST_NO_FENCE
     2  A worker that moves the tail goes on while the next mark stands there.          HELP_ONCE, FAST_NO_HELP
     3  The tail moves by compare-and-swap; only the owner of the run at it may store.  TAIL_STORE
     4  avail is raised before next, to a boundary.                                     NO_AVAIL, STAGE_RAISES
     5  Walks check the lap.                                                            NO_LAP_CHECK
     6  At the end no worker goes before the tail is there; moving it there wakes them. EXIT_EARLY, LAST_SILENT
     7  Handing a run back wakes idle workers in every lot. Before they sleep they look
        at returned, at marks or position, at the list and at the end.                  HANDBACK_*, IDLE_IGNORES_*
     8  A worker that inherits starts at `published`, read after the list.              INHERIT_*, LEAVE_WITHOUT_RAISE
     9  `last` is read after avail, marks or position: a worker that goes by what it
        has walked over itself knows too little.                                        LAST_FIRST, OWN_WALK_ONLY
    10  Aborted parts are finished like others, and what was handed back is cut again.  ABORTED_LEFT, RETURNED_UNCUT

   Size:     N slots, E events in claims of up to MAXN, W workers (2 or 3), runs of up to RUN.
   Options:  LEAVEMASK (workers that may leave at any time), HANDBACK (with a run in hand, too), OUTOFORDER (of two claims
             the later one is published first), ABORT, STAGE, LEAVE (the member ahead may leave), FOLLOWER (a member behind),
             PARK, CURSOR (Single ring), FAST (a run that begins at the tail is finished by a store of the tail, without a mark).
   Variants: CUT_FIRST (the table is looked at before the claim). BUG_*, one at a time: README.md. */
#ifndef N
#define N 2
#endif
#ifndef E
#define E 3
#endif
#ifndef MAXN
#define MAXN 2
#endif
#ifndef W
#define W 2
#endif
#ifndef RUN
#define RUN 2
#endif
#ifndef LEAVEMASK
#define LEAVEMASK 0
#endif
#define NEVER 250
#define ABORTED 128
#define HAS(set, i) (((set) >> (i)) & 1)
#ifdef BUG_TABLE_SHORT
#define TABLE (N-1)
#else
#define TABLE N
#endif
#define BELOW(x) ((1 << (x)) - 1)
#define MARK(s) (mark[(s) % N] & 127)

byte mark[N];                                /* an abort's mark ^to is ABORTED|to */
byte slot[N] = NEVER;
byte abortAt[N], last;                       /* s+1: sequence s is aborted; the greatest end of an aborted range */
byte end = NEVER;
byte published;
byte next, avail, tail, done[N];
byte returned;                               /* set of the runs handed back, under a lock; the word that counts them */
byte returnedFrom[W], returnedTo[W];
byte behind;                                 /* position of the follower */
bool aheadIn = 1; byte ahead, aheadAvail;    /* STAGE: in the list; position and avail of the member ahead */

#ifdef PARK
#define RING 1                               /* lots */
#define AHEAD 2
#define GROUP 4
byte lot[W], key[W] = NEVER;                 /* where worker i is registered; NEVER when it is roused */
byte roused;                                 /* set of workers */
byte wantedMark = NEVER, wantedAhead = NEVER, wanted = NEVER;
byte followerKey = NEVER, followerNeed; bool followerRoused;
#endif

#if defined(BUG_NO_FENCE_HELP) || defined(BUG_FAST_NO_FENCE)
#define BUFFERS
byte bufferAt[W], buffer[W];                 /* a mark, or the tail (at N), in the store buffer of worker i */
#define FENCED (buffer[me] == 0)
#else
#define FENCED skip
#endif

int ghDone, ghAborted;
byte ghFirst;                                /* the first sequence neither published nor aborted; CURSOR: the cursor */
int ghBoundaries = 1;
bool ghAllClaimed;

#ifdef STAGE
#define LIMIT (aheadIn -> ahead : ghFirst)
#else
#define LIMIT ghFirst
#endif

#ifdef BUFFERS
active proctype Drain() {
  byte p;
endDrain: do
  :: d_step { buffer[0] -> if :: bufferAt[0] == N -> tail = buffer[0] :: else -> done[bufferAt[0]] = buffer[0] fi; buffer[0] = 0; bufferAt[0] = 0 }
  :: d_step { buffer[1] -> if :: bufferAt[1] == N -> tail = buffer[1] :: else -> done[bufferAt[1]] = buffer[1] fi; buffer[1] = 0; bufferAt[1] = 0 }
  od
}
#endif

#ifdef PARK
/* in a d_step; i is left 0 */
inline announce() {
  wantedMark = NEVER; wantedAhead = NEVER; wanted = followerKey;
  i = 0;
  do
  :: i < W ->
     if
     :: lot[i] == RING && key[i] < wantedMark -> wantedMark = key[i]
     :: lot[i] == AHEAD && key[i] < wantedAhead -> wantedAhead = key[i]
     :: lot[i] == GROUP && key[i] < wanted -> wanted = key[i]
     :: else
     fi;
     i++
  :: else -> break
  od;
  i = 0
}

inline rouse(i) { roused = roused | (1 << (i)); key[i] = NEVER }

inline wakeIdle(lots) {                      /* all workers in these lots */
  d_step {
    i = 0;
    do :: i < W -> if :: (lot[i] & (lots)) && key[i] != NEVER -> rouse(i) :: else fi; i++ :: else -> break od;
    announce() }
}
#endif

#if defined(BUG_HANDBACK_SKIPS_RING)
#define HANDBACK_WAKES (AHEAD|GROUP)
#elif defined(BUG_HANDBACK_SKIPS_AHEAD)
#define HANDBACK_WAKES (RING|GROUP)
#elif defined(BUG_HANDBACK_SKIPS_GROUP)
#define HANDBACK_WAKES (RING|AHEAD)
#else
#define HANDBACK_WAKES (RING|AHEAD|GROUP)
#endif

/* after a store or compare-and-swap that moved the tail to x */
inline passed(x) {
#ifdef PARK
  if
  :: wanted < x ->
     d_step {
       if
       :: followerKey != NEVER && followerNeed <= x -> followerRoused = 1; followerKey = NEVER
       :: followerKey != NEVER && followerNeed > x && followerKey < x -> followerKey = x
       :: else
       fi;
       i = 0;
#ifndef BUG_LAST_SILENT
       do :: i < W -> if :: lot[i] == GROUP && key[i] < x -> rouse(i) :: else fi; i++ :: else -> break od;
#endif
       announce() }
  :: else -> skip
  fi
#else
  skip
#endif
}

/* Moves the tail over every mark that stands there; a: what it was moved to last. */
inline help() {
  do
  :: t = tail;
     d = done[t % N];
     if
     :: d > t ->
        FENCED;
#ifdef BUG_TAIL_STORE
        d_step { assert(d >= tail); tail = d; a = d };
#else
        d_step {
          if
          :: tail == t -> assert((ghDone & BELOW(d)) == BELOW(d)); tail = d; a = d
          :: else
          fi };
#endif
#ifdef BUG_HELP_ONCE
        break
#endif
     :: else -> break
     fi
  od;
  skip;
  d_step { t = 0; d = 0 }
}

/* to be in a d_step: [n, x) is used no more */
inline used(x) {
  h = n;
  do :: h < x -> assert(!HAS(ghDone, h)); assert(HAS(ghAborted, h) || slot[h % N] == h); ghDone = ghDone | (1 << h); h++
     :: else -> break od;
  h = 0
}

/* [n, e) is finished; n moves to e */
inline finish() {
#ifdef FAST
  t = tail;
  if
  :: t == n ->
     d_step {
       used(e);
#ifdef BUG_FAST_NO_FENCE
       bufferAt[me] = N; buffer[me] = e;
#else
       assert(tail == n); tail = e;          /* a locked store */
#endif
       n = e; a = e; e = 0; t = 0 };
#ifndef BUG_FAST_NO_HELP
     if
     :: done[a % N] > a -> help()
     :: else -> skip
     fi;
#endif
     passed(a)
  :: else ->
#endif
#ifdef BUG_NO_FENCE_HELP
     FENCED;
#endif
     d_step {
       used(e);
#ifdef BUG_NO_FENCE_HELP
       bufferAt[me] = n % N; buffer[me] = e;
#else
       done[n % N] = e;
#endif
       n = e; e = 0; t = 0 };
     help();
     if :: a -> passed(a) :: else -> skip fi
#ifdef FAST
  fi
#endif
  ;
  a = 0
}

/* ready: how far this worker may claim, as long as next is n */
inline find() {
#ifdef STAGE
  if
  :: aheadIn ->
     d_step { ready = (ahead > ready -> ahead : ready) };
#ifdef BUG_STAGE_RAISES
     d_step { avail = (avail < ready -> ready : avail); assert(HAS(ghBoundaries, avail)) }
#endif
  :: else ->
     if
     :: !direct ->
        direct = 1;
#ifdef BUG_INHERIT_FROM_NEXT
        ready = n
#else
        ready = published
#endif
     :: else -> skip
     fi;
#endif
#ifdef CURSOR
     ready = ghFirst;
#else
     a = avail;
     d_step { ready = (a > ready -> a : ready) };
     do
     :: d_step {
          m = mark[ready % N];
          h = m & 127;
          if
#ifdef BUG_NO_LAP_CHECK
          :: h > ready ->
#else
          :: h > ready && h <= ready+N ->
#endif
             ready = h;
#ifdef BUG_OWN_WALK_ONLY
             if :: m > ABORTED -> walked = h :: else fi;
#endif
             m = (ready < n+RUN -> 1 : 0)
          :: h > ready+N -> m = 2
          :: else -> m = 0
          fi;
          h = 0 };
        if
        :: m == 0 -> break
        :: m == 1 -> skip
        :: m == 2 -> m = 0; a = avail; assert(a > ready); d_step { ready = a; a = 0 }; goto again
        fi
     od;
     assert(ready <= ghFirst);
#ifndef BUG_NO_AVAIL
     if
     :: ready > a -> d_step { avail = (avail < ready -> ready : avail); assert(HAS(ghBoundaries, avail)) }
     :: else -> skip
     fi;
#endif
     a = 0;
#endif
#ifdef STAGE
     skip
  fi
#endif
}

#ifdef BUG_OWN_WALK_ONLY
#define LAST walked
#else
#define LAST last
#endif

proctype Worker(byte me) {
  byte n, m, e, a, h, i, t, d, ready, known, walked;
  bool direct;
  do
  :: skip;
again: skip;
     d_step { n = 0; m = 0; e = 0; h = 0; a = 0; known = 0; ready = 0 };
     if
     :: returned ->
        FENCED;
        d_step {
          h = 0;
          do :: h < W && !HAS(returned, h) -> h++ :: else -> break od;
          if
          :: h < W -> n = returnedFrom[h]; m = returnedTo[h]; returnedFrom[h] = 0; returnedTo[h] = 0; returned = returned & ~(1 << h)
          :: else
          fi;
#ifdef BUG_RETURNED_UNCUT
          h = 1
#else
          h = 0
#endif
        };
        if :: m == 0 -> goto again :: else -> skip fi
     :: else ->
#ifdef BUG_LAST_FIRST
        known = last;
#endif
        n = next;
        find();
        assert(ready >= n);
        if :: ready == n -> goto idle :: else -> skip fi;
        if :: m = n+1 :: RUN > 1 && n+2 <= ready -> m = n+2 fi;
#ifdef CUT_FIRST
        known = last;
#endif
        FENCED;
        d_step {
          ready = 0;
          if
          :: next == n -> next = m;
#ifndef CURSOR
             /* who sees next, or a position up to it, finds a boundary that is not behind it */
             assert(avail >= m || published >= m || (aheadIn && aheadAvail >= m));
#endif
             assert(m <= ghFirst)
          :: else -> m = 0
          fi };
        if :: m == 0 -> goto again :: else -> skip fi
     fi;

     /* [n, m) is in hand */
#if !defined(CUT_FIRST) && !defined(BUG_LAST_FIRST)
#ifdef BUG_RETURNED_UNCUT
     if :: h -> h = 0 :: else -> known = LAST fi;
#else
     known = LAST;
#endif
#endif
     do
     :: n == m -> break
     :: else ->
        d_step {                             /* the table holds still for what is in hand */
          e = m;
          i = 0;
#ifdef ABORT
          if
          :: known > n ->
             e = n;
             do :: e < m && abortAt[e % TABLE] == e+1 -> e++ :: else -> break od;
             if
             :: e > n -> i = 1
             :: else -> do :: e < m && abortAt[e % TABLE] != e+1 -> e++ :: else -> break od
             fi
          :: else
          fi;
#endif
          h = n; do :: h < e -> assert(slot[h % N] == h && HAS(ghAborted, h) == i); h++ :: else -> break od; h = 0 };
#ifdef ABORT
        if
        :: i ->
           i = 0;
#ifdef BUG_ABORTED_LEFT
           n = e;
#else
           finish();
#endif
           goto part
        :: else -> skip
        fi;
#endif
        if
        :: e > n+1 -> e = n+1                /* hands back its first slot */
        :: skip
        fi;
        if
#ifdef HANDBACK
        :: HAS(LEAVEMASK, me) ->             /* leaves in the middle: what is not finished is done again from its start */
           FENCED;
           d_step { returnedFrom[me] = n; returnedTo[me] = m; returned = returned | (1 << me) };
#if defined(PARK) && !defined(BUG_HANDBACK_SILENT)
           wakeIdle(HANDBACK_WAKES);
#endif
           goto out
#endif
        :: skip
        fi;
        finish();
part:   skip
     od;
     goto again;

idle: skip;
     if :: HAS(LEAVEMASK, me) -> goto out :: skip fi;
#ifdef BUG_EXIT_EARLY
     if :: end <= n -> goto out :: else -> skip fi;
#endif
#ifdef PARK
     FENCED;
     e = end;
     if
     :: e <= n ->                            /* nothing will be there to claim, but runs may be handed back */
        d_step { lot[me] = GROUP; key[me] = e-1; announce() };
        if
        :: tail >= e -> goto awake
        :: else -> skip
        fi
     :: else ->
        d_step {
          lot[me] = RING; key[me] = ready;
#ifdef STAGE
          if :: !direct -> lot[me] = AHEAD :: else fi;
#endif
          announce() };
#ifdef STAGE
        if
        :: !direct ->
           if :: ahead > ready -> goto awake :: else -> skip fi;
#ifndef BUG_IDLE_IGNORES_LIST
           if :: !aheadIn -> goto awake :: else -> skip fi
#endif
        :: else ->
#endif
#ifdef CURSOR
           if :: ghFirst > ready -> goto awake :: else -> skip fi;
#elif !defined(BUG_IDLE_IGNORES_MARK)
           if :: MARK(ready) > ready -> goto awake :: else -> skip fi;
#endif
#ifdef STAGE
           skip
        fi;
#endif
#ifndef BUG_IDLE_IGNORES_END
        if :: end <= n -> goto awake :: else -> skip fi
#endif
     fi;
#ifndef BUG_IDLE_IGNORES_RETURNED
     if :: returned -> goto awake :: else -> skip fi;
#endif
     if
     :: HAS(roused, me)
     :: HAS(LEAVEMASK, me) -> e = NEVER+1    /* closed, or its context has ended */
     fi;
awake: skip;
     d_step { h = (e == NEVER+1 -> 1 : 0); lot[me] = 0; key[me] = NEVER; roused = roused & ~(1 << me); announce(); e = 0 };
     if :: h -> goto out :: else -> skip fi;
     if :: end <= n -> if :: tail >= end -> goto out :: else -> skip fi :: else -> skip fi;
#else
     if
     :: returned || next < LIMIT
     :: HAS(LEAVEMASK, me) -> goto out
     :: end <= next && tail >= end -> goto out
     fi;
#endif
     goto again
  od;
out: skip;
  d_step { n = 0; m = 0; e = 0; a = 0; h = 0; t = 0; d = 0; ready = 0; known = 0; walked = 0; direct = 0 }
}

#ifdef FOLLOWER
proctype Follower() {
  byte g, i;
  do
  :: behind == E -> break
  :: else ->
     g = tail;
     if
     :: g > behind ->
        d_step {
          assert((ghDone & BELOW(g)) == BELOW(g));
          i = behind; do :: i < g -> assert(HAS(ghAborted, i) || slot[i % N] == i); i++ :: else -> break od; i = 0 };
        d_step {
          i = behind; do :: i < g -> assert(HAS(ghAborted, i) || slot[i % N] == i); i++ :: else -> break od; i = 0;
          behind = g; g = 0 }
     :: else ->
#ifdef PARK
        d_step { followerKey = behind; followerNeed = behind+1; announce() };
        if
        :: behind+1 < E && N > 1 -> d_step { followerNeed = behind+2 }      /* WaitFor */
        :: skip
        fi;
        if
        :: tail >= followerNeed -> skip
        :: else -> followerRoused
        fi;
        d_step { followerKey = NEVER; followerNeed = 0; followerRoused = 0; g = 0; announce() }
#else
        tail > behind
#endif
     fi
  od
}
#define GATE behind
#else
#define GATE tail
#endif

#ifdef STAGE
proctype Ahead() {
  byte p, ready, i;
  do
  :: p == E -> break
#ifdef LEAVE
  :: skip ->
#ifndef BUG_LEAVE_WITHOUT_RAISE
     d_step { published = (published < ready -> ready : published) };
#endif
     aheadIn = 0;
#ifdef PARK
     wakeIdle(AHEAD);
#endif
     break
#endif
  :: MARK(ready) > ready || ready > p ->
     d_step { do :: MARK(ready) > ready -> ready = MARK(ready) :: else -> break od };
     if :: p = p+1 :: ready > p+1 -> p = ready fi;
     d_step { aheadAvail = ready; ahead = p };
#ifdef PARK
     if :: wantedAhead < p -> wakeIdle(AHEAD) :: else -> skip fi
#endif
  od;
  skip;
  d_step { p = 0; ready = 0 }
}
#endif

/* the mark of [from, to), which is published, or aborted */
inline storeMark(from, to, ab) {
  d_step {
    mark[(from) % N] = (ab -> ABORTED : 0) | (to);
    /* ghFirst: marks that were stored out of order count, too */
    if :: ghFirst == from -> ghFirst = to; ghBoundaries = ghBoundaries | (1 << (to)) :: else fi;
    do :: MARK(ghFirst) > ghFirst -> ghFirst = MARK(ghFirst); ghBoundaries = ghBoundaries | (1 << ghFirst) :: else -> break od };
#ifdef PARK
  if
  :: wantedMark <= from ->
     d_step {
       i = 0;
       do
       :: i < W -> if :: lot[i] == RING && key[i] != NEVER && MARK(key[i]) > key[i] -> rouse(i) :: else fi; i++
       :: else -> break
       od;
       announce() }
  :: else -> skip
  fi
#endif
}

proctype Producer() {
  byte c, to, i, from, upto; bool ab;
  do
  :: c == E -> break
  :: else ->
     if :: to = c+1 :: MAXN > 1 && c+2 <= E && N > 1 -> to = c+2 fi;
     d_step {
       GATE+N >= to;
       assert((ghDone & BELOW(GATE)) == BELOW(GATE));
       i = c;
       do :: i < to -> assert(i < N || HAS(ghDone, (i < N -> 0 : i-N))); slot[i % N] = i; i++ :: else -> break od; i = 0;
       ghAllClaimed = (to == E) };
     if
#ifdef OUTOFORDER
     :: to == c+2 -> from = c+1; upto = to
#endif
     :: from = c; upto = to
     fi;
     do
     :: if
        :: ab = 0
#ifdef ABORT
        :: ab = 1;
           d_step {
             i = from;
             do :: i < upto -> abortAt[i % TABLE] = i+1; ghAborted = ghAborted | (1 << i); i++ :: else -> break od; i = 0 };
#ifndef BUG_MARK_BEFORE_LAST
           d_step { last = (last < upto -> upto : last) }
#endif
#endif
        fi;
        storeMark(from, upto, ab);
#ifdef BUG_MARK_BEFORE_LAST
        if :: ab -> d_step { last = (last < upto -> upto : last) } :: else -> skip fi;
#endif
        ab = 0;
        if
        :: from > c -> upto = from; from = c
        :: else -> break
        fi
     od;
     skip;
     d_step { c = to; to = 0; from = 0; upto = 0 }
  od;
  c = 0
}

proctype Closer() {
  byte i;
  ghAllClaimed;                              /* the last claim may still be open */
  end = E;
#ifdef PARK
  wakeIdle(RING|AHEAD|GROUP);
#endif
  tail == E;
  assert(ghDone == BELOW(E))
}

init {
  atomic {
    byte i;
    do :: i < W -> run Worker(i); i++ :: else -> break od; i = 0;
#ifdef FOLLOWER
    run Follower();
#endif
#ifdef STAGE
    run Ahead();
#endif
    run Producer(); run Closer()
  }
}

/* Lossy consumers of a Multi ring: one that falls behind loses events and does not hold producers up.

   The position of a lossy consumer is one word, a sequence and a pin. Before it reads anything it pins, by compare-and-swap
   from the position that it knows; when it hands the last slot of a batch back it stores the new position without the pin.
   A claim that needs the gate at `need`, and finds the position of a lossy consumer below that and not pinned, pushes it:
   by compare-and-swap to a boundary q up to which everything is published, after it has raised `published` to q. The
   consumer learns of it when its next pin fails: it has missed q - p sequences, and goes on from q.

   No other order is needed, since every limit comes from a value of that one word, and the word only grows. A limit that
   was computed before a pin is at most p + N, and the pin is at p; one that was computed after a push to q is at most q + N,
   and a pin that comes later is at q. So what is in hand is written to only after the consumer's own store.

   The rest is ring.pml without stages, parts and tables of blocks: claims within a cached limit, range marks, Abort and its
   list, joining and leaving, rings without consumers, Published(), Close. One step is at most one access to a word that
   others write; sequentially consistent. Waits are for what ends them: a hang is an invalid end state. Names with gh are
   ghosts.

   With CLEAR (Config.Clear) `cleared` is the gate. Every move of a position is followed by clearing, and so is a claim's
   registering of what it needs in wantedRoom. Clearing pushes for the sake of wantedRoom, read after its count: a claim
   that registers while another goroutine clears leaves a count, and is seen. Claims sleep in a queue. Passing the turn
   registers what the first claim needs by now, which may be more, so it is followed by clearing, too.

   Rules, with the bugs that break them (7 and 8 are in lossy_park.pml):
     1  A push is a compare-and-swap that fails on a pin; a pin is one from the position
        last known.                                                     PUSH_STORE, PIN_STORE, NO_PIN
     2  q is a boundary, reached by walking marks, and published.       PUSH_ANYWHERE, PUSH_TO_CLAIM
     3  published is raised to q before the push.                       PUSH_NO_RAISE
     4  After a failed pin the consumer reads marks from q.             READY_KEPT
     5  A joiner enters the list pinned.                                JOIN_UNPINNED
     6  Pushes come before the second look at the list.                 LIST_ONCE
     9  What was missed is counted from the position, not from what had been found: then got + missed is everything
        from the join to the end.                                       COUNT_FROM_READY
    10  A leaver raises published to what it has found, as others do.   LEAVE_WITHOUT_RAISE
    11  With Clear wantedRoom is read after the count.                  NEED_BEFORE_COUNT
        Taking a pin away is followed by clearing, passing the turn is, and so is publishing while a claim waits:
        lossy consumers can be pushed further then.                     UNPIN_CLEARS_NOT, TURN_CLEARS_NOT, PUBLISH_CLEARS_NOT

   Size:     N, P, K0, K1, MAXN, FIXN, NC, INITMASK, JOINMASK, LEAVEMASK as in ring.pml; LOSSYMASK: which consumers are lossy.
   Options:  ABORT, CLOSEANY, LOOK=n as in ring.pml; STALL (a lossy consumer with nothing in hand may stop for ever; STALLED: it never starts);
             PUSH=h (a push walks from the consumer's own boundary, not further than h beyond need; otherwise it goes to
             all that is published); CLEAR, CANCEL (the first producer may give up).
   Variants: RAISES_AFTER (published is raised after the push). BUG_*, one at a time: README.md. */
#ifndef N
#define N 2
#endif
#ifndef P
#define P 2
#endif
#ifndef K0
#define K0 2
#endif
#ifndef K1
#define K1 2
#endif
#ifndef MAXN
#define MAXN 2
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
#ifndef LOSSYMASK
#define LOSSYMASK 1
#endif
#define ABORTED 128
#define EMPTY 254
#define TORN 255
#define FAILED 200
#define NOBODY 9
#define HIGH 250
#define HAS(set, i) (((set) >> (i)) & 1)
#define INLIST(i) HAS(inlist, i)
#define LOSSY(i) HAS(LOSSYMASK, i)

byte claim; bool closed;                     /* one word */
byte end = HIGH;
byte mark[N];
byte slot[N] = EMPTY;
byte published;
byte inlist = INITMASK, listVersion;
byte position[NC]; bool pinned[NC];          /* one word */
byte avail[NC];
int aborts; byte lastAborted;
#ifdef CLEAR
byte cleared, clearing;
byte wantedRoom = HIGH;                      /* the gate that the first claim of the queue needs */
byte first = NOBODY, second = NOBODY;        /* the queue */
byte slotsOf[P]; bool roused[P];
bool queueLock;
#endif

bool ghHolds[NC]; byte ghUnread[NC];         /* consumer i holds every sequence from ghUnread[i] on */
int ghDone, ghAborted; byte ghFirst;
byte ghProducersDone;
bool ghEnded;

#define AT(i, s) (!INLIST(i) || position[i] >= (s) || (LOSSY(i) && !pinned[i] && ghFirst >= (s)))
#if NC == 1
#define FRESHER(lo) (published > lo || (INLIST(0) && avail[0] > lo))
#define ROOM(e) (inlist == 0 -> ghFirst+N >= (e) : AT(0, (e)-N))
#else
#define FRESHER(lo) (published > lo || (INLIST(0) && avail[0] > lo) || (INLIST(1) && avail[1] > lo))
#define ROOM(e) (inlist == 0 -> ghFirst+N >= (e) : (AT(0, (e)-N) && AT(1, (e)-N)))
#endif

inline raisePublished(x) { d_step { published = (published < x -> x : published) } }

inline boundary(lo, set, j) {
  set = inlist;
  lo = published;
  j = 0;
  do
  :: j < NC && HAS(set, j) -> d_step { lo = (avail[j] > lo -> avail[j] : lo); j++ }
  :: j < NC && !HAS(set, j) -> j++
  :: j == NC -> break
  od;
  j = 0; set = 0
}

/* Published() */
inline publishedEnd(lo, set, j, m) {
  boundary(lo, set, j);
  do
  :: d_step {
       m = mark[lo % N] & 127;
       if
       :: m > lo && m <= lo+N -> lo = m; m = 1
       :: m > lo+N -> m = 2
       :: else -> m = 0; assert(lo == ghFirst)
       fi };
     if
     :: m == 0 -> break
     :: m == 1 -> skip
     :: m == 2 -> m = 0; FRESHER(lo); boundary(lo, set, j)
     fi
  od;
  m = 0
}

/* Pushes lossy consumer i, which was seen at v without a pin. m: it may have moved. */
inline push() {
#if defined(BUG_PUSH_ANYWHERE)
  q = (need <= ghFirst -> need : v);
#elif defined(BUG_PUSH_TO_CLAIM)
  q = claim;
#elif defined(PUSH)
  q = avail[i];                              /* a boundary not behind v, unless it was pushed before: then v is one */
  d_step { q = (q < v -> v : q) };
  do
  :: d_step {
       m = mark[q % N] & 127;
       if
       :: m > q && m <= q+N -> q = m; m = (q < need+PUSH -> 1 : 0)
       :: m > q+N -> q = v; m = 2            /* lapped: somebody has pushed it */
       :: else -> m = 0
       fi };
     if :: m == 1 -> skip :: else -> break fi
  od;
  m = (m == 2 -> 1 : 0);
#else
  publishedEnd(q, set, j, m);
#endif
  if
  :: q > v ->
#if !defined(BUG_PUSH_NO_RAISE) && !defined(RAISES_AFTER)
     raisePublished(q);
#endif
#ifdef BUG_PUSH_STORE
     d_step { position[i] = q; pinned[i] = 0 };
#else
     d_step { if :: position[i] == v && !pinned[i] -> position[i] = q :: else fi };
#endif
#ifdef RAISES_AFTER
     raisePublished(q);
#endif
     m = 1
  :: else -> skip
  fi;
  q = 0
}

/* The gate, for who needs it at `need`; 0: pushes nobody. */
inline gate(g) {
  do
  :: d_step { members = inlist; version = listVersion };
     if
     :: members == 0 -> publishedEnd(g, set, j, m); raisePublished(g)
     :: else ->
        g = HIGH; i = 0;
        do
        :: i == NC -> break
        :: i < NC && !HAS(members, i) -> i++
        :: i < NC && HAS(members, i) ->
           d_step { v = position[i]; m = (LOSSY(i) && !pinned[i] && v < need -> 1 : 0) };
           if
           :: m -> m = 0; push()
           :: else -> skip
           fi;
           if
           :: m -> m = 0                     /* looks at the same one again */
           :: else -> d_step { g = (v < g -> v : g); i++ }
           fi;
           v = 0
        od
     fi;
     skip;
     d_step { i = 0; members = 0 };
#ifdef BUG_LIST_ONCE
     break
#else
     if :: listVersion == version -> break :: else -> skip fi
#endif
  od;
  version = 0
}

#ifdef CLEAR
#define NEED need = wantedRoom; d_step { need = (need == HIGH -> 0 : need) }

/* Zeroes what all are done with. */
inline clear() {
#ifdef BUG_NEED_BEFORE_COUNT
  NEED;
#endif
  d_step { n = (clearing == 0 -> 1 : 0); clearing++ };
  do
  :: n == 0 -> break
  :: else ->
#ifndef BUG_NEED_BEFORE_COUNT
     NEED;
#endif
     gate(g);
#ifndef BUG_NEED_BEFORE_COUNT
     need = 0;
#endif
     if
     :: g > cleared ->
        d_step {
          h = cleared;
          do
          :: h < g ->
             assert(slot[h % N] == h);
             i = 0; do :: i < NC -> assert(!(ghHolds[i] && ghUnread[i] <= h)); i++ :: else -> break od; i = 0;
             slot[h % N] = EMPTY; h++
          :: else -> break
          od;
          h = 0 };
        cleared = g
     :: else -> skip
     fi;
     g = 0;
     d_step { if :: clearing == n -> clearing = 0; n = 0 :: else -> n = clearing fi }
  od;
  need = 0
}

/* Passes the turn, with the lock, and unlocks: registers what the first claim needs now, clears for it, and wakes it if
   there is room. */
inline passTurn() {
  if
  :: first == NOBODY -> wantedRoom = HIGH
  :: else ->
     w = (claim+slotsOf[first] > N -> claim+slotsOf[first]-N : 0);
     wantedRoom = w;
#ifndef BUG_TURN_CLEARS_NOT
     clear();
#endif
     if :: cleared >= w -> d_step { wantedRoom = HIGH; roused[first] = 1 } :: else -> skip fi;
     w = 0
  fi;
  queueLock = 0
}

inline clearBehind() {
  clear();
  if
  :: wantedRoom <= cleared -> atomic { !queueLock -> queueLock = 1 }; passTurn()
  :: else -> skip
  fi
}
#endif

inline countDone(from, to) {
  h = from;
  do :: h < to -> ghDone = ghDone | (1<<h); h++ :: else -> break od;
  do :: HAS(ghDone, ghFirst) -> ghFirst++ :: else -> break od;
  h = 0
}

proctype Producer(byte id) {
  byte k, slots, c, g, members, set, version, i, j, m, h, v, q, need, n, w;
  bool gave;
  byte limit = N;
  do
  :: k == (id == 0 -> K0 : K1) -> break
  :: else ->
#ifdef FIXN
     slots = (id == 0 -> 2 : 1);
#else
     if
     :: slots = 1
#if MAXN > 1
     :: slots = 2
#endif
     fi;
#endif
again: skip;
     d_step { c = claim; if :: closed -> c = FAILED :: else fi };
     if :: c == FAILED -> goto out :: else -> skip fi;
     if
     :: c+slots <= limit -> skip
     :: else ->
#ifdef CLEAR
        clearBehind();
        limit = cleared+N;
        if
        :: c+slots <= limit -> skip
        :: else ->
           d_step { !queueLock -> slotsOf[id] = slots; if :: first == NOBODY -> first = id :: else -> second = id fi };
wait:      skip;
           d_step {
             !queueLock ->
             m = (first == id -> 1 : 0);
             if :: m -> wantedRoom = (claim+slots > N -> claim+slots-N : 0) :: else fi };
           if
           :: m -> m = 0; clearBehind()
           :: else -> m = 0
           fi;
           d_step { limit = (first == id -> cleared+N : 0); c = claim };
           if
           :: c+slots <= limit || closed -> skip
           :: else ->
              if
              :: roused[id] -> roused[id] = 0; goto wait
              :: closed
#ifdef CANCEL
              :: id == 0 -> gave = 1         /* its context has ended */
#endif
              fi
           fi;
           limit = cleared+N;
           atomic {
             !queueLock ->
             m = (first == id -> 1 : 0);
             if :: m -> first = second :: else fi;
             second = NOBODY; slotsOf[id] = 0; roused[id] = 0; queueLock = m };
           if :: m -> m = 0; passTurn() :: else -> skip fi;
           if :: gave -> goto out :: else -> goto again fi
        fi
#else
        need = (c+slots > N -> c+slots-N : 0);
        gate(g);
        d_step { limit = (g+N > limit -> g+N : limit); g = 0; need = 0 };
        if
        :: c+slots <= limit -> skip
        :: else -> (ROOM(c+slots) || claim != c || closed); goto again
        fi
#endif
     fi;
     d_step {
       if
       :: claim == c && !closed -> assert(!ghEnded); claim = c+slots; assert(ghFirst+N >= claim)
       :: else -> c = FAILED
       fi };
     if :: c == FAILED -> goto again :: else -> skip fi;
     d_step {
       i = 0;
       do
       :: i < slots ->
          h = 0;
          do :: h < NC -> assert(!(ghHolds[h] && ghUnread[h]+N <= c+i)); h++ :: else -> break od;
          h = 0;
#ifdef CLEAR
          assert(slot[(c+i) % N] == EMPTY);
#endif
          slot[(c+i) % N] = TORN; i++
       :: else -> break
       od;
       i = 0 };
     d_step { do :: i < slots -> assert(slot[(c+i) % N] == TORN); slot[(c+i) % N] = c+i; i++ :: else -> break od; i = 0 };
     if
     :: d_step { mark[c % N] = c+slots; countDone(c, c+slots) }
#ifdef ABORT
     :: gate(g);
        d_step {
          aborts = (aborts >> (g)) << (g);   /* what all have passed leaves the list */
          h = c; do :: h < c+slots -> aborts = aborts | (1<<h); h++ :: else -> break od; h = 0; g = 0 };
        d_step { lastAborted = (lastAborted < c+slots -> c+slots : lastAborted) };
        d_step {
          mark[c % N] = ABORTED | (c+slots);
          h = c; do :: h < c+slots -> ghAborted = ghAborted | (1<<h); h++ :: else -> break od;
          countDone(c, c+slots) }
#endif
     fi;
     d_step { c = 0; slots = 0; k++ };
#if defined(CLEAR) && !defined(BUG_PUBLISH_CLEARS_NOT)
     if :: wantedRoom != HIGH -> clearBehind() :: else -> skip fi
#endif
  od;
out: skip;
  d_step { c = 0; slots = 0; k = 0; limit = 0; gave = 0; ghProducersDone++ }
}

#ifdef CLEAR
#define MOVED clearBehind()
#else
#define MOVED skip
#endif

/* in a d_step: holds nothing any more */
inline unpin() {
  if
  :: LOSSY(me) -> pinned[me] = 0; pin = 0; ghHolds[me] = 0; ghUnread[me] = 0
  :: else
  fi
}

proctype Consumer(byte me) {
  byte p, e, q, m, h, set, j, members, i, version, v, need, g, n, w;
  byte ready, abortedTo, missed, got, joined;
  bool gone, pin;
  if
  :: !HAS(JOINMASK, me) -> skip
  :: else ->
join: skip;
     d_step { members = inlist; version = listVersion };
     if
     :: members == 0 -> h = published
     :: else ->
        h = HIGH; i = 0;
        do
        :: i < NC && HAS(members, i) -> d_step { h = (position[i] < h -> position[i] : h); i++ }
        :: i < NC && !HAS(members, i) -> i++
        :: i == NC -> break
        od
     fi;
     skip;
     d_step {
       i = 0; members = 0;
       if
       :: listVersion == version ->
          inlist = inlist | (1<<me); listVersion++; position[me] = h; version = 0;
#ifndef BUG_JOIN_UNPINNED
          pinned[me] = LOSSY(me)
#endif
       :: else -> version = FAILED
       fi;
       h = 0 };
     if :: version == FAILED -> version = 0; goto join :: else -> skip fi;
     publishedEnd(q, set, j, m);
     d_step { ghHolds[me] = 1; ghUnread[me] = q; ready = q; p = q; joined = q };
     avail[me] = q;
     d_step { position[me] = q; q = 0; unpin() };
     MOVED
  fi;
  do
  :: skip;
again: skip;
     d_step { q = 0; e = 0; m = 0; h = 0 };
     if
#ifdef STALL
     :: LOSSY(me) && !pin -> goto stalled
#endif
     :: HAS(LEAVEMASK, me) -> goto leave
     :: end > p || !HAS(LEAVEMASK, me) -> skip
     fi;
     if
     :: LOSSY(me) && !pin ->
#ifdef BUG_NO_PIN
        d_step { h = position[me]; pin = (h == p) };
#else
        d_step {
#ifdef BUG_PIN_STORE
          position[me] = p;
#endif
          h = position[me];
          if :: h == p -> pinned[me] = 1; pin = 1; ghHolds[me] = 1; ghUnread[me] = p :: else fi };
#endif
        if
        :: !pin ->                           /* it was pushed to h */
           d_step {
             assert(h > p);
#ifdef BUG_COUNT_FROM_READY
             missed = missed + (h > ready -> h-ready : 0);
#else
             missed = missed + (h-p);
#endif
             p = h;
#ifndef BUG_READY_KEPT
             ready = (ready < p -> p : ready)
#endif
           };
           goto again
        :: else -> h = 0
        fi
     :: else -> skip
     fi;
     do
     :: d_step {
          m = mark[ready % N] & 127;
          if
          :: m > ready ->
             assert(m <= ready+N);           /* this consumer holds it */
             if :: mark[ready % N] > ABORTED -> abortedTo = m :: else fi;
             ready = m
          :: else -> m = 0
          fi };
        if :: m == 0 -> break :: else -> skip fi
     od;
     if
     :: p >= ready ->                        /* nothing there: it waits without a pin */
        if
        :: LOSSY(me) ->
           d_step { unpin() };
#ifndef BUG_UNPIN_CLEARS_NOT
           MOVED
#endif
        :: else -> skip
        fi;
        ((mark[ready % N] & 127) > ready || end <= p || HAS(LEAVEMASK, me) || (LOSSY(me) && position[me] != p));
        if
        :: end <= p && (mark[ready % N] & 127) <= ready -> assert(p == end); break
        :: else -> goto again
        fi
     :: else -> skip
     fi;
     d_step {
       e = ready; q = p; m = 0;
       if
       :: abortedTo > p ->
          do :: q < e && HAS(aborts, q) -> q++ :: else -> break od;
          if
          :: q > p -> h = p; do :: h < q -> assert(HAS(ghAborted, h)); h++ :: else -> break od; m = 1
          :: else -> h = p; do :: h < e && !HAS(aborts, h) -> h++ :: else -> break od; e = h
          fi;
          h = 0
       :: else
       fi };
     if
     :: m ->                                 /* steps over what is aborted */
        avail[me] = ready;
        d_step { got = got + (q-p); p = q; position[me] = q; ghUnread[me] = q };
        MOVED;
        goto again
     :: else -> skip
     fi;
     d_step {
       h = p;
       do :: h < e -> assert(HAS(ghDone, h) && !HAS(ghAborted, h) && slot[h % N] == h); h++ :: else -> break od;
       h = 0 };
     if :: e > p+1 -> e = p+1 :: skip fi;
     d_step { do :: q < e -> assert(slot[q % N] == q); q++; got++ :: else -> break od };
     avail[me] = ready;
     if
     :: d_step { p = q; position[me] = q; ghUnread[me] = q; unpin() }
     :: d_step { LOSSY(me) && q < ready -> p = q; position[me] = q; ghUnread[me] = q }   /* the rest stays in hand */
     fi;
     MOVED;
     goto again;
leave: skip;
#ifndef BUG_LEAVE_WITHOUT_RAISE
     raisePublished(ready);
#endif
     d_step { inlist = inlist & (127 - (1<<me)); listVersion++; ghHolds[me] = 0; ghUnread[me] = 0; gone = 1 };
     MOVED;
     break
  od;
  if :: !gone -> ghEnded = 1; assert(got+missed == end-joined) :: else -> skip fi;
stalled: skip;
  d_step { p = 0; e = 0; q = 0; m = 0; h = 0; ready = 0; abortedTo = 0; missed = 0; got = 0; joined = 0; pin = 0; gone = 0 }
}

#ifdef LOOK
proctype Looker() {
  byte q, set, j, m, last, k;
  do
  :: k < LOOK -> publishedEnd(q, set, j, m); assert(q >= last && q <= ghFirst); last = q; q = 0; k++
  :: else -> break
  od;
  last = 0; k = 0
}
#endif

proctype Closer() {
  byte e;
#ifndef CLOSEANY
  ghProducersDone == P;
#endif
  d_step { closed = 1; e = claim };
  end = e; e = 0
}

init {
  atomic {
    byte i;
    do
    :: i < NC ->
       if :: HAS(INITMASK, i) && !LOSSY(i) -> ghHolds[i] = 1 :: else fi;
#ifdef STALLED
       if :: HAS((INITMASK|JOINMASK), i) && !LOSSY(i) -> run Consumer(i) :: else fi;
#else
       if :: HAS((INITMASK|JOINMASK), i) -> run Consumer(i) :: else fi;
#endif
       i++
    :: else -> break
    od;
    i = 0; do :: i < P -> run Producer(i); i++ :: else -> break od; i = 0;
#ifdef LOOK
    run Looker();
#endif
    run Closer()
  }
}

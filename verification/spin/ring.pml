/* The protocol of the ring: claims by look-for-room and CAS, range marks, consumers and stages that join and leave,
   aborted ranges, the gate, Published(), Close in the claim word, and optionally Config.Clear.

   Each step is at most one access to a word that others write; list, positions and second look at the list are steps
   of their own, so every interleaving between them is explored. Memory is sequentially consistent here; what a store
   buffer adds is in join_tso.pml, clear_tso.pml, single_close.pml and park.pml.

   Sequences are bytes. An abort's mark ^to is ABORTED|to. Spins are modelled as waiting for what ends them, so a hang
   is an invalid end state. Whatever breaks a promise is an assert. Ghosts (names starting with gh) are for asserts and
   for those waits only; the protocol takes no decision by them.

   Size:    N slots, P producers with K0, K1 claims of up to MAXN slots (FIXN: producer 0 always two, 1 always one),
            NC consumers; INITMASK are there from the start, JOINMASK join, LEAVEMASK leave at any time.
   Graph:   AFTER0, AFTER1, AFTER2: mask of the consumers that 0, 1, 2 are made after; 0: follows the ring.
   Options: ABORT (a claim may be aborted), ABORTALL (with ABORT: each one is), SPLIT (and published in parts, in any order), CLOSEANY (Close at any time,
            otherwise after the last claim), CHECK (Abort looks what is published first), LOOK=n (someone calls Published()
            n times), RAISE=n (the same in two steps), CLEAR (Config.Clear), TABLE=b (in the place of the list the table
            of aborts.pml, with b sequences to a block; here a range enters in one step).
   Variants: GATE_RAISES (only a gate without consumers and who leaves raise published), RAISE_LAPPED (so does a walk that
            was lapped).
   Bugs:    BUG_*, one at a time; README.md says what each stands for. */

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
#ifndef AFTER0
#define AFTER0 0
#endif
#ifndef AFTER1
#define AFTER1 0
#endif
#ifndef AFTER2
#define AFTER2 0
#endif

#ifdef BUG_TABLE_SHORT
#define SIZE ((N + TABLE-1 + TABLE-1) / TABLE - 1)
#else
#define SIZE ((N + TABLE-1 + TABLE-1) / TABLE)
#endif

#define ABORTED 128
#define EMPTY 254            /* a slot's content when it is zeroed */
#define TORN 255             /* a slot's content while its producer writes */
#define FAILED 200           /* a CAS that did not succeed, or a closed claim word */
#define HIGH 250             /* above every sequence */

#define HAS(set, i) (((set) >> (i)) & 1)
#define INLIST(i) HAS(inlist, i)
#define AFTER(i) ((i) == 0 -> AFTER0 : ((i) == 1 -> AFTER1 : AFTER2))

/* shared words */
byte claim; bool closed;                 /* one word: the closed bit lives in the claim word */
byte end = HIGH;                         /* the claim word at Close, told to consumers in a word of its own */
byte mark[N];
byte slot[N] = EMPTY;
byte published;                          /* a boundary, only raised */
byte inlist = INITMASK, listVersion;     /* the list of consumers behind one pointer; the version stands for the pointer */
byte position[NC], avail[NC];
int aborts; byte lastAborted;            /* the list of aborted ranges, as a set of sequences; the largest end in it */
#ifdef CLEAR
byte cleared, clearing;
#endif
#ifdef BUG_INHERIT_LOWER
bool handed;
#endif

/* ghosts */
bool ghStarted[NC];                      /* consumer i is entitled to every sequence from ghUnread[i] on */
byte ghUnread[NC];
int ghDone; byte ghFirst;                /* sequences published or aborted; the first that is neither */
int ghAborted;
byte ghProducersDone;
bool ghEnded;                            /* a consumer has seen the end */

#if NC == 1
#define FRESHER(lo) (published > lo || (INLIST(0) && avail[0] > lo))
#define ALLPASSED(s) (INLIST(0) && position[0] >= s)
#elif NC == 2
#define FRESHER(lo) (published > lo || (INLIST(0) && avail[0] > lo) || (INLIST(1) && avail[1] > lo))
#define ALLPASSED(s) (inlist && (!INLIST(0) || position[0] >= s) && (!INLIST(1) || position[1] >= s))
#else
#define FRESHER(lo) (published > lo || (INLIST(0) && avail[0] > lo) || (INLIST(1) && avail[1] > lo) || (INLIST(2) && avail[2] > lo))
#define ALLPASSED(s) (inlist && (!INLIST(0) || position[0] >= s) && (!INLIST(1) || position[1] >= s) && (!INLIST(2) || position[2] >= s))
#endif

/* Who waits for room to claim up to e looks again when this holds. With Clear nobody but the holder of `clearing` and
   those who free slots may move `cleared`: waiting for the positions would hide a gate that nobody acts upon. */
#ifdef CLEAR
#define ROOM(e) (cleared+N >= e || (inlist == 0 && clearing == 0 && ghFirst+N >= e))
#else
#define ROOM(e) (ALLPASSED(e-N) || (inlist == 0 && ghFirst+N >= e))
#endif

/* the greatest boundary that anyone has stored */
inline boundary(lo, members, i) {
  members = inlist;
#ifdef BUG_WALK_FROM_AVAILS_ONLY
  if :: members == 0 -> lo = published :: else -> lo = 0 fi;
#else
  lo = published;
#endif
  i = 0;
  do
  :: i < NC && HAS(members, i) -> d_step { lo = (avail[i] > lo -> avail[i] : lo); i++ }
  :: i < NC && !HAS(members, i) -> i++
  :: i == NC -> break
  od;
  i = 0; members = 0
}

inline raisePublished(x) {
#ifdef BUG_STORE_PUBLISHED
  published = x
#else
  d_step { published = (published < x -> x : published) }
#endif
}

/* Published(): a walk over the marks from a boundary; from a fresher one when a producer has lapped it meanwhile. It
   raises published to the boundary that it found, so that the next walk begins there. */
inline publishedEnd(lo, members, i, m) {
  boundary(lo, members, i);
  do
  :: d_step {
       m = mark[lo % N] & 127;
       if
#ifdef BUG_NO_LAP_LIMIT
       :: m > lo -> lo = m; m = 1
#else
       :: m > lo && m <= lo+N -> lo = m; m = 1
       :: m > lo+N ->
#ifdef BUG_RAISE_LAPPED_MARK
          published = (published < m -> m : published);
#endif
          m = 2
#endif
       :: else -> m = 0; assert(lo == ghFirst)      /* exact at the moment of the last look */
       fi
     };
     if
     :: m == 0 ->
#if defined(BUG_RAISE_OPEN)
        raisePublished(lo+1);
#elif defined(BUG_RAISE_WITHIN)
        raisePublished((lo > 0 -> lo-1 : 0));
#elif !defined(BUG_WALK_NOT_STORED) && !defined(GATE_RAISES)
        raisePublished(lo);
#endif
        break
     :: m == 1 -> skip
     :: m == 2 ->
        m = 0;
#ifdef RAISE_LAPPED
        raisePublished(lo);
#endif
#ifdef BUG_WALK_FROM_AVAILS_ONLY
        (inlist == 0 && published > lo) || (INLIST(0) && avail[0] > lo)
#if NC > 1
        || (INLIST(1) && avail[1] > lo)
#endif
        ;
#else
        FRESHER(lo);
#endif
        boundary(lo, members, i)
     fi
  od;
  m = 0
}

/* The gate. twice: the list is read a second time, behind a fence, and if it changed everything starts over. */
inline gate(g, members, version, i, m, twice) {
  do
  :: d_step { members = inlist; version = listVersion };
     if
     :: members == 0 ->
#ifdef BUG_NO_GATE_WITHOUT_CONSUMERS
        g = 100
#else
        publishedEnd(g, members, i, m);
#ifdef GATE_RAISES
        raisePublished(g)
#endif
#endif
     :: else ->
        g = HIGH; i = 0;
        do
        :: i < NC && HAS(members, i) ->
#ifdef BUG_CHAIN_END_GATE
           if
           :: (HAS(AFTER1, i) && HAS(members, 1)) || (HAS(AFTER2, i) && HAS(members, 2)) -> i++
           :: else -> d_step { g = (position[i] < g -> position[i] : g); i++ }
           fi
#else
           d_step { g = (position[i] < g -> position[i] : g); i++ }
#endif
        :: i < NC && !HAS(members, i) -> i++
        :: i == NC -> break
        od
     fi;
     i = 0; members = 0;
     if
     :: !(twice) || listVersion == version -> break
     :: else -> skip
     fi
  od;
  version = 0
}

#ifdef BUG_LIMIT_LIST_ONCE
#define LIMIT_TWICE 0
#else
#define LIMIT_TWICE 1
#endif
#ifdef BUG_PRUNE_LIST_ONCE
#define PRUNE_TWICE 0
#else
#define PRUNE_TWICE 1
#endif
#ifdef BUG_CLEAR_LIST_ONCE
#define CLEAR_TWICE 0
#else
#define CLEAR_TWICE 1
#endif

#ifdef CLEAR
inline zeroSlots(from, to) {
  h = from;
  do
  :: h < to ->
     d_step {
       assert(slot[h % N] == h);                    /* not zeroed yet, and no later lap's */
       i = 0;
       do :: i < NC -> assert(!(ghStarted[i] && ghUnread[i] <= h)); i++ :: else -> break od;
       i = 0;
       slot[h % N] = EMPTY; h++
     }
  :: else -> break
  od;
  h = 0
}

/* Zeroes what every consumer is done with. One at a time does it; who comes meanwhile leaves a count behind, so the one
   at work looks again: nobody's progress is overlooked and nobody waits. n: the count that the holder has seen. */
inline clearBehind(g, n, members, version, i, m, h) {
  d_step { n = (clearing == 0 -> 1 : 0);
#ifdef BUG_CLEAR_TRY_LOCK
           clearing = 1
#else
           clearing++
#endif
         };
  do
  :: n == 0 -> break
  :: else ->
     gate(g, members, version, i, m, CLEAR_TWICE);
     if
     :: g > cleared ->
#ifdef BUG_CLEAR_STORE_FIRST
        d_step { h = cleared; cleared = g; g = h; h = 0 };
        zeroSlots(g, cleared)
#else
        zeroSlots(cleared, g);
        cleared = g
#endif
     :: else -> skip
     fi;
     g = 0;
#ifdef BUG_CLEAR_TRY_LOCK
     d_step { clearing = 0; n = 0 }                 /* a plain try-lock: given back without another look */
#else
     d_step { if :: clearing == n -> clearing = 0; n = 0 :: else -> n = clearing fi }
#endif
  od
}
#endif

inline countDone(from, to) {
  h = from;
  do :: h < to -> ghDone = ghDone | (1<<h); h++ :: else -> break od;
  do :: HAS(ghDone, ghFirst) -> ghFirst++ :: else -> break od;
  h = 0
}

inline storeMark(from, to) { d_step { mark[(from) % N] = to; countDone(from, to) } }

inline storeAbortMark(from, to) {
  d_step {
    mark[(from) % N] = ABORTED | (to);
    h = from; do :: h < to -> ghAborted = ghAborted | (1<<h); h++ :: else -> break od;
    countDone(from, to)
  }
}

/* The range enters the list before its mark is stored; what lies wholly below the gate leaves the list. The gate was
   computed before: by the time of the CAS it may be stale, that is, lower than it could be. */
inline enterAbort(from, to, g) {
  d_step {
#ifdef TABLE
    g = from;                                        /* a block takes the place of an older one; nothing is pruned */
    do
    :: g < to ->
       h = 0;
       do
       :: h/TABLE < g/TABLE ->
          if :: (g/TABLE - h/TABLE) % SIZE == 0 -> aborts = aborts & ~(1<<h) :: else fi;
          h++
       :: else -> break
       od;
       g++
    :: else -> break
    od;
    g = 0;
#endif
    aborts = (aborts >> (g)) << (g);
    h = from; do :: h < to -> aborts = aborts | (1<<h); h++ :: else -> break od; h = 0
  };
  d_step { lastAborted = (lastAborted < to -> to : lastAborted) }
}

proctype Producer(byte id) {
  byte k, n, c, g, members, version, i, m, h;
  byte what, from, to; bool ab;
#ifdef CLEAR
  byte count;
#endif
  byte limit = N;                                   /* private, cached, never goes back */
  do
  :: k == (id == 0 -> K0 : K1) -> break
  :: else ->
#ifdef FIXN
     n = (id == 0 -> 2 : 1);
#else
     if
     :: n = 1
#if MAXN > 1
     :: n = 2
#endif
     fi;
#endif
again: skip;
     d_step { c = claim; if :: closed -> c = FAILED :: else fi };
     if :: c == FAILED -> goto out :: else fi;
     if
     :: c+n <= limit -> skip
     :: else ->
#ifdef CLEAR
        if
        :: inlist == 0 -> clearBehind(g, count, members, version, i, m, h)
        :: else -> skip                             /* those who move a position clear */
        fi;
        limit = cleared+N;
#else
        gate(g, members, version, i, m, LIMIT_TWICE);
        limit = (g+N > limit -> g+N : limit); g = 0;
#endif
        if
        :: c+n <= limit -> skip
        :: else -> (ROOM(c+n) || claim != c || closed); goto again
        fi
     fi;
#ifdef BUG_CLOSED_BESIDE_CLAIM
     d_step { if :: claim == c -> assert(!ghEnded); claim = c+n; assert(ghFirst+N >= c+n) :: else -> c = FAILED fi };
#else
     d_step { if :: claim == c && !closed -> assert(!ghEnded); claim = c+n; assert(ghFirst+N >= c+n) :: else -> c = FAILED fi };
#endif
     if :: c == FAILED -> c = 0; goto again :: else fi;
     d_step {
       i = 0;
       do
       :: i < n ->
          h = 0;
          do :: h < NC -> assert(!(ghStarted[h] && ghUnread[h]+N <= c+i)); h++ :: else -> break od;
          h = 0;
#ifdef CLEAR
          assert(slot[(c+i) % N] == EMPTY);
#endif
          slot[(c+i) % N] = TORN; i++
       :: else -> break
       od; i = 0 };
     d_step { do :: i < n -> assert(slot[(c+i) % N] == TORN); slot[(c+i) % N] = c+i; i++ :: else -> break od; i = 0 };

     /* one or two calls of Publish and Abort over the claim */
     if
#ifndef ABORTALL
     :: what = 1                                    /* publish */
#endif
#ifdef ABORT
     :: what = 2                                    /* abort */
#endif
#ifdef SPLIT
     :: n == 2 -> what = 3                          /* publish the front, then the rest */
     :: n == 2 -> what = 4                          /* publish the rest, then the front */
#ifdef ABORT
     :: n == 2 -> what = 5                          /* abort the rest, publish the front */
     :: n == 2 -> what = 6                          /* publish the rest, abort the front */
#endif
#endif
     fi;
     do
     :: what == 0 -> break
     :: else ->
        d_step {
          if
          :: what == 1 -> from = c; to = c+n; ab = 0; what = 0
          :: what == 2 -> from = c; to = c+n; ab = 1; what = 0
          :: what == 3 -> from = c; to = c+1; ab = 0; what = 7
          :: what == 4 -> from = c+1; to = c+2; ab = 0; what = 8
          :: what == 5 -> from = c+1; to = c+2; ab = 1; what = 8
          :: what == 6 -> from = c+1; to = c+2; ab = 0; what = 9
          :: what == 7 -> from = c+1; to = c+2; ab = 0; what = 0
          :: what == 8 -> from = c; to = c+1; ab = 0; what = 0
          :: what == 9 -> from = c; to = c+1; ab = 1; what = 0
          fi };
        if
        :: !ab -> storeMark(from, to)
        :: else ->
#ifdef CHECK
           publishedEnd(g, members, i, m); assert(g <= from); g = 0;
#endif
#ifdef BUG_MARK_BEFORE_LIST
           storeAbortMark(from, to); enterAbort(from, to, 0)
#else
#ifdef BUG_PRUNE_TO_CLAIM
           g = claim;
#elif !defined(TABLE)
           gate(g, members, version, i, m, PRUNE_TWICE);
#endif
           enterAbort(from, to, g); g = 0;
           storeAbortMark(from, to)
#endif
        fi;
        d_step { from = 0; to = 0; ab = 0 }
     od;
     skip;
     d_step { c = 0; n = 0; k++ }
  od;
out: skip;
  d_step { c = 0; n = 0; k = 0; limit = 0; ghProducersDone++ }
}

#define BOUNDARY (stage -> joined : ready)

proctype Consumer(byte me) {
  byte follows;                                     /* those of AFTER, or that they followed, in the list */
  byte e, q, m, h, i, members, version, g, known;
  byte ready;                                       /* follows the ring: a boundary, the end of what it has found */
  byte joined;                                      /* a stage: the last boundary that it knows */
  byte abortedTo;                                   /* the largest end of an aborted range that the scan has passed */
  bool stage, negative, gone, moved;
#ifdef CLEAR
  byte count;
#endif
  stage = (AFTER(me) != 0);

  if
  :: !HAS(JOINMASK, me) -> skip
  :: else ->
#ifdef BUG_JOIN_LOOKS_FIRST
     publishedEnd(q, members, i, m); h = q;
#endif
join: skip;
     d_step { members = inlist; version = listVersion };
#ifndef BUG_JOIN_LOOKS_FIRST
#ifdef BUG_JOIN_HOLDS_NOTHING
     h = 100;
#else
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
#endif
#endif
     i = 0; members = 0;
     d_step {
       if
       :: listVersion == version -> inlist = inlist | (1<<me); listVersion++; position[me] = h; version = 0;
#ifdef BUG_JOIN_LOOKS_FIRST
          ghStarted[me] = 1; ghUnread[me] = h;
#endif
#ifdef BUG_WALK_FROM_AVAILS_ONLY
          if :: inlist == (1<<me) -> avail[me] = h :: else fi;
#endif
       :: else -> version = FAILED
       fi };
     if :: version == FAILED -> version = 0; goto join :: else fi;
     h = 0;
#ifndef BUG_JOIN_LOOKS_FIRST
     publishedEnd(q, members, i, m);
     d_step { ghStarted[me] = 1; ghUnread[me] = q };
#endif
     ready = q; joined = q;
     avail[me] = q;
     position[me] = q; q = 0;
#ifndef BUG_CLEAR_NOT_ON_JOIN
     moved = 1
#endif
  fi;

  do
  ::
     /* every move of the gate is followed by clearing */
#ifdef CLEAR
     if :: moved -> moved = 0; clearBehind(g, count, members, version, i, m, h) :: else -> skip fi;
#endif
     if :: gone -> break :: else -> skip fi;
     if
     :: HAS(LEAVEMASK, me) -> goto leave            /* may leave at any time */
     :: end > position[me] || !HAS(LEAVEMASK, me) -> skip
     fi;

     /* which do I follow, by the list as it is now */
     d_step {
       follows = AFTER(me);
       do
       :: follows & (7 - inlist) ->
          i = 0; do :: HAS(follows, i) && !INLIST(i) -> break :: else -> i++ od;
          follows = (follows & (7 - (1<<i))) | AFTER(i)
       :: else -> break
       od; i = 0 };
     if
     :: follows != 0 ->                             /* a stage: goes as far as those it follows */
#ifdef BUG_STAGE_READS_LASTABORT_FIRST
        known = lastAborted;
#endif
        e = HIGH; i = 0;
        do
        :: i < NC && HAS(follows, i) -> d_step { e = (position[i] < e -> position[i] : e); i++ }
        :: i < NC && !HAS(follows, i) -> i++
        :: i == NC -> break
        od;
        i = 0;
        if
        :: e > position[me] ->
#ifndef BUG_STAGE_READS_LASTABORT_FIRST
           known = lastAborted
#endif
        :: else ->
           e = 0;
           (   (follows & (7 - inlist))
            || (   (!HAS(follows, 0) || position[0] > position[me])
                && (!HAS(follows, 1) || position[1 % NC] > position[me])
                && (!HAS(follows, 2) || position[2 % NC] > position[me]))
            || end <= position[me] || HAS(LEAVEMASK, me) );
           if :: end <= position[me] -> break :: else -> goto next fi
        fi
     :: else ->                                     /* follows the ring */
        if
        :: stage ->                                 /* no longer a stage: those it followed have left */
           stage = 0;
#ifdef BUG_INHERIT_NO_BOUNDARY
           ready = position[me];
#else
#ifdef BUG_INHERIT_ABORTED_FIRST
           abortedTo = lastAborted;
#endif
#ifdef BUG_INHERIT_LOWER
           ready = (handed -> avail[me] : joined);
           joined = 0;
#else
           d_step { ready = (joined < published -> published : joined); joined = 0 };
#endif
#endif
#if !defined(BUG_INHERIT_NO_LIST) && !defined(BUG_INHERIT_ABORTED_FIRST)
           abortedTo = lastAborted
#endif
        :: else -> skip
        fi;
        do
        :: d_step {
             m = mark[ready % N]; negative = (m > 127); m = m & 127;
             if
             :: m > ready -> assert(m <= ready+N);  /* the slots from there on are held back by this consumer */
                ready = m;
                if :: negative -> abortedTo = m :: else fi
             :: else -> m = 0
             fi;
             negative = 0 };
           if :: m == 0 -> break :: else -> m = 0 fi
        od;
        assert(position[me] <= ready);
        if
        :: position[me] < ready -> e = ready; known = abortedTo
        :: else ->
           ( (mark[ready % N] & 127) > ready || end <= position[me] || HAS(LEAVEMASK, me) );
           if :: end <= position[me] -> break :: else -> goto next fi
        fi
     fi;

     /* [position, e) is published or aborted; step over what is aborted, or cut before it */
     q = position[me];
     if
     :: known > q ->
        d_step {                                    /* one look at an immutable list */
          m = q; do :: m < e && HAS(aborts, m) -> m++ :: else -> break od;
          if
          :: m > q -> h = q; do :: h < m -> assert(HAS(ghAborted, h)); h++ :: else -> break od
          :: else -> do :: m < e && !HAS(aborts, m) -> m++ :: else -> break od; e = m; m = 0
          fi; h = 0 };
        if
        :: m ->
#ifdef BUG_NO_STEP_OVER
           (false);                                 /* waits for its caller to hand something back */
#endif
           avail[me] = BOUNDARY;
           d_step { position[me] = m; ghUnread[me] = m; m = 0; q = 0; moved = 1 }; goto next
        :: else -> skip
        fi
     :: else -> skip
     fi;

     /* the batch [q, e), handed back whole or its first slot only */
     d_step {
       h = q;
       do :: h < e -> assert(HAS(ghDone, h)); assert(!HAS(ghAborted, h)); assert(slot[h % N] == h); h++ :: else -> break od;
       h = 0 };
     if
     :: e > q+1 -> e = q+1
     :: skip
     fi;
     d_step {
       do :: q < e -> assert(slot[q % N] == q); q++ :: else -> break od;
       avail[me] = BOUNDARY };                      /* who sees the position sees an avail that is not behind it */
     d_step { position[me] = q; ghUnread[me] = q; q = 0; moved = 1 };
     goto next;

leave: skip;
#ifdef BUG_INHERIT_LOWER
     d_step {                                       /* hands its own boundary, whatever it is, to the one who follows it */
       if :: NC > 1 && (AFTER1 == (1<<me)) && INLIST(1) -> handed = 1; avail[1 % NC] = BOUNDARY :: else fi;
       if :: inlist == (1<<me) -> published = (published < BOUNDARY -> BOUNDARY : published) :: else fi };
#else
#ifndef BUG_LEAVE_WITHOUT_RAISE
     e = BOUNDARY;
     raisePublished(e);
#endif
#endif
     d_step { inlist = inlist & (127 - (1<<me)); listVersion++; ghStarted[me] = 0; ghUnread[me] = 0; gone = 1;
#ifndef BUG_CLEAR_NOT_ON_LEAVE
              moved = 1
#endif
            };

next: skip;
     d_step { q = 0; e = 0; m = 0; known = 0; follows = 0;
#ifndef CLEAR
              moved = 0
#endif
            }
  od;
  if :: !gone -> ghEnded = 1 :: else -> skip fi;
  skip;
  d_step { follows = 0; e = 0; q = 0; known = 0; ready = 0; joined = 0; abortedTo = 0; stage = 0; moved = 0 }
}

#ifdef LOOK
proctype Looker() {                                 /* Published() never goes back and never says too much */
  byte q, members, i, m, last, k;
  do
  :: k < LOOK -> publishedEnd(q, members, i, m); assert(q >= last && q <= ghFirst); last = q; q = 0; k++
  :: else -> break
  od;
  last = 0; k = 0
}
#endif

#ifdef RAISE
/* The same by what others see of it. A walk reads, and what it finds is exact at its last look, as publishedEnd asserts;
   until it raises published to that, any time may pass. */
proctype Raiser() {
  byte q, k;
  do
  :: k < RAISE -> q = ghFirst; raisePublished(q); q = 0; k++
  :: else -> break
  od;
  k = 0
}
#endif

proctype Closer() {
#ifndef CLOSEANY
  ghProducersDone == P;
#endif
  byte e;
  d_step { closed = 1; e = claim };
  end = e; e = 0
}

init {
  atomic {
    byte i;
    do
    :: i < NC ->
       if :: HAS(INITMASK, i) -> ghStarted[i] = 1 :: else fi;
       if :: HAS((INITMASK|JOINMASK), i) -> run Consumer(i) :: else fi;
       i++
    :: else -> break
    od;
    i = 0; do :: i < P -> run Producer(i); i++ :: else -> break od; i = 0;
#ifdef LOOK
    run Looker();
#endif
#ifdef RAISE
    run Raiser();
#endif
    run Closer()
  }
}

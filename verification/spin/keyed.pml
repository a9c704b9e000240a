/* A keyed group: one member of the list, whose events go to workers by their keys. Events of one key are handled one
   after the other, by one worker as long as the set of workers stays the same.

   The worker that takes the word `keying` by compare-and-swap is the keyer: for the events behind `keyed` it stores
   the owner of each in owner[slot], by the table of workers, then raises keyed and gives the word back. Each worker has a
   seat, a position of its own. It walks from its seat to keyed, handles the events that it owns, and stores its seat. After
   each store it fences, reads all seats of the list, and raises the group's position to the least of them.

   The set of workers changes under the keyer's word, at S = keyed: events below S belong to the workers of the old table,
   those from S on to the new one. The first event keyed by a new table carries a bit, BARRIER: no worker walks over it before
   the group's position is there. So a key moves only after its earlier events are done, and any number of changes may be
   under way. A joiner's seat starts at S. A leaver goes on to S and takes its seat from the list there. Or it leaves at
   once: then its seat, as it stands, is adopted by another worker, which does what is left of it up to S.

   With PARK idle workers sleep: in the ring's lot when everything published has been keyed, otherwise in the group's lot.
   Visits to a lot are one step, see park.pml. How published ranges are found, and what the position does to producers, is
   in workers.pml and ring.pml; here a cursor stands for marks.

   Memory. A store of a seat and the fence behind it are one step, as the worker does nothing in between: that is all that
   x86 TSO adds; the bug without the fence brings a store buffer. owner before keyed, and what was handled before the seat,
   are releases. One step is at most one access to a word that others write. A hang is an invalid end state. Names with gh
   are ghosts.

   Rules, with the bugs that break them:
     1  Owners are stored before keyed is raised; for aborted sequences, too.         KEYED_FIRST, ABORTED_UNKEYED
     2  The keyer reads keyed when it has the word.                                    KEYED_STALE
     3  A seat says what is done: it is stored after the last event below it, and the
        owners below it are not read any more.                                         SEAT_FIRST
     4  Fence between the own seat and the look at the others.                         NO_FENCE
     5  The position is raised, not stored.                                            POSITION_STORED
     6  No worker walks over a barrier ahead of the position, whoever owns the event;
        one that is held there has stored its seat.                                    NO_BARRIER, OWNER_WAITS_ONLY, HELD_UNSTORED
     7  The set changes, and a joiner's seat enters the list, under the keyer's word.  JOIN_BESIDE, SEAT_LATE, SEAT_ABOVE, SEAT_BELOW
     8  A seat leaves the list at S, not before. The position is raised afterwards, and
        before that the list is read again: without a seat in the list a worker does
        not hold the position below those who join.                                    REMOVED_EARLY, REMOVED_SILENT, LIST_ONCE
     9  A worker with several seats works at the lowest.                               ADOPT_BLOCKS
    10  At the end no worker goes before the position is there.                        EXIT_EARLY
    11  Giving the keyer's word back, moving the position and leaving a seat behind
        wake idle workers, the last in both lots.                                      RELEASE_SILENT, POSITION_SILENT, ABANDON_*

   Size:    N slots, E events, W workers; bit s of KEYS is the key of event s: key 0 goes to the first worker of the table,
            key 1 to the last. ABORTED: set of sequences that are aborted.
   Options: INITMASK there from the start, JOINMASK join, LEAVEMASK leave at any time, ABANDON (at once), FOLLOWER, PARK.
   BUG_*, one at a time: README.md. */
#ifndef N
#define N 2
#endif
#ifndef E
#define E 3
#endif
#ifndef W
#define W 2
#endif
#ifndef KEYS
#define KEYS 2
#endif
#ifndef ABORTED
#define ABORTED 0
#endif
#ifndef INITMASK
#define INITMASK 3
#endif
#ifndef JOINMASK
#define JOINMASK 0
#endif
#ifndef LEAVEMASK
#define LEAVEMASK 0
#endif
#define NEVER 250
#define NOBODY 7
#define BARRIER 8
#define HAS(set, i) (((set) >> (i)) & 1)
#define BELOW(x) ((1 << (x)) - 1)
#define KEY(s) HAS(KEYS, s)

byte cursor, end = NEVER;
byte slot[N] = NEVER;
byte owner[N] = NOBODY;
bool keying; byte keyed;
byte table = INITMASK; bool changed;         /* with the keyer's word: the workers; the next event is the first by this table */
byte seats = INITMASK, listVersion;          /* the list of seats, behind one pointer */
byte seat[W];
byte until[W] = NEVER;                       /* S of a seat whose worker has left the table */
byte orphans;                                /* seats that nobody works at; under a lock, with a word that counts them */
byte position, behind;
#define RING 1                               /* lots */
#define GROUP 2
#ifdef PARK
byte lot[W]; byte roused;
#endif
#ifdef BUG_NO_FENCE
byte stored[W];                              /* what worker i has stored; seat..stored is in its buffer */
#endif

int ghDone = ABORTED;

#ifdef FOLLOWER
#define GATE behind
#else
#define GATE position
#endif
#if W == 2
#define FIRST(set) (HAS(set, 0) -> 0 : 1)
#define LAST(set) (HAS(set, 1) -> 1 : 0)
#else
#define FIRST(set) (HAS(set, 0) -> 0 : (HAS(set, 1) -> 1 : 2))
#define LAST(set) (HAS(set, 2) -> 2 : (HAS(set, 1) -> 1 : 0))
#endif

#ifdef BUG_NO_FENCE
active proctype Drain() {
endDrain: do
  :: d_step { seat[0] < stored[0] -> seat[0] = stored[0] }
  :: d_step { seat[1] < stored[1] -> seat[1] = stored[1] }
  od
}
#endif

inline wake(lots) {
#ifdef PARK
  d_step {
    i = 0;
    do :: i < W -> if :: lot[i] & (lots) -> roused = roused | (1 << i) :: else fi; i++ :: else -> break od;
    i = 0 }
#else
  skip
#endif
}

inline lock() { atomic { !keying -> keying = 1 } }

inline unlock() {
  keying = 0;
#ifndef BUG_RELEASE_SILENT
  wake(GROUP)
#endif
}

/* Raises the position to the least seat. again: the list is read a second time, behind the seats. */
inline raise(again) {
  do
  :: d_step { set = seats; version = listVersion };
     g = NEVER; i = 0;
     do
     :: i == W -> break
     :: i < W && HAS(set, i) ->
#ifdef BUG_NO_FENCE
        d_step { g = ((i == me -> stored[i] : seat[i]) < g -> (i == me -> stored[i] : seat[i]) : g); i++ }
#else
        d_step { g = (seat[i] < g -> seat[i] : g); i++ }
#endif
     :: i < W && !HAS(set, i) -> i++
     od;
     if
     :: !(again) || listVersion == version -> break
     :: else -> skip
     fi
  od;
  skip;
  d_step { set = 0; version = 0; i = 0 };
  if
  :: g != NEVER && position < g ->           /* no seats: nothing more is known */
#ifdef BUG_POSITION_STORED
     d_step { assert(g >= position); position = g };
#else
     d_step { if :: position < g -> position = g :: else fi };
#endif
     assert((ghDone & BELOW(g)) == BELOW(g));
#ifndef BUG_POSITION_SILENT
     wake(GROUP)
#endif
  :: else -> skip
  fi;
  g = 0
}

inline storeSeat(x) {
#ifdef BUG_NO_FENCE
  stored[who] = x;
#else
  seat[who] = x;
#endif
  raise(0)
}

#ifdef BUG_LIST_ONCE
#define AGAIN 0
#else
#define AGAIN 1
#endif

/* takes seat who, which is at its S, out of the list */
inline removeSeat() {
  d_step { seats = seats & ~(1 << who); listVersion++; has = has & ~(1 << who) };
#ifndef BUG_REMOVED_SILENT
  raise(AGAIN)
#endif
}

proctype Worker(byte me) {
  byte has, who, at, k, c, o, e, g, i, set, version;
  bool held, leaving;
  has = 1 << me;
  if
  :: HAS(JOINMASK, me) ->
#ifdef BUG_JOIN_BESIDE
     d_step { k = keyed };
     d_step { table = table | (1 << me); changed = 1 };
     d_step { seat[me] = k; seats = seats | (1 << me); listVersion++; k = 0 }
#else
     lock();
     k = keyed;
#ifdef BUG_SEAT_ABOVE
     k = k+1;
#endif
#ifdef BUG_SEAT_BELOW
     k = 0;
#endif
     d_step { table = table | (1 << me); changed = 1; seat[me] = k };
#ifndef BUG_SEAT_LATE
     d_step { seats = seats | (1 << me); listVersion++ };
#endif
     unlock();
#ifdef BUG_SEAT_LATE
     d_step { seats = seats | (1 << me); listVersion++ };
#endif
     k = 0
#endif
  :: else -> skip
  fi;
  do
  :: skip;
again: skip;
     d_step { held = 0; k = 0; c = 0; o = 0; e = 0; at = 0; who = me };
     if
     :: HAS(LEAVEMASK, me) && !leaving ->
leave:  lock();
        d_step { table = table & ~(1 << me); changed = 1; until[me] = keyed; leaving = 1 };
        unlock();
#ifdef BUG_REMOVED_EARLY
        who = me;
        removeSeat();
        goto out;
#endif
#ifdef ABANDON
        d_step { orphans = orphans | has; has = 0 };
#ifndef BUG_ABANDON_SILENT
#if defined(BUG_ABANDON_SKIPS_RING)
        wake(GROUP);
#elif defined(BUG_ABANDON_SKIPS_GROUP)
        wake(RING);
#else
        wake(RING|GROUP);
#endif
#endif
        goto out;
#endif
        goto again
     :: skip
     fi;
     if
     :: orphans -> d_step { has = has | orphans; orphans = 0 }
     :: else -> skip
     fi;
     if :: has == 0 -> goto out :: else -> skip fi;
     /* the lowest of its seats */
     d_step {
       at = NEVER; i = 0;
       do
       :: i < W ->
          if
#ifdef BUG_ADOPT_BLOCKS
          :: HAS(has, i) && (i != me || at == NEVER) -> at = seat[i]; who = i
#elif defined(BUG_NO_FENCE)
          :: HAS(has, i) && stored[i] < at -> at = stored[i]; who = i
#else
          :: HAS(has, i) && seat[i] < at -> at = seat[i]; who = i
#endif
          :: else
          fi;
          i++
       :: else -> break
       od;
       i = 0;
       e = at };
     if
     :: until[who] <= at -> removeSeat(); goto again
     :: else -> skip
     fi;
     k = keyed;
     d_step { k = (until[who] < k -> until[who] : k) };
#ifdef BUG_SEAT_FIRST
     if :: at < k -> storeSeat(k) :: else -> skip fi;
#endif
     do
     :: at == k -> break
     :: else ->
        o = owner[at % N];
        if
#ifndef BUG_NO_BARRIER
#ifdef BUG_OWNER_WAITS_ONLY
        :: (o & BARRIER) && (o & 7) == who ->
#else
        :: o & BARRIER ->
#endif
           if :: position < at -> held = 1; break :: else -> skip fi
#endif
        :: else -> skip
        fi;
        if
        :: (o & 7) == who ->
           d_step {
             assert(slot[at % N] == at && !HAS(ghDone, at));
             i = 0;                          /* what came before it with its key is done */
             do :: i < at -> assert(KEY(i) != KEY(at) || HAS(ghDone, i)); i++ :: else -> break od; i = 0 };
           d_step { assert(slot[at % N] == at && !HAS(ghDone, at)); ghDone = ghDone | (1 << at) }
        :: else -> skip
        fi;
        at++;
        if :: break :: skip fi               /* the end of a batch */
     od;
     o = 0;
#ifdef BUG_HELD_UNSTORED
     if :: held -> (position >= at); goto again :: else -> skip fi;
#endif
     if
     :: at > e ->
#ifndef BUG_SEAT_FIRST
        storeSeat(at);
#endif
        goto again
     :: else -> skip
     fi;
     /* nothing to handle: held, or keyed is here */
     if
     :: !held && !leaving ->
        c = cursor;
        if
        :: c > k && !keying ->               /* a look first, then the compare-and-swap */
#ifdef BUG_KEYED_STALE
           e = keyed;
#endif
           d_step { if :: !keying -> keying = 1; c = 1 :: else -> c = 0 fi };
           if :: c == 0 -> goto again :: else -> skip fi;
#ifndef BUG_KEYED_STALE
           e = keyed;
#endif
           k = cursor;
           if :: k > e+1 -> k = e+1 :: skip fi;
#ifdef BUG_KEYED_FIRST
           keyed = k;
#endif
           do
           :: e >= k -> break
           :: else ->
              if
#ifdef BUG_ABORTED_UNKEYED
              :: HAS(ABORTED, e) -> skip
#else
              :: HAS(ABORTED, e) -> d_step { owner[e % N] = NOBODY | (changed -> BARRIER : 0); changed = 0 }
#endif
              :: else ->
                 d_step {
                   assert(slot[e % N] == e);
                   owner[e % N] = (KEY(e) -> LAST(table) : FIRST(table)) | (changed -> BARRIER : 0);
                   changed = 0 }
              fi;
              e++
           od;
           skip;
#ifndef BUG_KEYED_FIRST
           d_step { assert(k >= keyed); keyed = k };
#endif
           unlock();
           goto again
        :: else -> skip
        fi
     :: else -> skip
     fi;
     if
     :: end <= at && !leaving ->
#ifdef BUG_EXIT_EARLY
        goto out
#else
        if :: position >= end -> goto out :: else -> skip fi
#endif
     :: else -> skip
     fi;
#ifdef PARK
     d_step { lot[me] = (!held && c <= k && end == NEVER -> RING : GROUP) };
     if :: orphans -> goto awake :: else -> skip fi;
     if
     :: lot[me] == RING ->
        if :: cursor > k || end != NEVER -> goto awake :: else -> skip fi
     :: held ->
        if :: position >= at -> goto awake :: else -> skip fi
     :: else ->
        if :: keyed != k -> goto awake :: else -> skip fi;
        if :: !keying && cursor > k -> goto awake :: else -> skip fi;
        if :: position >= end -> goto awake :: else -> skip fi
     fi;
     if
     :: HAS(roused, me)
     :: HAS(LEAVEMASK, me) && !leaving -> c = NEVER
     fi;
awake: skip;
     d_step { lot[me] = 0; roused = roused & ~(1 << me) };
     if :: c == NEVER -> c = 0; goto leave :: else -> skip fi
#else
     if
     :: held -> position >= at || orphans
     :: !held -> keyed > at || (!leaving && cursor > keyed && !keying) || orphans || (end <= at && position >= end && !leaving)
     :: HAS(LEAVEMASK, me) && !leaving -> goto leave
     fi
#endif
  od;
out: skip;
  d_step { has = 0; who = 0; at = 0; k = 0; c = 0; e = 0; held = 0; leaving = 0 }
}

#ifdef FOLLOWER
proctype Follower() {
  byte g, i;
  do
  :: behind == E -> break
  :: else ->
     position > behind;
     g = position;
     d_step {
       assert((ghDone & BELOW(g)) == BELOW(g));
       i = behind; do :: i < g -> assert(slot[i % N] == i); i++ :: else -> break od; i = 0 };
     d_step {
       i = behind; do :: i < g -> assert(slot[i % N] == i); i++ :: else -> break od; i = 0;
       behind = g; g = 0 }
  od
}
#endif

proctype Producer() {
  byte c, i;
  do
  :: c == E -> break
  :: else ->
     d_step { GATE+N > c; assert(c < N || HAS(ghDone, (c < N -> 0 : c-N))); slot[c % N] = c };
     c++;
     cursor = c;
     wake(RING)
  od;
  end = E;
  wake(RING|GROUP);
  position == E;
  assert(ghDone == BELOW(E));
  c = 0
}

init {
  atomic {
    byte i;
    do :: i < W -> if :: HAS((INITMASK|JOINMASK), i) -> run Worker(i) :: else fi; i++ :: else -> break od; i = 0;
#ifdef FOLLOWER
    run Follower();
#endif
    run Producer()
  }
}

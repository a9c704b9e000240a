/* A keyed group: one member of the list, whose events go to workers by their keys. Events of one key are handled one
   after the other, by one worker as long as the set of workers stays the same.

   A worker that has come to keyed and finds more published takes the mutex, stores the owner of each of these events in
   owner[slot], by the table of workers, and raises keyed: it keys. Each worker has a seat, a position of its own. It walks
   from its seat to what it knows of keyed (ends), is handed the events that it owns, one after the other, and stores its
   seat. A store of the seat that may have held the position is fenced; then the worker reads all seats of the list, and
   raises the group's position to the least of them: it settles.

   Workers come and go with the mutex, at S = keyed, and leave a barrier there: nothing is keyed until the position has come
   to S, which is when all seats stand at S. So a key moves only after its earlier events. The seat of one that comes
   starts at S. The seat of one that goes is taken from the list if it owns nothing more below S. Otherwise it is left: a
   worker that has come to the end of what it knows adopts it, walks on it to S, takes it from the list, and goes on with
   its own.

   With PARK workers sleep. One of them watches: in the ring's lot, or in that of the group's position, if a barrier or the
   end is what it waits for. The others are idle, in the group's list. One that no longer watches wakes an idle one, which
   watches from then on. Visits to a lot, and to the list of the idle, are one step, see park.pml. How published ranges are
   found, and what the position does to producers, is in workers.pml and ring.pml; here a cursor stands for marks.

   Memory. A store of a seat and the fence behind it are one step, as the worker does nothing in between: that is all that
   x86 TSO adds; the bug without the fence brings a store buffer. owner before keyed, and what was handled before the seat,
   are releases. One step is at most one access to a word that others write, or a walk over owners, which are nobody else's
   to write as long as the seat holds the position: each is stored with its sequence, which is asserted. A hang is an
   invalid end state. Names with gh are ghosts.

   Rules, with the bugs that break them:
     1  Owners are stored before keyed is raised; for aborted sequences, too.         KEYED_FIRST, ABORTED_UNKEYED
     2  The keyer reads keyed when it has the mutex.                                   KEYED_STALE
     3  A seat says what is done: it is stored after the last event below it.          SEAT_FIRST
     4  Fence between the own seat and the look at the others: when the worker has come
        to the end of what it knows; with SETTLES, also when it walks on.              NO_FENCE, END_UNSETTLED, HANDED_UNSETTLED
     5  The position is raised, not stored.                                            POSITION_STORED
     6  Nothing is keyed from S on before the position is there; the keyer looks when
        it has the mutex.                                                              NO_BARRIER, LEAVES_NO_BARRIER, LOOKS_BEFORE
     7  The set changes, and a joiner's seat enters the list, with the mutex.          JOIN_BESIDE, SEAT_LATE, SEAT_ABOVE, SEAT_BELOW
     8  A seat leaves the list at S, not before. The position is raised before: without
        a seat in the list nobody does.                                                REMOVED_EARLY, LAST_UNSETTLED
     9  A seat is left at the first event that is not finished. Somebody adopts it, and
        takes it from the list.                                                        LEFT_BEHIND_HAND, NO_ADOPTION, NOT_RETIRED
    10  At the end no worker goes before the position is there.                        EXIT_EARLY
    11  Who has keyed wakes the idle; who raises the position, those who wait for it;
        who leaves a seat, all; who no longer watches, an idle one.                    KEYED_SILENT, POSITION_SILENT, LEFT_*, RELIEVES_NOBODY
    12  The one that watches waits for the mutex, and does not sleep while it has found
        more than is keyed. Others pass the mutex by if it is taken.                   WATCHER_TRIES
    13  While there is a barrier it waits for the position. It looks what is published
        in spite of the barrier, which may be gone before it sleeps.                   BARRIER_IN_RING, BLOCKED_FIRST
    14  It chooses its lot by keyed and by the end: they are the same when it sleeps.  PLACE_STALE, IGNORES_END
    15  Before they sleep they look again.                                             WATCH_ONCE, IDLE_IGNORES_KEYED

   Size:    N slots, E events, W workers; bit s of KEYS is the key of event s: key 0 goes to the first worker of the table,
            key 1 to the last. ABORTED: set of sequences that are aborted.
   Options: INITMASK there from the start, JOINMASK join, LEAVEMASK leave at any time, also with an event in hand; FOLLOWER,
            PARK. SELDOM: a worker that has not come to the end of what it knows does not settle. SETTLES: it does so also
            before it is handed an event. PROMPT: a worker is done with its event only when the position is there, unless an
            earlier one is in hand. STAYS: the barrier stays when the position is there already. ONCE: the position is not
            raised again after a seat has left the list. OPEN: the ring is closed when all is done, not before.
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
#define NONE 200
#define HAS(set, i) (((set) >> (i)) & 1)
#define BELOW(x) ((1 << (x)) - 1)
#define KEY(s) HAS(KEYS, s)

byte cursor, end = NEVER;
byte slot[N] = NEVER;
byte owner[N] = NEVER;                       /* 8 * sequence + seat */
byte keyed, barrier;
bool mu;
byte table = INITMASK;                       /* with the mutex: the workers that keys are spread over */
byte seats = INITMASK;                       /* the list of seats, behind one pointer */
byte seat[W], walked[W], ends[W];            /* walked and ends are of the worker that walks on the seat */
byte left;                                   /* seats without a worker; with the mutex, and a word that counts them */
byte gone;                                   /* seats of workers that have gone */
byte position, behind;
#define RING 1                               /* lots */
#define POSITION 2
#define IDLE 4
#ifdef PARK
byte lot[W], want[W], roused;
bool watched;
#endif
#ifdef BUG_NO_FENCE
byte stored[W];                              /* what has been stored as seat i; seat..stored is in the worker's buffer */
#define MINE(i) stored[i]
#define DRAINED (stored[st] == seat[st] && stored[me] == seat[me])
#else
#define MINE(i) seat[i]
#define DRAINED 1
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

/* wakes those in the lots who wait for at or less */
inline wake(lots, at) {
#ifdef PARK
  d_step {
    i = 0;
    do
    :: i < W -> if :: (lot[i] & (lots)) && want[i] <= at -> roused = roused | (1 << i) :: else fi; i++
    :: else -> break
    od;
    i = 0 }
#else
  skip
#endif
}

inline lock() { atomic { !mu && DRAINED -> mu = 1 } }
inline unlock() { mu = 0 }

inline storeSeat(s, x) {
#ifdef BUG_NO_FENCE
  stored[s] = x
#else
  seat[s] = x
#endif
}

/* raises the position to the least seat */
inline settle() {
  do
  :: p = position;
     set = seats;
     g = NEVER; i = 0;
     do
     :: i == W -> break
     :: i < W && HAS(set, i) ->
        d_step {
#ifdef BUG_NO_FENCE
          g = ((i == st -> stored[i] : seat[i]) < g -> (i == st -> stored[i] : seat[i]) : g);
#else
          g = (seat[i] < g -> seat[i] : g);
#endif
          i++ }
     :: i < W && !HAS(set, i) -> i++
     od;
     skip;
     d_step { set = 0; i = 0 };
     if :: g == NEVER || g <= p -> g = 0; break :: else fi;
     d_step {
       DRAINED ->
#ifdef BUG_POSITION_STORED
       assert(g >= position); position = g; p = NONE
#else
       if :: position == p -> position = g; p = NONE :: else fi
#endif
     };
     if
     :: p == NONE ->
        assert((ghDone & BELOW(g)) == BELOW(g));
#ifndef BUG_POSITION_SILENT
        wake(POSITION, g);
#endif
        g = 0; break
     :: else
     fi
  od;
  p = 0
}

inline settleAt(s, x) {
  storeSeat(s, x);
  settle()
}

/* b: the barrier, if the position is not there yet, otherwise 0 */
inline blocked() {
#ifdef BUG_NO_BARRIER
  b = 0
#else
  b = barrier;
  if :: b && position >= b -> b = 0 :: else fi
#endif
}

inline raiseBarrier(x) {
  barrier = x;
#ifndef STAYS
  if :: position >= x -> barrier = 0 :: else fi
#endif
}

/* walked of seat st comes to the next event that it owns, or to its end */
inline walk() {
  d_step {
    do
    :: walked[st] < ends[st] ->
       assert(owner[walked[st] % N] / 8 == walked[st]);
       if :: owner[walked[st] % N] % 8 == st -> break :: else -> walked[st] = walked[st] + 1 fi
    :: else -> break
    od }
}

/* takes seat st, which is at its end, from the list. With the mutex */
inline finish() {
  storeSeat(st, ends[st]);
#ifndef BUG_LAST_UNSETTLED
  settle();
#endif
  seats = seats & ~(1 << st);
#ifndef ONCE
  settle()
#endif
}

/* leaves seat st */
inline leaveSeat() {
  lock();
  if
  :: !HAS(gone, st) ->
     d_step { gone = gone | (1 << st); table = table & ~(1 << st); ends[st] = keyed };
#ifndef BUG_LEAVES_NO_BARRIER
     raiseBarrier(ends[st]);
#endif
  :: else
  fi;
#ifndef BUG_REMOVED_EARLY
  walk();
  if
  :: walked[st] < ends[st] -> left = left | (1 << st); leaves = 1
  :: else -> finish()
  fi;
#else
  seats = seats & ~(1 << st); settle();
#endif
  unlock()
}

/* stops watching, and has an idle one do so */
inline relieve() {
#ifdef PARK
  d_step {
    if
    :: watches ->
       watches = 0; watched = 0;
#ifndef BUG_RELIEVES_NOBODY
       i = 0;
       do :: i < W && lot[i] != IDLE -> i++ :: else -> break od;
       if :: i < W -> roused = roused | (1 << i) :: else fi;
       i = 0
#endif
    :: else
    fi }
#else
  skip
#endif
}

proctype Worker(byte me) {
  byte st, ready, k, o, b, g, p, i, set, hand = NONE;
  bool watches, second, leaves;
#ifdef PARK
  byte key, until, taken;
#endif
  st = me;
  if
  :: HAS(JOINMASK, me) ->
#ifndef BUG_JOIN_BESIDE
     lock();
#endif
     k = keyed;
#ifdef BUG_SEAT_ABOVE
     k = k+1;
#endif
#ifdef BUG_SEAT_BELOW
     k = 0;
#endif
     d_step { table = table | (1 << me); seat[me] = k; walked[me] = k; ends[me] = k };
#ifndef BUG_SEAT_LATE
     seats = seats | (1 << me);
#endif
     raiseBarrier(k);
#ifndef BUG_JOIN_BESIDE
     unlock();
#endif
#ifdef BUG_SEAT_LATE
     seats = seats | (1 << me);
#endif
     k = 0
  :: else
  fi;

take: skip;
  if
  :: HAS(LEAVEMASK, me) && !second -> relieve(); goto leave
  :: skip
  fi;
  d_step { k = 0; o = 0; b = 0; hand = NONE };
#ifndef BUG_NO_ADOPTION
  /* the end of what it knows: first what is left */
  walk();
  if
  :: st == me && walked[st] == ends[st] && left ->
     lock();
     d_step {
       i = 0; do :: i < W && !HAS(left, i) -> i++ :: else -> break od;
       if :: i < W -> st = i; left = left & ~(1 << i) :: else fi;
       i = 0 };
     unlock()
  :: else
  fi;
#endif
  walk();
  if
  :: walked[st] < ends[st] ->                /* an event */
     d_step { hand = walked[st]; walked[st] = hand+1 };
#ifdef BUG_SEAT_FIRST
     storeSeat(st, hand+1);
#else
#if defined(SETTLES) && !defined(BUG_HANDED_UNSETTLED)
     if :: MINE(st) < hand -> settleAt(st, hand) :: else fi;
#else
     if :: MINE(st) < hand -> storeSeat(st, hand) :: else fi;
#endif
#endif
     goto found
  :: else
  fi;
  if
  :: st != me ->
#ifndef BUG_NOT_RETIRED
     lock(); finish(); unlock();
#endif
     st = me;
     goto take
  :: else
  fi;
#ifndef BUG_END_UNSETTLED
  if :: MINE(me) < ends[me] -> settleAt(me, ends[me]) :: else fi;
#endif
  k = keyed;
  if
  :: k == ends[me] ->                        /* tries to key */
#ifdef BUG_BLOCKED_FIRST
     blocked();
     if :: !b && ready <= k -> ready = cursor :: else fi;
#else
     if :: ready <= k -> ready = cursor :: else fi;
     if :: ready > k -> blocked() :: else fi;
#endif
     if :: b || ready <= k -> goto keyedNothing :: else fi;
     if
#ifndef BUG_WATCHER_TRIES
     :: watches -> lock()
     :: !watches ->
#else
     :: 1 ->
#endif
        d_step { if :: !mu && DRAINED -> mu = 1; o = 1 :: else fi };
        if :: !o -> goto keyedNothing :: else -> o = 0 fi
     fi;
#ifndef BUG_KEYED_STALE
     if :: keyed != k -> unlock(); goto keyedNothing :: else fi;
#endif
#ifndef BUG_LOOKS_BEFORE
     blocked();
     if :: b -> unlock(); goto keyedNothing :: else fi;
#endif
     o = ready;
     if :: o > k+1 -> o = k+1 :: skip fi;    /* keyedAtOnce */
#ifdef BUG_KEYED_FIRST
     keyed = o;
#endif
     do
     :: k >= o -> break
     :: else ->
        if
        :: HAS(ABORTED, k) ->
#ifdef BUG_ABORTED_UNKEYED
           d_step { owner[k % N] = 8*k + owner[k % N] % 8 }
#else
           d_step { owner[k % N] = 8*k + NOBODY }
#endif
        :: else ->
           d_step {
             assert(slot[k % N] == k);
             owner[k % N] = 8*k + (KEY(k) -> LAST(table) : FIRST(table)) }
        fi;
        k++
     od;
     skip;
#ifndef BUG_KEYED_FIRST
     d_step { assert(k >= keyed); keyed = k };
#endif
     unlock();
#ifndef BUG_KEYED_SILENT
     wake(IDLE, NEVER)
#endif
  :: else
  fi;
keyedNothing: skip;
  d_step { b = 0; o = 0; k = 0 };
  k = keyed;
  if :: k > ends[me] -> ends[me] = k; k = 0; goto take :: else -> k = 0 fi;

  /* nothing to take */
#ifdef BUG_EXIT_EARLY
  if :: end <= ends[me] -> relieve(); goto out :: else fi;
#endif
  if :: position >= end -> goto stop :: else fi;
#ifndef PARK
  if
  :: keyed > ends[me]
  :: cursor > keyed && !mu && !(barrier && position < barrier)
  :: position >= end
#ifndef BUG_NO_ADOPTION
  :: left != 0
#endif
  :: HAS(LEAVEMASK, me) -> goto leave
  fi;
  goto take;
#else
  if :: second -> goto look :: else fi;
  d_step {
    if
    :: watches
    :: !watches && !watched -> watched = 1; watches = 1
    :: !watches && watched -> roused = roused & ~(1 << me); lot[me] = IDLE; want[me] = 0
    fi };
  if
  :: !watches ->
     if :: left -> goto awake :: else fi;
#ifndef BUG_IDLE_IGNORES_KEYED
     if :: keyed != ends[me] -> goto awake :: else fi;
#endif
     if :: position >= end -> goto awake :: else fi;
     goto sleep
  :: else
  fi;
  /* watches */
  until = end;                               /* what they were */
  taken = keyed;
#ifdef BUG_BARRIER_IN_RING
  b = 0;
#else
  blocked();
#endif
  d_step {
    key = (b -> b : (taken >= until -> until : ready+1));
    o = (b || taken >= until -> POSITION : RING) };
  d_step { roused = roused & ~(1 << me); want[me] = key; lot[me] = o; o = 0; second = 1; key = b; b = 0 };
#ifdef BUG_WATCH_ONCE
  goto sleep;
#else
  goto take;
#endif
look: skip;
#ifndef BUG_IGNORES_END
  if :: end != until -> goto awake :: else fi;
#endif
#ifndef BUG_BARRIER_IN_RING
  blocked();
  if :: b != key -> goto awake :: else fi;
#endif
  if :: keyed != ends[me] -> goto awake :: else fi;
#ifndef BUG_PLACE_STALE
  if :: ends[me] != taken -> goto awake :: else fi;
#endif
#if defined(BUG_WATCHER_TRIES) || defined(BUG_BARRIER_IN_RING)
  if :: lot[me] == RING && ready+1 != want[me] -> goto awake :: else fi;
#else
  if :: lot[me] == RING && (ready+1 != want[me] || ready > ends[me]) -> goto awake :: else fi;
#endif
sleep: skip;
  if
  :: HAS(roused, me)
  :: HAS(LEAVEMASK, me) -> o = 1             /* asked to go */
  fi;
awake: skip;
  d_step {
    lot[me] = 0; want[me] = 0; roused = roused & ~(1 << me); second = 0; key = 0; until = 0; taken = 0; b = 0;
    if :: !watched -> watched = 1; watches = 1 :: else fi };
  if :: o -> o = 0; relieve(); goto leave :: else -> goto take fi;
#endif

found: skip;
#ifdef PARK
  if :: second -> d_step { lot[me] = 0; want[me] = 0; roused = roused & ~(1 << me); second = 0; key = 0; until = 0; taken = 0 } :: else fi;
#endif
  relieve();
  if
  :: HAS(LEAVEMASK, me) ->                   /* with the event in hand */
#ifndef BUG_LEFT_BEHIND_HAND
     walked[st] = hand;
#endif
     goto leave
  :: skip
  fi;
#ifdef PROMPT
  position >= hand || (ghDone & BELOW(hand)) != BELOW(hand);
#endif
  d_step {
    assert(slot[hand % N] == hand && !HAS(ghDone, hand));
    i = 0;                                   /* what came before it with its key is done */
    do :: i < hand -> assert(KEY(i) != KEY(hand) || HAS(ghDone, i)); i++ :: else -> break od; i = 0 };
  d_step { assert(slot[hand % N] == hand && !HAS(ghDone, hand)); ghDone = ghDone | (1 << hand); hand = NONE };
  walk();
#ifndef BUG_SEAT_FIRST
#ifdef BUG_END_UNSETTLED
  storeSeat(st, walked[st]);
#else
#ifdef SELDOM
  if
  :: walked[st] == ends[st] -> settleAt(st, walked[st])
  :: else -> storeSeat(st, walked[st])
  fi;
#else
  settleAt(st, walked[st]);
#endif
#endif
#endif
  goto take;

leave: skip;
  d_step { k = 0; o = 0; b = 0; hand = NONE };
  if :: st != me -> leaveSeat(); st = me :: else fi;
  leaveSeat();
  if
  :: leaves ->
#if defined(BUG_LEFT_SILENT)
     skip
#elif defined(BUG_LEFT_SKIPS_WATCHER)
     wake(IDLE, NEVER)
#else
     wake(RING|POSITION|IDLE, NEVER)
#endif
  :: else
  fi;
  goto out;
stop: skip;
#ifdef PARK
  d_step { lot[me] = 0; want[me] = 0; roused = roused & ~(1 << me); second = 0; key = 0; until = 0; taken = 0 };
#endif
  relieve();
out: skip;
  d_step { st = 0; ready = 0; k = 0; o = 0; b = 0; hand = 0; leaves = 0 }
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
     wake(RING, c)
  od;
#ifdef OPEN
  position == E;
#endif
  end = E;
  wake(RING|POSITION, NEVER);
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

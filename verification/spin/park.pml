/* Parking: eventcounts keyed by the lowest value that satisfies a sleeper, and the queue of claims that wait for room,
   under x86 TSO. A closed loop: producers park when the ring is full, consumers when it is empty, both ends meet on a
   ring of one or two slots, so every wake-up is needed. A lost wake-up is an invalid end state.

   Readers. A consumer registers the boundary at which it stands (lock; append; wanted = lowest key; unlock), looks again,
   and sleeps on a one-slot channel of its own. A publisher stores the mark of the range that starts at `from`, looks at
   wanted, and if it is <= from, locks, looks at the mark of each key, and wakes those at whose key there is one.
   A stage sleeps the same way on the position of the consumer before it, which wakes all keys below its new position.

   Claims. First come, first served; only the first of the queue tries. It stores wanted = the gate it needs, tries, and
   sleeps. Who hands slots back stores its position, looks at wanted, and if it is <= the position, locks and passes the
   turn: it registers the gate that the first one needs now, computes the gate, and wakes the first one if that is reached.
   Who goes from the front (with the room, because of Close or of its context) passes the turn in the same way.

   Each of these is Dekker's pattern: store the position, look at wanted | store wanted, look at the position. Plain
   stores of marks and positions lie in the store buffer of their goroutine's CPU until drained; a locked operation waits
   for that. By default raised is set for good: who moves fences and looks. With ALERT it moves as in alert.pml, where
   the argument is: who moves looks at raised first, and fences only if it is set.

   What happens under a lock is one step where nothing but `wanted` is visible without the lock. The spin phase is one
   look, which is as good as many.

   Size: N slots, P producers with K claims of one slot (K1: all but producer 0; TWO: producer 0 claims two at once), NC
   consumers, INLIST mask of those in the list. Options: STAGE (consumer 1 after 0), LEAVE (consumer 0 may leave at any
   time), CLOSEANY (Close at any time), NOCLOSE (nobody closes: nothing wakes who was overlooked), CANCELMASK (producers
   whose context may end while they wait), WAKEUPS (consumers whose context may end: so many times, then they come back),
   HOLD (producer 0 claims twice before it publishes), ALERT, SELECT (a consumer stays registered until a look finds
   something, and is registered anew by one that does not: Consumer.Ready; WAKEUPS are other cases of its select).
   Variants: GATE_OUTSIDE_LOCK, LOOKS_FIRST. BUG_*: README.md. */
#ifndef N
#define N 1
#endif
#ifndef P
#define P 2
#endif
#ifndef K
#define K 2
#endif
#ifndef K1
#define K1 K
#endif
#ifndef NC
#define NC 2
#endif
#ifndef INLIST
#define INLIST ((1<<NC)-1)
#endif
#ifndef CANCELMASK
#define CANCELMASK 0
#endif
#ifndef WAKEUPS
#define WAKEUPS 0
#endif
#define NEVER 250
#define UNKNOWN 249
#define HAS(set, i) (((set) >> (i)) & 1)

byte claim; bool closed;                     /* one word */
byte end = NEVER;
byte mark[N];
byte position[2];
byte inlist = INLIST;

byte markTo[P], markFrom[P];                 /* a mark in the store buffer of producer p; 0: none */
byte own[2];                                 /* the position that consumer i has stored; position..own is in its buffer */
byte ghFirst;                                /* what a walk over the marks in memory finds: Published() */

byte key[2] = NEVER;      bool roused[2];    /* the readers' lot */
bool readersLock;
byte wantedMark = NEVER;
byte stageKey = NEVER;                       /* the lot of consumer 0's position; its one sleeper is consumer 1 */
byte wantedPosition = NEVER;
byte queue[P], queued;                       /* oldest first */
bool queueLock;
bool turn[P];                                /* the channels of the claims in the queue */
byte wantedRoom = NEVER;
#ifdef ALERT
byte raised;                                 /* 2 for each that is about to sleep or sleeps, and bit 0, settled */
#endif

byte ghProducersDone;

#if P == 1
#define MARKS_DRAINED (markTo[0] == 0)
#elif P == 2
#define MARKS_DRAINED (markTo[0] == 0 && markTo[1] == 0)
#else
#define MARKS_DRAINED (markTo[0] == 0 && markTo[1] == 0 && markTo[2] == 0)
#endif
#define POSITIONS_DRAINED (position[0] == own[0] && position[1] == own[1])

/* One who is about to register adds to raised, by a locked operation, and if it was not settled finds the store buffers
   empty, those of marks and those of positions each at a moment of its own; alert.pml takes this apart. */
inline raise(drained) {
#ifdef ALERT
  d_step { drained -> raised = raised + 2; fences = !(raised & 1) };
  if
  :: fences ->
#ifndef BUG_NO_PROCESS_FENCE
     MARKS_DRAINED;
     POSITIONS_DRAINED;
#endif
     d_step { raised = raised | 1; fences = 0 }
  :: else -> skip
  fi
#else
  skip
#endif
}

inline lower() {
#ifdef ALERT
  raised = raised - 2
#else
  skip
#endif
}

#ifdef ALERT
active proctype Relax() {                    /* in the code after many waits, here at any time */
endRelax: do :: d_step { raised == 1 -> raised = 0 } od
}
#endif

inline walkOn() {
  do :: mark[ghFirst % N] > ghFirst -> ghFirst = mark[ghFirst % N] :: else -> break od;
  skip
}

active proctype Drain() {                    /* store buffers drain at any time, in order */
  byte p;
endDrain: do
  :: d_step { markTo[0] != 0 -> p = 0; mark[markFrom[p] % N] = markTo[p]; markTo[p] = 0; markFrom[p] = 0; p = 0; walkOn() }
#if P > 1
  :: d_step { markTo[1] != 0 -> p = 1; mark[markFrom[p] % N] = markTo[p]; markTo[p] = 0; markFrom[p] = 0; p = 0; walkOn() }
#endif
#if P > 2
  :: d_step { markTo[2] != 0 -> p = 2; mark[markFrom[p] % N] = markTo[p]; markTo[p] = 0; markFrom[p] = 0; p = 0; walkOn() }
#endif
  :: d_step { position[0] < own[0] -> position[0]++ }
  :: d_step { position[1] < own[1] -> position[1]++ }
  od
}

/* wanted = lowest key. With the lock. */
inline announce() { wantedMark = (key[0] < key[1] -> key[0] : key[1]) }

/* a look at a mark each, with the lock */
inline wakeReader(i) {
  d_step { if :: key[i] != NEVER && mark[key[i] % N] > key[i] -> roused[i] = 1; key[i] = NEVER :: else fi }
}

inline wakeReaders() {
  atomic { markTo[id] == 0 && !readersLock -> readersLock = 1 };
  wakeReader(0);
  wakeReader(1);
  d_step { announce(); readersLock = 0 }
}

inline gate(g, l) {
#ifdef LEAVE
  do
  :: l = inlist;
     if
     :: l == 0 -> g = ghFirst
     :: l == 1 -> g = position[0]
     :: l == 2 -> g = position[1]
     :: l == 3 -> g = position[0]; d_step { g = (position[1] < g -> position[1] : g) }
     fi;
     if :: inlist == l -> break :: else -> skip fi
  od;
  l = 0
#else
#if INLIST == 0
  g = ghFirst
#endif
#if INLIST == 1
  g = position[0]
#endif
#if INLIST == 3
  g = position[0];
  d_step { g = (position[1] < g -> position[1] : g) }
#endif
#endif
}

#ifdef TWO
#define SLOTS(p) ((p) == 0 -> 2 : 1)
#else
#define SLOTS(p) 1
#endif
#ifdef BUG_WANT_WHOLE_RING
#define WANT(p) claim
#else
#define WANT(p) (claim+SLOTS(p) > N -> claim+SLOTS(p)-N : 0)
#endif

/* Passes the turn, with the lock, and unlocks: registers the gate that the first of the queue needs, looks on its behalf,
   and wakes it if there is room. A variant or a bug brings its own gate along. */
inline passTurn(g, l) {
  if
  :: queued == 0 -> wantedRoom = NEVER
  :: else ->
#ifdef LOOKS_FIRST
     gate(g, l);
#endif
     w = WANT(queue[0]);
     wantedRoom = w;
#ifndef BUG_TURN_WITHOUT_LOOK
     if
     :: g == UNKNOWN -> gate(g, l)
     :: else -> skip
     fi;
#ifdef BUG_TURN_ROUSES_NOBODY
     if :: g >= w -> wantedRoom = NEVER :: else -> skip fi
#else
     d_step { if :: g >= w -> wantedRoom = NEVER; turn[queue[0]] = 1 :: else fi }
#endif
#endif
  fi;
  d_step { w = 0; g = UNKNOWN; queueLock = 0 }
}

inline wakeClaims(g, l) {
  atomic { !queueLock -> queueLock = 1 };
  passTurn(g, l)
}

/* m: how far it may read, or 0; over: nothing will come any more. One shared word a step. */
inline look() {
  if
  :: stage -> d_step { m = position[0]; m = (m > at -> m : 0) }
  :: else -> d_step { m = mark[at % N]; m = (m > at -> m : 0) }
  fi;
#ifdef NOCLOSE
  over = (at == K + (P-1)*K1)
#else
  over = (end <= at)
#endif
}

inline leaveLot() {
  d_step { !readersLock -> roused[me] = 0; key[me] = NEVER; announce();
           if :: me == 1 -> stageKey = NEVER; wantedPosition = NEVER :: else fi }
}

proctype Consumer(byte me) {
  byte at, m, w, g = UNKNOWN, l, wakeups;
#ifdef SELECT
  byte in;                                   /* where it is registered: 1 with the readers, 2 with consumer 0; 0 nowhere */
#endif
  bool over, stage, fences;
  do
  ::
#ifdef LEAVE
     if :: me == 0 -> goto leave :: skip fi;
#endif
#ifdef STAGE
     stage = (me == 1 && HAS(inlist, 0));     /* by the list as it is now */
#endif
     look();
#ifdef SELECT
     if :: in && (m || over) -> leaveLot(); lower(); in = 0 :: else -> skip fi;
#endif
     if
     :: m -> goto take
     :: over -> break
     :: else -> skip
     fi;

     /* park */
#ifdef SELECT
     roused[me] = 0;                         /* what is in the channel is forgotten */
     if :: in && in != 1+stage -> leaveLot(); lower(); in = 0 :: else -> skip fi;
     if
     :: !in -> raise(position[me] == own[me]); in = 1+stage
#ifdef BUG_LOOKS_ONCE
     :: else -> goto asleep
#else
     :: else -> skip
#endif
     fi;
#else
     raise(position[me] == own[me]);
#endif
#ifdef BUG_REGISTERS_LATE
     look();
#endif
#ifdef STAGE
     if
     :: stage -> d_step { stageKey = at+1; wantedPosition = stageKey }
     :: else ->
#endif
        d_step { !readersLock -> key[me] = at; announce() }
#ifdef STAGE
     fi;
#else
     ;
#endif
#if !defined(BUG_NO_SECOND_LOOK) && !defined(BUG_REGISTERS_LATE)
     look();
#endif
#ifdef BUG_FORGETS_LATE
     roused[me] = 0;
#endif
     if
     :: m || over -> skip
#if defined(STAGE) && !defined(BUG_SLEEPS_ON_WHO_LEFT)
     :: !m && !over && stage && !HAS(inlist, 0) -> skip   /* chose the lot by an old list: choose again */
#endif
     :: else ->
asleep: if
        :: roused[me]
        :: wakeups < WAKEUPS -> wakeups++    /* the context ended; the caller comes back */
        fi;
#ifdef SELECT
        goto next                            /* it looks while it is registered, and forgets what roused it then */
#endif
     fi;
     leaveLot();
     lower();
#ifdef SELECT
     in = 0;
#endif
     if
     :: m -> skip
     :: over -> break
     :: else -> goto next
     fi;

take: skip;
     /* hand it back: position, then look who waits for it */
     d_step { at = m; m = 0 };
#ifdef BUG_GATE_BEFORE_POSITION
     d_step { g = position[1-me]; g = (g < at -> g : at) };
#endif
#ifdef ALERT
     own[me] = at;
     if :: raised == 0 -> goto moved :: else -> skip fi;
#ifndef BUG_NO_FENCE_DONE
     position[me] == own[me];
#endif
#else
#ifdef BUG_NO_FENCE_DONE
     own[me] = at;
#else
     d_step { own[me] = at; position[me] = at };  /* store and fence */
#endif
#endif
#ifdef STAGE
     if
     :: me == 0 ->
        w = wantedPosition;
        if
        :: w <= at -> position[me] == own[me];
           d_step { if :: stageKey <= at -> roused[1] = 1; stageKey = NEVER; wantedPosition = NEVER :: else fi }
        :: else -> skip
        fi
     :: else -> skip
     fi;
#endif
#ifdef GATE_OUTSIDE_LOCK
     d_step { g = position[1-me]; g = (g < at -> g : at) };
#endif
     w = wantedRoom;
     if
     :: w <= at -> position[me] == own[me]; wakeClaims(g, l)
     :: else -> skip
     fi;
moved: skip;
     d_step { g = UNKNOWN; w = 0 };
     goto next;

leave: skip;
#ifdef LEAVE
     position[me] == own[me];
     inlist = inlist & 2;
#ifdef STAGE
     d_step { if :: stageKey != NEVER -> roused[1] = 1; stageKey = NEVER; wantedPosition = NEVER :: else fi };
#endif
#ifndef BUG_LEAVE_WAKES_NOBODY
     wakeClaims(g, l);
#endif
#ifdef SELECT
     if :: in -> leaveLot(); lower(); in = 0 :: else -> skip fi;
#endif
     break;
#endif
next: skip
  od;
  skip;
#ifdef SELECT
  assert(!in);
#endif
  d_step { at = 0; m = 0; over = 0; stage = 0; wakeups = 0 }
}

/* one try: c is the claim, or NEVER if there is no room, or NEVER+1 when closed */
inline try() {
  do
  :: d_step { c = claim; if :: closed -> c = NEVER+1 :: else fi };
     if :: c == NEVER+1 -> break :: else -> skip fi;
     gate(g, l);
     if
     :: c+n > g+N -> c = NEVER; g = UNKNOWN; break
     :: else ->
        g = UNKNOWN;
        markTo[id] == 0;                     /* the CAS is a locked operation */
        d_step {
          if
          :: claim == c && !closed -> claim = c+n; l = 1;
             assert(inlist || c+n <= ghFirst+N);
             assert(!HAS(inlist, 0) || c+n <= own[0]+N);
             assert(!HAS(inlist, 1) || c+n <= own[1]+N)
          :: else -> l = 0
          fi };
        if :: l -> l = 0; break :: else -> skip fi
     fi
  od
}

/* leave the queue, and if it was at the front pass the turn on */
inline leaveQueue(passes) {
  atomic { markTo[id] == 0 && !queueLock ->
    l = 0; do :: queue[l] != id -> l++ :: else -> break od;
    first = (l == 0);
    do :: l+1 < queued -> queue[l] = queue[l+1]; l++ :: else -> break od;
    queued--; queue[queued] = 0; turn[id] = 0;     /* a wake-up that came too late is not kept */
    l = 0;
    first = first && (passes);
    queueLock = first };
  if
  :: first -> passTurn(g, l)
  :: else -> skip
  fi;
  lower()
}

#ifdef BUG_NO_TURN
#define SUCCESS_PASSES 0
#else
#define SUCCESS_PASSES 1
#endif
#ifdef BUG_CANCEL_SWALLOWS_TURN
#define CANCEL_PASSES 0
#else
#define CANCEL_PASSES 1
#endif

/* the mark is stored; look who waits for it, or for Published() to move */
inline rouse(from) {
  w = wantedMark;
  if
#ifdef BUG_WAKE_IF_EQUAL
  :: w == from -> wakeReaders()
#else
  :: w <= from -> wakeReaders()
#endif
  :: else -> skip
  fi;
#ifndef BUG_PUBLISH_WAKES_NO_CLAIM
  w = wantedRoom;
  if :: w != NEVER -> markTo[id] == 0; wakeClaims(g, l) :: else -> skip fi;
#endif
  w = 0
}

/* mark, then, if raised says so, look who waits for it */
inline publish(from, to) {
  markTo[id] == 0;                           /* one entry is enough: the claim's CAS has drained the one before */
#if defined(ALERT) || defined(BUG_NO_FENCE_PUBLISH)
  d_step { markFrom[id] = from; markTo[id] = to };
#else
  d_step { mark[(from) % N] = to; walkOn() };  /* store and fence: nothing of this goroutine lies between the two */
#endif
#ifdef ALERT
  if
  :: raised == 0 -> skip
  :: else ->
#ifndef BUG_NO_FENCE_PUBLISH
     markTo[id] == 0;
#endif
     rouse(from)
  fi
#else
  rouse(from)
#endif
}

proctype Producer(byte id) {
  byte k, c, n, g = UNKNOWN, l, w, open = NEVER;
  bool first, ended, fences;
  n = SLOTS(id);
  do
  :: k == (id == 0 -> K : K1) -> break
  :: else ->
     try();                                  /* a cached limit may let it overtake; without one it would queue at once */
     if
     :: c != NEVER -> skip
     :: else ->
        raise(markTo[id] == 0);
        d_step { !queueLock -> queue[queued] = id; queued++ };
wait:   atomic { !queueLock -> first = (queue[0] == id); queueLock = first; c = NEVER };
        if
        :: first ->
#ifndef BUG_NO_WANT
           w = WANT(id);
           wantedRoom = w; w = 0;
#endif
           queueLock = 0;
#ifndef BUG_NO_SECOND_TRY
           try()
#endif
        :: else -> skip
        fi;
#ifndef NOCLOSE
        if :: c == NEVER && closed -> c = NEVER+1 :: else -> skip fi;
#endif
        if
        :: c == NEVER && ended -> leaveQueue(CANCEL_PASSES); goto done
        :: c == NEVER && !ended ->           /* sleep until roused or the context ends, and look once more */
           if
           :: turn[id] -> turn[id] = 0
           :: HAS(CANCELMASK, id) -> ended = 1
           fi;
           goto wait
        :: else -> leaveQueue(SUCCESS_PASSES)
        fi
     fi;
     if :: c == NEVER+1 -> goto out :: else -> skip fi;
#ifdef HOLD
     if :: id == 0 && open == NEVER && k+1 < K -> open = c; goto done :: else -> skip fi;
     if :: open != NEVER -> publish(open, open+1); open = NEVER :: else -> skip fi;
#endif
     publish(c, c+n);
done: skip;
     d_step { c = 0; first = 0; ended = 0; k++ }
  od;
out: skip;
  if :: open != NEVER -> publish(open, open+1) :: else -> skip fi;
  d_step { k = 0; c = 0; n = 0; first = 0; open = NEVER; ghProducersDone++ }
}

/* everyone looks whether the wait has ended; e is 0 */
inline wakeAll() {
  d_step { !readersLock ->
    if :: key[0] != NEVER -> roused[0] = 1 :: else fi;
    if :: key[1] != NEVER -> roused[1] = 1 :: else fi };
  d_step { if :: stageKey != NEVER -> roused[1] = 1 :: else fi };
  d_step { !queueLock -> do :: e < queued -> turn[queue[e]] = 1; e++ :: else -> break od; e = 0 }
}

#ifndef NOCLOSE
proctype Closer() {
  byte e;
#ifndef CLOSEANY
  ghProducersDone == P;
#endif
#ifdef BUG_CLOSE_WAKES_FIRST
  closed = 1;
  wakeAll();
  end = claim
#else
  d_step { closed = 1; e = claim };
  end = e; e = 0;
#ifndef BUG_CLOSE_WAKES_NOBODY
  wakeAll()
#endif
#endif
}
#endif

init {
  atomic {
    byte i;
    do :: i < NC -> if :: HAS(INLIST, i) -> run Consumer(i) :: else fi; i++ :: else -> break od; i = 0;
    do :: i < P -> run Producer(i); i++ :: else -> break od; i = 0;
#ifndef NOCLOSE
    run Closer()
#endif
  }
}

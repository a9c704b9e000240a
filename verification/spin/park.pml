/* Parking: eventcounts keyed by the lowest value that satisfies a sleeper, and the queue of claims that wait for room,
   under x86 TSO. A closed loop: producers park when the ring is full, consumers when it is empty, both ends meet on a
   ring of one or two slots, so every wake-up is needed. A lost wake-up is an invalid end state.

   Readers. A consumer registers the boundary at which it stands (lock; append; wanted = lowest key; unlock), looks again,
   and sleeps on a one-slot channel of its own. A publisher stores the mark of the range that starts at `from`, looks at
   wanted, and if it is <= from, locks and wakes those whose key is exactly `from`: only they stand there.
   A stage sleeps the same way on the position of the consumer before it, which wakes all keys <= its new position.

   Claims. First come, first served; only the first of the queue tries. It stores wanted = the gate it needs, tries, and
   sleeps. Who hands slots back stores its position, looks at wanted, and if it is <= the position, locks, computes the
   gate, and wakes the first if the gate is reached. Who goes (with the room, because of Close or of its context) wakes
   the next one.

   Each of these is Dekker's pattern: store the position, look at wanted | store wanted, look at the position. Plain
   stores of marks and positions lie in the store buffer of their goroutine's CPU until drained; a locked operation waits
   for that. By default those who wake fence; with MEMBARRIER they don't, and the sleeper's process-wide fence, between
   registering and looking again, drains every buffer instead.

   What happens under a lock is one step where nothing but `wanted` is visible without the lock. The spin phase is one
   look, which is as good as many.

   Size: N slots, P producers with K claims of one slot (K1: all but producer 0; TWO: producer 0 claims two at once), NC consumers,
   INLIST mask of those in the list. Options: STAGE (consumer 1 after 0), LEAVE (consumer 0 may leave at any time),
   CLOSEANY (Close at any time),
   NOCLOSE (nobody closes: nothing wakes who was overlooked), CANCELMASK (producers whose context may end while they sleep), WAKEUPS (consumers whose
   context may end: so many times, then they come back), HOLD (producer 0 claims twice before it publishes),
   MEMBARRIER. BUG_*: README.md. */
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
byte wantedMark = NEVER;
byte stageKey = NEVER;                       /* the lot of consumer 0's position; its one sleeper is consumer 1 */
byte wantedPosition = NEVER;
byte queue[P], queued;                       /* oldest first */
bool queueLock;
bool turn[P];                                /* the channels of the claims in the queue */
byte wantedRoom = NEVER;

byte ghProducersDone;

#if P == 1
#define MARKS_DRAINED (markTo[0] == 0)
#elif P == 2
#define MARKS_DRAINED (markTo[0] == 0 && markTo[1] == 0)
#else
#define MARKS_DRAINED (markTo[0] == 0 && markTo[1] == 0 && markTo[2] == 0)
#endif
#define POSITIONS_DRAINED (position[0] == own[0] && position[1] == own[1])

inline processFence() {
#if defined(MEMBARRIER) && !defined(BUG_NO_PROCESS_FENCE)
  MARKS_DRAINED && POSITIONS_DRAINED
#else
  skip
#endif
}

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

inline wakeReaders(k) {
  d_step {
    if :: key[0] == k -> roused[0] = 1; key[0] = NEVER :: else fi;
    if :: key[1] == k -> roused[1] = 1; key[1] = NEVER :: else fi;
    announce() }
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

/* Wakes the first claim of the queue if the gate it waits for is reached. The gate is computed under the lock, unless a
   variant brings its own. */
inline wakeClaims(g, l) {
  atomic { !queueLock -> queueLock = 1 };
  if
  :: g == UNKNOWN -> gate(g, l)
  :: else -> skip
  fi;
  d_step {
    if :: queued && g >= wantedRoom -> wantedRoom = NEVER; turn[queue[0]] = 1 :: else fi;
    queueLock = 0; g = UNKNOWN }
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

proctype Consumer(byte me) {
  byte at, m, w, g = UNKNOWN, l, wakeups;
  bool over, stage;
  do
  ::
#ifdef LEAVE
     if :: me == 0 -> goto leave :: skip fi;
#endif
#ifdef STAGE
     stage = (me == 1 && HAS(inlist, 0));     /* by the list as it is now */
#endif
     look();
     if
     :: m -> goto take
     :: over -> break
     :: else -> skip
     fi;

     /* park */
#ifdef STAGE
     if
     :: stage -> d_step { stageKey = at+1; wantedPosition = stageKey }
     :: else ->
#endif
        d_step { key[me] = at; announce() }
#ifdef STAGE
     fi;
#else
     ;
#endif
     processFence();
#ifndef BUG_NO_SECOND_LOOK
     look();
#endif
     if
     :: m || over -> skip
#if defined(STAGE) && !defined(BUG_SLEEPS_ON_WHO_LEFT)
     :: !m && !over && stage && !HAS(inlist, 0) -> skip   /* chose the lot by an old list: choose again */
#endif
     :: else ->
        if
        :: roused[me]
        :: wakeups < WAKEUPS -> wakeups++    /* the context ended; the caller comes back */
        fi
     fi;
     d_step { roused[me] = 0; key[me] = NEVER; announce();
              if :: me == 1 -> stageKey = NEVER; wantedPosition = NEVER :: else fi };
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
#if defined(MEMBARRIER) || defined(BUG_NO_FENCE_DONE)
     own[me] = at;
#else
     d_step { own[me] = at; position[me] = at };  /* store and fence */
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
     w = wantedRoom;
     if :: w != NEVER -> wakeClaims(g, l) :: else -> skip fi;
#endif
     w = 0;
     break;
#endif
next: skip
  od;
  skip;
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

/* leave the queue and pass the turn on */
inline leaveQueue(pass) {
  markTo[id] == 0;
  d_step { !queueLock ->
    l = 0; do :: queue[l] != id -> l++ :: else -> break od;
    if
    :: l == 0 ->
       wantedRoom = NEVER;
       if :: (pass) && queued > 1 -> turn[queue[1]] = 1 :: else fi
    :: else
    fi;
    do :: l+1 < queued -> queue[l] = queue[l+1]; l++ :: else -> break od;
    queued--; queue[queued] = 0; turn[id] = 0;     /* a wake-up that came too late is not kept */
    l = 0 }
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
#ifdef BUG_CLOSE_SWALLOWS_TURN
#define CLOSE_PASSES 0
#else
#define CLOSE_PASSES 1
#endif

/* mark, then look who waits for it */
inline publish(from, to) {
  markTo[id] == 0;                           /* one entry is enough: the claim's CAS has drained the one before */
#if defined(MEMBARRIER) || defined(BUG_NO_FENCE_PUBLISH)
  d_step { markFrom[id] = from; markTo[id] = to };
#else
  d_step { mark[(from) % N] = to; walkOn() };  /* store and fence: nothing of this goroutine lies between the two */
#endif
  w = wantedMark;
  if
#ifdef BUG_WAKE_IF_EQUAL
  :: w == from ->
#else
  :: w <= from ->
#endif
     markTo[id] == 0; wakeReaders(from)
  :: else -> skip
  fi;
#ifndef BUG_PUBLISH_WAKES_NO_CLAIM
  w = wantedRoom;
  if :: w != NEVER && inlist == 0 -> markTo[id] == 0; wakeClaims(g, l) :: else -> skip fi;
#endif
  w = 0
}

#ifdef BUG_WANT_WHOLE_RING
#define WANT(c) (c)
#else
#define WANT(c) ((c)+n > N -> (c)+n-N : 0)
#endif

proctype Producer(byte id) {
  byte k, c, n = 1, g = UNKNOWN, l, w, open = NEVER;
  bool first;
#ifdef TWO
  if :: id == 0 -> n = 2 :: else -> skip fi;
#endif
  do
  :: k == (id == 0 -> K : K1) -> break
  :: else ->
     try();                                  /* a cached limit may let it overtake; without one it would queue at once */
     if
     :: c != NEVER -> skip
     :: else ->
        d_step { !queueLock -> queue[queued] = id; queued++ };
wait:   skip;
        c = claim;                           /* the closed bit is looked at by the try */
        d_step { !queueLock -> first = (queue[0] == id);
#ifndef BUG_NO_WANT
          if :: first -> wantedRoom = WANT(c) :: else fi;
#endif
          c = NEVER };
        processFence();
#ifdef BUG_NO_SECOND_TRY
        c = NEVER;
#else
        if :: first -> try() :: else -> skip fi;
#endif
        if
        :: c == NEVER ->                     /* sleep until roused or the context ends */
           if
           :: turn[id] -> turn[id] = 0; goto wait
           :: HAS(CANCELMASK, id) -> leaveQueue(CANCEL_PASSES); goto done
           fi
        :: c == NEVER+1 -> leaveQueue(CLOSE_PASSES)
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
     d_step { c = 0; first = 0; k++ }
  od;
out: skip;
  if :: open != NEVER -> publish(open, open+1) :: else -> skip fi;
  d_step { k = 0; c = 0; n = 0; first = 0; open = NEVER; ghProducersDone++ }
}

/* everyone looks whether the wait has ended; of the queue the first does, who passes the turn on */
inline wakeAll() {
  d_step {
    if :: key[0] != NEVER -> roused[0] = 1 :: else fi;
    if :: key[1] != NEVER -> roused[1] = 1 :: else fi };
  d_step { if :: stageKey != NEVER -> roused[1] = 1 :: else fi };
  d_step { !queueLock -> if :: queued -> turn[queue[0]] = 1 :: else fi }
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

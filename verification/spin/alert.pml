/* The alert under x86 TSO: who moves a position pays for sleepers only while there are some. A waker stores its position,
   and fences and looks at wanted only if raised is not 0; a sleeper adds 2 to raised and, if it finds it unsettled, fences
   the whole process before it registers. A lost wake-up is an invalid end state.

   A store of a position lies in its waker's buffer (position..own) until that drains, at any time; a fence and every
   locked operation wait for it. The process fence finds each waker's buffer empty at a moment of its own, in any order,
   while wakers go on. Sleepers change words by locked operations only, so they need no buffer.

   raised is 2 for each sleeper, and bit 0, settled: since a process fence it has not been 0. Relax takes settled
   away while nobody sleeps: in the code after many claims, by who waits, rests or refreshes its limit; here at any time and
   any number of times, between any two steps of a waker or a sleeper. (A waker's own compare-and-swap would drain its
   buffer as well; that it has drained before is among the cases.) So both change-overs happen in every order, with
   sleepers that come, fence, sleep and go.

   What sleepers wait for is, by default, the position of waker i % W (a stage's lot, one for each waker), or with MARKS
   that all sequences below need are published (the readers' lot: sequence s is published by waker s % W, so out of
   order). A sleeper whose need is several marks away is registered anew by its waker at each of them that comes.

   Size: W wakers (1 or 2) of K steps each, S sleepers, whose need grows by STEP from wait to wait.
   Options: MARKS; RAISED: raised is set for good, as without a cheap process fence; CANCEL: waits of each sleeper that
   may end by themselves. Variants: CLEARS_BIT, LOWERED_FIRST, LOOKS_ONCE. BUG_*: README.md. */
#ifndef W
#define W 1
#endif
#ifndef S
#define S 2
#endif
#ifndef K
#define K 2
#endif
#ifndef STEP
#define STEP 1
#endif
#ifndef CANCEL
#define CANCEL 0
#endif
#define NEVER 250
#define SETTLED 1

#ifdef RAISED
byte raised = 3;
#else
byte raised;
#endif
byte position[W];                            /* memory */
byte own[W];                                 /* what the waker has stored; position..own are in its buffer, FIFO */

#define DRAINED(w) (position[w] == own[w])

#ifdef MARKS
#define LOTS 1
#define LOT(i) 0
#define LAST (W*K)
#define PAST(at, i) (position[(at) % W] > (at) / W)      /* the mark at `at` is in memory */
#define STORED(w) ((own[w]-1)*W + w)                     /* the boundary at which w has stored last */
#else
#define LOTS W
#define LOT(i) ((i) % W)
#define LAST K
#define PAST(at, i) (position[LOT(i)] > (at))
#define STORED(w) (own[w]-1)
#endif

byte wanted[LOTS] = NEVER;
bool locked[LOTS];
byte key[S] = NEVER, need[S];
bool roused[S];

bool ghFenced;                               /* since raised was relaxed last a sleeper has fenced and settled it */

active proctype Drain() {
endDrain: do
  :: d_step { position[0] < own[0] -> position[0]++ }
#if W > 1
  :: d_step { position[1] < own[1] -> position[1]++ }
#endif
  od
}

active proctype Relax() {
endRelax: do
#ifdef BUG_RELAX_STORES
  :: raised == SETTLED -> d_step { raised = 0; ghFenced = 0 }
#else
#ifdef CLEARS_BIT
  :: d_step { raised & SETTLED -> raised = raised - SETTLED; ghFenced = 0 }
#else
  :: d_step { raised == SETTLED -> raised = 0; ghFenced = 0 }
#endif
#endif
  od
}

/* wanted = lowest key of the lot. With the lock. */
inline announce(lot) {
  wanted[lot] = NEVER;
  for (j : 0 .. S-1) {
    if :: LOT(j) == lot && key[j] < wanted[lot] -> wanted[lot] = key[j] :: else fi
  }
  j = 0
}

/* lot.wake: a look a step, since marks change while the lock is held */
inline wake(lot) {
  atomic { DRAINED(me) && !locked[lot] -> locked[lot] = 1 };
  do
  :: i = 0; again = 0;
     do
     :: i == S -> break
     :: i < S && (LOT(i) != lot || key[i] == NEVER) -> i++
     :: i < S && LOT(i) == lot && key[i] != NEVER ->
        at = key[i];
#ifdef BUG_ONE_STEP
        if :: PAST(at, i) -> at++ :: else -> skip fi;
#else
        do :: at < need[i] && PAST(at, i) -> at++ :: else -> break od;
        skip;                                /* Spin lets no break jump into a d_step */
#endif
        d_step {
          if
          :: at >= need[i] -> key[i] = NEVER; roused[i] = 1
          :: at < need[i] && at > key[i] -> key[i] = at; again = 1
          :: else
          fi;
          at = 0; i++ }
     od;
     i = 0;
     d_step { announce(lot) };
#if defined(LOOKS_ONCE) || defined(BUG_ONE_STEP)
     break
#else
     if :: again -> skip :: else -> break fi
#endif
  od;
  again = 0;
  locked[lot] = 0
}

proctype Waker(byte me) {
  byte a, at, i, j;
  bool again;
  do
  :: own[me] == K -> break
  :: else ->
#ifdef BUG_LOOK_FIRST
     a = raised;
     own[me]++;
#else
     own[me]++;
     a = raised;
#endif
     if
     :: a ->
        a = 0;
#ifndef BUG_NO_FENCE
        DRAINED(me);
#endif
        if
        :: wanted[LOT(me)] <= STORED(me) -> wake(LOT(me))
        :: else -> skip
        fi
     :: else -> skip
     fi
  od
}

inline processFence() {
#ifdef BUG_NO_PROCESS_FENCE
  skip
#else
#if W == 1 || defined(BUG_FENCES_ONE)
  DRAINED(0)
#else
  if
  :: DRAINED(0) -> DRAINED(1)
  :: DRAINED(1) -> DRAINED(0)
  fi
#endif
#endif
}

inline settle() {
#ifdef BUG_ADDS_BIT
  d_step { raised = raised + SETTLED; ghFenced = 1 }
#else
#ifdef BUG_NEVER_SETTLED
  ghFenced = 1
#else
  d_step { raised = raised | SETTLED; ghFenced = 1 }
#endif
#endif
}

/* a: who finds raised unsettled fences. None may find it so between a fence that has ended and the next relax: those that
   fence at once aside, there is one process fence from relax to relax. */
inline raise() {
#ifdef BUG_RAISE_NOT_ATOMIC
  a = raised;
  d_step { raised = a + 2; a = !(a & SETTLED); assert(!a || !ghFenced) };
#else
  d_step { raised = raised + 2; a = !(raised & SETTLED); assert(!a || !ghFenced) };
#endif
  if
  :: a ->
#ifdef BUG_SETTLED_FIRST
     settle();
     processFence()
#else
     processFence();
#ifndef BUG_SETTLED_LATE
     settle()
#else
     skip
#endif
#endif
  :: else -> skip
  fi
}

/* a still says whether this sleeper has fenced */
inline lower() {
#ifdef BUG_LAST_TAKES_DOWN
  d_step { raised = (raised == 2 + SETTLED -> 0 : raised - 2) };
#else
  raised = raised - 2;
#endif
#ifdef BUG_SETTLED_LATE
  if :: a -> settle() :: else -> skip fi;
#endif
  a = 0
}

/* ready moves up to what is there, a look a step; the marks' reader stands where the last one that it found ends */
inline look() {
  do :: ready < need[me] && PAST(ready, me) -> ready++ :: else -> break od
}

proctype Sleeper(byte me) {
  byte ready, was, j, cancels = CANCEL;
  byte a;
  do
  :: need[me] + STEP > LAST -> break
  :: else ->
     need[me] = need[me] + STEP;
#ifndef MARKS
     ready = need[me]-1;
#endif
     look();
     do
     :: ready == need[me] -> break
     :: else ->
#ifndef BUG_RAISED_LATE
        raise();
#endif
        d_step { !locked[LOT(me)] -> key[me] = ready; was = ready; announce(LOT(me)) };
#ifndef BUG_NO_SECOND_LOOK
        look();
#endif
#ifdef BUG_RAISED_LATE
        raise();
#endif
        if
        :: ready > was -> skip               /* there, or registered at a boundary that is passed: not to sleep on it */
        :: else ->
           if
           :: roused[me]
           :: cancels > 0 -> cancels--       /* the context ended; the caller comes back */
           fi
        fi;
        was = 0;
#ifdef LOWERED_FIRST
        lower();
#endif
        d_step { !locked[LOT(me)] -> key[me] = NEVER; roused[me] = 0; announce(LOT(me)) };
#ifndef LOWERED_FIRST
        lower();
#endif
        look()
     od
  od
}

init {
  atomic {
    byte n;
    do :: n < W -> run Waker(n); n++ :: else -> break od; n = 0;
    do :: n < S -> run Sleeper(n); n++ :: else -> break od; n = 0
  }
}

/* Who wakes a claim that sleeps for room while a lossy consumer is in its way, under x86 TSO: positions, and the mark of
   the one who publishes, lie in store buffers until they drain; a locked operation or a fence waits for that.

   Claimer sleeps until the gate is at NEED. Lossy, a lossy consumer, takes PINS batches of one slot, each with a pin and a
   store that takes the pin away, and is then never seen again. Strict (with STRICT), a consumer like any other, comes to
   NEED in steps. Publisher publishes what is missing below NEED, so `published` is NEED-1 at first. Whoever looks for room
   on the claim's behalf, that is the claim itself and whoever passes it the turn, pushes Lossy to what is published.

   Rules, which go on from those of lossy.pml:
     7  Who takes a pin away looks whether any claim waits, not only for one that waits for this position: what the claim
        needs may be further, and pushing can now get it there. Fence before the look.      WAKE_BY_POSITION, NO_FENCE
     8  Who passes the turn pushes for the sake of the first claim; so no claim sleeps because of a lossy consumer without a
        pin. If it is `published` that is short, who publishes passes the turn.             TURN_PUSHES_NOT, PUBLISH_SILENT
   A hang is an invalid end state. */
#ifndef NEED
#define NEED 3
#endif
#ifndef PINS
#define PINS 2
#endif
#define NEVER 250
#define PIN 128

byte lossy;                                  /* a sequence and PIN */
byte strict = NEVER;
byte published = NEED-1;
byte lossyBuffer = NEVER, strictBuffer = NEVER, publishedBuffer = NEVER;
byte wanted = NEVER;
bool lock, roused;

active proctype Drain() {
endDrain: do
  :: d_step { lossyBuffer != NEVER -> lossy = lossyBuffer; lossyBuffer = NEVER }
  :: d_step { strictBuffer != NEVER -> strict = strictBuffer; strictBuffer = NEVER }
  :: d_step { publishedBuffer != NEVER -> published = publishedBuffer; publishedBuffer = NEVER }
  od
}

inline gate(pushes) {
  do
  :: v = lossy;
     if
     :: v < NEED && (pushes) ->              /* with a pin it is not below NEED */
        q = published;
        if
        :: q > v -> d_step { if :: lossy == v -> lossy = q :: else fi }
        :: else -> break
        fi
     :: else -> break
     fi
  od;
  skip;
  d_step { g = v & 127; v = 0; q = 0 };
  d_step { g = (strict < g -> strict : g) }
}

#ifdef BUG_TURN_PUSHES_NOT
#define TURN_PUSHES 0
#else
#define TURN_PUSHES 1
#endif

inline passTurn() {
  atomic { !lock -> lock = 1 };
  if
  :: wanted != NEVER ->
     gate(TURN_PUSHES);
     if :: g >= NEED -> d_step { wanted = NEVER; roused = 1 } :: else -> skip fi
  :: else -> skip
  fi;
  d_step { g = 0; lock = 0 }
}

proctype Lossy() {
  byte p, k, g, v, q;
  do
  :: k == PINS || p >= NEED -> break
  :: else ->
     lossyBuffer == NEVER;                   /* a compare-and-swap */
     d_step { if :: lossy == p -> lossy = p | PIN; v = 1 :: else -> p = lossy; v = 0 fi };
     if
     :: v ->
        v = 0;
        assert(lossy == (p | PIN));          /* nobody moves it */
        p++;
        lossyBuffer = p;
#ifndef BUG_NO_FENCE
        lossyBuffer == NEVER;
#endif
        if
#ifdef BUG_WAKE_BY_POSITION
        :: wanted <= p -> passTurn()
#else
        :: wanted != NEVER -> passTurn()
#endif
        :: else -> skip
        fi;
        k++
     :: else -> skip
     fi
  od
}

#ifdef STRICT
proctype Strict() {
  byte p, g, v, q;
  do
  :: p == NEED -> break
  :: else ->
     if :: p++ :: p = NEED fi;
     strictBuffer = p;
     strictBuffer == NEVER;
     if :: wanted <= p -> passTurn() :: else -> skip fi
  od
}
#endif

proctype Publisher() {
  byte g, v, q;
  publishedBuffer = NEED;
#ifndef BUG_PUBLISH_SILENT
  publishedBuffer == NEVER;
  if :: wanted != NEVER -> passTurn() :: else -> skip fi
#endif
}

proctype Claimer() {
  byte g, v, q;
  bool registered;
  do
  :: gate(1);
     if
     :: g >= NEED -> break
     :: g < NEED && registered -> roused; d_step { registered = 0; roused = 0 }
     :: g < NEED && !registered -> d_step { !lock -> wanted = NEED; registered = 1 }     /* and looks again */
     fi
  od;
  skip;
  d_step { !lock -> wanted = NEVER; roused = 0; g = 0; registered = 0 }
}

init {
  atomic {
    run Lossy(); run Publisher(); run Claimer();
#ifdef STRICT
    strict = 0; run Strict()
#endif
  }
}

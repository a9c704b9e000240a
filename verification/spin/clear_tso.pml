/* Config.Clear under x86 TSO: two consumers hand back the same sequences, each moves its position and then sees to it
   that what both are done with is cleared; a producer waits for `cleared` and moves nothing itself.

   A position may lie in its consumer's store buffer. The count (a locked add) drains it, so if the count comes first,
   whoever is at work looks again at positions that everyone can see. A consumer that first looks whether the gate is
   ahead of `cleared`, and goes away if it is not, needs a fence before that look: otherwise both consumers see the
   other's old position, both go away, and the producer waits for ever.

   -DK positions to move. LOOK_FIRST: looks at the gate before the count, with a fence (allowed).
   BUG_LOOK_FIRST_NO_FENCE: the same without. BUG_TRY_LOCK: the loser leaves nothing behind. */
#ifndef K
#define K 3
#endif
byte position[2];                            /* memory */
byte own[2];                                 /* what the consumer has stored; position..own are in its buffer, FIFO */
byte cleared, clearing;

#if defined(BUG_LOOK_FIRST_NO_FENCE) && !defined(LOOK_FIRST)
#define LOOK_FIRST
#endif

active proctype Drain() {
endDrain: do
  :: d_step { position[0] < own[0] -> position[0]++ }
  :: d_step { position[1] < own[1] -> position[1]++ }
  od
}

proctype Consumer(byte me) {
  byte g, o, n;
  do
  :: own[me] == K -> break
  :: else ->
     own[me] = own[me]+1;
#ifdef LOOK_FIRST
#ifndef BUG_LOOK_FIRST_NO_FENCE
     position[me] == own[me];
#endif
     o = position[1-me];
     if :: (o < own[me] -> o : own[me]) <= cleared -> o = 0; goto next :: else -> o = 0 fi;
#endif
     position[me] == own[me];                /* the add is a locked operation */
     d_step { n = (clearing == 0 -> 1 : 0);
#ifdef BUG_TRY_LOCK
              clearing = 1
#else
              clearing++
#endif
            };
     do
     :: n == 0 -> break
     :: else ->
        g = position[0];
        o = position[1];
        g = (o < g -> o : g); o = 0;
        assert(g >= cleared);
        cleared = g; g = 0;
#ifdef BUG_TRY_LOCK
        d_step { clearing = 0; n = 0 }
#else
        d_step { if :: clearing == n -> clearing = 0; n = 0 :: else -> n = clearing fi }
#endif
     od;
next: skip
  od
}

active proctype Producer() { cleared == K }

init { atomic { run Consumer(0); run Consumer(1) } }

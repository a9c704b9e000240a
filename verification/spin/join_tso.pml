/* The join edge under x86 TSO: a ring of one slot, no consumers in the list, a producer that publishes 0 and wants the
   slot again for 1, and a consumer that joins.

   The producer's gate is Published(), which its own mark has just raised; its own loads see that mark (forwarded from
   its store buffer) before anyone else does. Then it reads the list again and, if nobody has joined, makes the gate a
   limit. The joiner enters the list and then reads Published(): from there on every sequence is its own. If both looks
   may run ahead of the stores before them, the joiner gets 0 and the producer overwrites it: so both sides need
   store->load order, and one alone is not enough.

   BUG_NO_FENCE_JOIN: the joiner reads Published() while its entry is still in its store buffer.
   BUG_NO_FENCE_GATE: the producer reads the list again while its mark is still in its store buffer.
   SELF: the producer's own goroutine runs a consumer that is the only one in the list, so the gate is that consumer's
   position, buffered like the mark. */
#define NOTHING 254
#define TORN 255

byte mark, position;                         /* memory */
byte markInBuffer, positionInBuffer; bool pending;
bool joined, joinPending;
byte slot = NOTHING;
bool ghStarted; byte ghFrom;                 /* the joiner is entitled to everything from ghFrom on */

active proctype DrainProducer() {
endDrain: do :: d_step { pending -> mark = markInBuffer; position = positionInBuffer; pending = 0 } od
}

active proctype DrainJoiner() {
endDrain: do :: d_step { joinPending -> joined = 1; joinPending = 0 } od
}

active proctype Producer() {
  byte gate;
  slot = 0;
  d_step { markInBuffer = 1; positionInBuffer = 1; pending = 1 };  /* publish 0 (SELF: and hand it back) */
again: skip;
#ifdef SELF
  gate = (pending -> positionInBuffer : position);
#else
  gate = (pending -> markInBuffer : mark);
#endif
#ifndef BUG_NO_FENCE_GATE
  !pending;
#endif
  if
  :: joined -> goto fin                      /* starts over and finds the joiner: not followed further */
  :: else -> skip
  fi;
  !pending;                                  /* the claim's CAS is a locked operation */
  if
  :: gate+1 >= 2 ->
     assert(!(ghStarted && ghFrom == 0));    /* the joiner still has to read it */
     slot = TORN; slot = 1;
     d_step { markInBuffer = 2; pending = 1 }
  :: else -> goto again
  fi;
fin: skip
}

active proctype Joiner() {
  byte v;
  joinPending = 1;
#ifndef BUG_NO_FENCE_JOIN
  !joinPending;
#endif
  d_step { ghFrom = mark; ghStarted = 1 };
  !joinPending;                              /* FIFO: its position is seen after its entry */
  if
  :: ghFrom == 0 -> mark >= 1; v = slot; assert(v == 0)
  :: else -> skip
  fi
}

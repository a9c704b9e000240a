/* The table of aborted sequences, and who reads it: a consumer that follows the ring and a stage behind it.

   Block k says which of the sequences [B*k, B*(k+1)) are aborted. It is an immutable {index, bits} behind the pointer
   table[k % SIZE]; SIZE*B >= N + B-1, so two sequences of different blocks of one entry lie a lap or more apart. Who aborts
   a range puts, for each block that the range overlaps, a new {k, bits of k | mine} in the place of what it has loaded, by
   a compare-and-swap; an entry with another index is an older one, and no bits are taken over from it. Then it raises
   last, the greatest end of an aborted range, and then it stores the mark, or moves the cursor. Consumers look into the
   table only while last, or the end of an aborted range that they have scanned, is ahead of them; an entry with another
   index says that nothing of the block is aborted.

   Each step is one access to a shared word, sequentially consistent. x86 TSO adds nothing: entries and last change by
   locked operations, a store of a mark, cursor or position is made visible after them and in order, loads are in order
   too, and nobody relies on its store being seen before its own next load. What does rely on that, as claims, limits and
   joining, is in ring.pml, cursor.pml and join_tso.pml; here a claim finds room if it is within a lap of the stage, and a
   wait is a wait for what ends it, so a hang is an invalid end state.

   Names starting with gh are ghosts, for asserts and for the end of the run only.

   Size:     N slots, B sequences to a block, P producers (1 or 2) of K0, K1 claims of up to MAXN slots (1 or 2).
   Options:  SPLIT (a claim of two in parts, in any order), ABORTALL, CURSOR (Single ring: P=1, a cursor in the place of marks).
   Variants: LAST_FIRST. BUG_*, one at a time: README.md. */
#ifndef N
#define N 2
#endif
#ifndef B
#define B 2
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

#ifdef BUG_TABLE_SHORT
#define SIZE ((N + B-1 + B-1) / B - 1)
#else
#define SIZE ((N + B-1 + B-1) / B)
#endif

#define ABORTED 128
#define NONE 255                             /* the index of an entry that has never been set */
#define HAS(set, i) (((set) >> (i)) & 1)
#define AT(k) ((k) % SIZE)

byte claim;
byte mark[N];                                /* an abort's mark ^to is ABORTED|to */
byte cursor;
byte index[SIZE] = NONE, bits[SIZE];         /* an entry changes as a whole: it is one pointer */
byte last;
byte position[2];

int ghDone, ghAborted;                       /* sequences published or aborted; aborted */
byte ghFirst;                                /* the first sequence that is neither; P=1: where the cursor belongs */
byte ghProducersDone;

/* the mark of [from, to); the cursor moves over parts that went ahead as well */
inline finish(from, to, ab) {
  d_step {
    mark[(from) % N] = (ab -> ABORTED : 0) | (to);
    h = from;
    do
    :: h < to -> ghDone = ghDone | (1<<h); ghAborted = ghAborted | ((ab -> 1 : 0)<<h); h++
    :: else -> break
    od;
    do :: HAS(ghDone, ghFirst) -> ghFirst++ :: else -> break od;
    h = 0;
    cursor = ghFirst
  }
}

inline raiseLast(to) {
#ifdef BUG_LAST_STORED
  last = to
#else
  d_step { last = (last < to -> to : last) }
#endif
}

inline enterAborts(from, to) {
  k = from / B;
  do
  :: k > (to-1) / B -> break
#ifdef BUG_FIRST_BLOCK_ONLY
  :: k > from / B -> break
#endif
  :: k <= (to-1) / B ->
     d_step { oi = index[AT(k)]; ob = bits[AT(k)] };
     d_step {
#ifdef BUG_ENTRY_STORED
       done = 1;
#else
       done = (index[AT(k)] == oi && bits[AT(k)] == ob);
#endif
       if
       :: done ->
#ifndef BUG_TABLE_SHORT
          assert(oi == NONE || oi <= k);     /* no entry of a later lap */
          if                                 /* what is dropped, the stage has passed */
          :: oi < k -> h = 0; do :: h < B -> assert(!HAS(ob, h) || position[1] > oi*B + h); h++ :: else -> break od
          :: else
          fi;
#endif
#ifndef BUG_TAKES_OVER
          if :: oi != k -> ob = 0 :: else fi;
#endif
          h = from;
          do :: h < to -> if :: h / B == k -> ob = ob | (1 << (h % B)) :: else fi; h++ :: else -> break od;
          h = 0;
          index[AT(k)] = k; bits[AT(k)] = ob;
          k++
       :: else ->                            /* somebody else changed the entry */
#ifdef BUG_ONE_TRY
          k++
#endif
       fi;
       done = 0; oi = 0; ob = 0 }
  od;
  k = 0
}

proctype Producer(byte id) {
  byte claims, n, c, from, to, h;
  byte rest = NONE;                          /* the start of the other part */
  byte k, oi, ob;                            /* oi, ob: the entry that was loaded */
  bool ab, done;
  do
  :: claims == (id == 0 -> K0 : K1) -> break
  :: else ->
     if
     :: n = 1
#if MAXN > 1
     :: n = 2
#endif
     fi;
     d_step { claim + n <= position[1] + N -> c = claim; claim = claim + n };
     if
     :: from = c; to = c+n
#ifdef SPLIT
     :: n == 2 -> from = c; to = c+1; rest = c+1
     :: n == 2 -> from = c+1; to = c+2; rest = c
#endif
     fi;
     n = 0;
     do
     :: if
#ifndef ABORTALL
        :: ab = 0
#endif
        :: ab = 1
        fi;
        if
        :: !ab -> finish(from, to, ab)
        :: else ->
#if defined(BUG_MARK_BEFORE_TABLE)
           finish(from, to, ab); enterAborts(from, to); raiseLast(to)
#elif defined(BUG_MARK_BEFORE_LAST)
           enterAborts(from, to); finish(from, to, ab); raiseLast(to)
#elif defined(LAST_FIRST)
           raiseLast(to); enterAborts(from, to); finish(from, to, ab)
#else
           enterAborts(from, to); raiseLast(to); finish(from, to, ab)
#endif
        fi;
        if
        :: rest == NONE -> break
        :: else -> d_step { from = rest; to = rest+1; rest = NONE; ab = 0 }
        fi
     od;
     skip;                                   /* Spin lets no break jump into a d_step */
     d_step { claims++; c = 0; from = 0; to = 0; ab = 0 }
  od;
  skip;
  d_step { claims = 0; ghProducersDone++ }
}

/* what the entry of m's block says of the block */
#ifdef BUG_IGNORES_INDEX
#define BITS(m) (bits[AT((m) / B)])
#else
#define BITS(m) (index[AT((m) / B)] == (m) / B -> bits[AT((m) / B)] : 0)
#endif

/* m moves up to e, as long as sequences are aborted, or, if not, are not; an entry a step */
inline pass(m, e, aborted) {
  do
  :: d_step {
       h = BITS(m); k = m / B; stopped = 0;
       do
       :: m < e && m / B == k && HAS(h, m % B) == aborted -> m++
       :: else -> break
       od;
       stopped = (m == e || m / B == k);
       h = 0; k = 0 };
     if :: stopped -> stopped = 0; break :: else -> skip fi
  od
}

proctype Consumer(byte me) {                 /* 0 follows the ring, 1 follows 0 */
  byte q, m, e, h, k;
  byte ready, abortedTo;                     /* what 0 has scanned; the greatest end of an aborted range there */
  byte known;
  bool stopped;
  do
  :: q == claim && ghProducersDone == P -> break
  :: else ->
     if
     :: me == 1 ->
#ifdef BUG_STAGE_READS_LAST_FIRST
        known = last;
        (position[0] > q || ghProducersDone == P && q == claim || last != known);
        e = position[0]
#else
        (position[0] > q || ghProducersDone == P && q == claim);
        e = position[0];
        known = last
#endif
     :: me == 0 ->
#ifdef CURSOR
        (cursor > q || ghProducersDone == P && q == claim);
#ifdef BUG_READS_LAST_FIRST
        known = last; e = cursor
#else
        e = cursor; known = last
#endif
#else
        do
        :: d_step {
             m = mark[ready % N];
             if
             :: m % ABORTED > ready -> ready = m % ABORTED; if :: m > ABORTED -> abortedTo = ready :: else fi
             :: else -> stopped = 1
             fi;
             m = 0 };
           if :: stopped -> stopped = 0; break :: else -> skip fi
        od;
        e = ready; known = abortedTo;
        if :: e == q -> (mark[ready % N] % ABORTED > ready || ghProducersDone == P && q == claim) :: else -> skip fi
#endif
     fi;
     if
     :: e <= q -> skip
     :: e > q ->
        m = q;
        if :: known > q -> pass(m, e, 1) :: else -> skip fi;
        if
        :: m > q ->                          /* steps over them */
           d_step { h = q; do :: h < m -> assert(HAS(ghAborted, h)); h++ :: else -> break od; h = 0 }
        :: else ->
           if :: known > q -> pass(m, e, 0) :: else -> m = e fi;
           skip;
           d_step {                          /* is handed [q, m), and hands it back whole or in part */
             h = q; do :: h < m -> assert(HAS(ghDone, h) && !HAS(ghAborted, h)); h++ :: else -> break od; h = 0 };
           if
           :: m > q+1 -> m = q+1
           :: skip
           fi
        fi;
        q = m;
        position[me] = q
     fi;
     d_step { m = 0; e = 0; known = 0 }
  od;
  skip;
  d_step { q = 0; ready = 0; abortedTo = 0 }
}

init {
  atomic {
    byte i;
    do :: i < P -> run Producer(i); i++ :: else -> break od; i = 0;
    run Consumer(0);
    run Consumer(1)
  }
}

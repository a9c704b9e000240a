#!/usr/bin/env bash
# Checks the models: run.sh [quick|full]
#
# A line for each configuration of the protocol as designed, which must finish without an error, and one for each seeded
# bug, which must be found in a configuration that is free of errors without it: so a bug's verdict speaks of the bug.
# Exits 1 if a configuration fails or does not finish, or if a bug survives.
#
# Environment: JOBS, how many verifiers run at once (quick: 2, full: 1); FILTER, a regular expression on the name column.
set -euo pipefail

speed=${1:-quick}
case $speed in
# short searches: optimizing would take longer than it saves
quick) jobs=${JOBS:-2} limit=60 memory=1000 hash=20 optimize=-O0 ;;
full) jobs=${JOBS:-1} limit=300 memory=4000 hash=25 optimize=-O2 ;;
*)
	echo "usage: $0 [quick|full]" >&2
	exit 2
	;;
esac
for tool in spin gcc timeout; do
	command -v "$tool" >/dev/null || {
		echo "$0: needs $tool in PATH (Debian: apt-get install spin gcc coreutils)" >&2
		exit 2
	}
done
filter=${FILTER:-.}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

names=() bugs=()
declare -A model_of defs_of speed_of

# good SPEED NAME MODEL DEFS...
good() {
	names+=("$2")
	speed_of[$2]=$1 model_of[$2]=$3 defs_of[$2]="${*:4}"
}
# bug FLAG CONFIGURATION...: each in turn must kill it
bug() {
	local flag=$1 config
	shift
	for config; do bugs+=("$flag $config"); done
}

# --- ring.pml ---
one="-DN=1 -DMAXN=1"
two="-DN=2 -DMAXN=1"
stage="-DNC=2 -DINITMASK=3 -DAFTER1=1"
good quick no-consumers ring $one -DNC=1 -DINITMASK=0 -DLOOK=2 -DK0=2 -DK1=1
good quick laps-look ring $two -DNC=1 -DINITMASK=0 -DLOOK=1 -DK0=3 -DK1=2
good quick join-empty ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DK0=2 -DK1=1
good quick join-second ring $one -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DK0=1 -DK1=1
good quick join-stage ring $one -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DK0=1 -DK1=1
good quick close-any ring $one -DNC=1 -DK0=1 -DK1=1 -DCLOSEANY
good quick stage-leave ring -DP=1 $one $stage -DLEAVEMASK=1 -DABORT -DK0=2
good quick stage-ranges ring -DP=1 -DN=2 $stage -DLEAVEMASK=1 -DABORT -DK0=2
good full three-leave ring -DP=1 $one -DNC=3 -DINITMASK=7 -DAFTER1=1 -DLEAVEMASK=5 -DABORT -DABORTALL -DK0=1
good quick join-abort ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DABORT -DABORTALL -DK0=1 -DK1=1
good quick ranges-look ring -DN=2 -DNC=1 -DINITMASK=0 -DLOOK=1 -DFIXN -DK0=1 -DK1=2
good quick join-empty-look ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DLOOK=1 -DK0=1 -DK1=1
good quick join-stage-raise ring -DP=1 $one -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DRAISE=1 -DK0=2
good quick stage-leave-raise ring -DP=1 $one $stage -DLEAVEMASK=1 -DABORT -DCHECK -DRAISE=1 -DK0=2
good quick three-leave-raise ring -DP=1 $one -DNC=3 -DINITMASK=7 -DAFTER1=1 -DLEAVEMASK=5 -DABORT -DABORTALL -DCHECK -DRAISE=1 -DK0=1
good quick join-table ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DABORT -DCHECK -DTABLE=1 -DK0=2 -DK1=1
good quick clear-two ring $one -DNC=2 -DINITMASK=3 -DK0=1 -DK1=1 -DCLEAR
good quick clear-leave ring -DP=1 $one -DNC=2 -DINITMASK=3 -DLEAVEMASK=1 -DK0=2 -DCLEAR
good quick clear-join ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DK0=2 -DK1=1 -DCLEAR

good full look-gate-raises ring $two -DNC=1 -DINITMASK=0 -DLOOK=1 -DK0=3 -DK1=2 -DGATE_RAISES
good full look-raise-lapped ring $two -DNC=1 -DINITMASK=0 -DLOOK=1 -DK0=3 -DK1=2 -DRAISE_LAPPED
good full join-gate-raises ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DLOOK=1 -DK0=2 -DK1=1 -DGATE_RAISES
good full join-empty-look-2 ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DLOOK=1 -DK0=2 -DK1=1
good full join-abort-look ring $two -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DABORT -DCHECK -DLOOK=1 -DK0=1 -DK1=1
good full join-stage-look ring $one -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DLOOK=1 -DK0=1 -DK1=1
good full join-leave-raise ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DRAISE=1 -DK0=2 -DK1=1
good full stage-leave-look ring -DP=1 $one $stage -DLEAVEMASK=1 -DABORT -DCHECK -DLOOK=1 -DK0=2
good full stage-laps-raise ring -DP=1 $two $stage -DLEAVEMASK=1 -DABORT -DCHECK -DRAISE=1 -DK0=3
good full stage-ranges-look ring -DP=1 -DN=2 $stage -DLEAVEMASK=1 -DABORT -DLOOK=1 -DK0=2
good full stage-2-raise ring -DN=2 $stage -DLEAVEMASK=1 -DABORT -DCHECK -DFIXN -DRAISE=1 -DK0=1 -DK1=2
good full three-leave-look ring -DP=1 $one -DNC=3 -DINITMASK=7 -DAFTER1=1 -DLEAVEMASK=5 -DABORT -DABORTALL -DCHECK -DLOOK=1 -DK0=1
good full three-leave-raise-2 ring -DP=1 $two -DNC=3 -DINITMASK=7 -DAFTER1=1 -DLEAVEMASK=5 -DABORT -DABORTALL -DCHECK -DRAISE=1 -DK0=2
good full join-table-2 ring $two -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DABORT -DCHECK -DTABLE=2 -DK0=2 -DK1=2
good full join-table-laps ring -DP=1 $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DABORT -DCHECK -DTABLE=1 -DK0=4
good full stage-table ring -DP=1 $two $stage -DLEAVEMASK=1 -DABORT -DCHECK -DTABLE=2 -DK0=4
good full clear-join-raise ring $one -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DRAISE=1 -DK0=2 -DK1=1 -DCLEAR
good full n1-abort ring $one -DNC=1 -DINITMASK=0 -DLOOK=2 -DABORT -DK0=2 -DK1=2
good full n1-chain ring $one -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DK0=2 -DK1=1
good full split ring -DN=2 -DNC=1 -DABORT -DSPLIT -DFIXN -DK0=2 -DK1=2
good full split-4 ring -DN=4 -DNC=1 -DABORT -DSPLIT -DFIXN -DK0=2 -DK1=2
good full split-4-look ring -DN=4 -DNC=1 -DINITMASK=0 -DLOOK=2 -DABORT -DSPLIT -DFIXN -DK0=1 -DK1=2
good full split-4-stage ring -DN=4 $stage -DABORT -DSPLIT -DFIXN -DK0=1 -DK1=2
good full stage-2 ring -DN=2 $stage -DLEAVEMASK=1 -DABORT -DFIXN -DK0=1 -DK1=2
good full stage-4 ring -DN=4 $stage -DLEAVEMASK=1 -DABORT -DFIXN -DK0=2 -DK1=1
good full close-stage ring -DN=2 $stage -DCLOSEANY -DABORT -DFIXN -DK0=1 -DK1=2
good full chain-of-3 ring -DN=2 -DNC=3 -DINITMASK=7 -DAFTER1=1 -DAFTER2=2 -DLEAVEMASK=3 -DABORT -DFIXN -DK0=1 -DK1=1
good full diamond ring $two -DNC=3 -DINITMASK=7 -DAFTER2=3 -DLEAVEMASK=3 -DABORT -DK0=1 -DK1=1
good full join-abort-1 ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DABORT -DK0=1 -DK1=1
good full three-leave-2 ring -DP=1 $two -DNC=3 -DINITMASK=7 -DAFTER1=1 -DLEAVEMASK=5 -DABORT -DK0=2
good full join-abort-2 ring $two -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DABORT -DK0=2 -DK1=2
good full join-both ring $two -DNC=2 -DINITMASK=0 -DJOINMASK=3 -DK0=2 -DK1=1
good full join-laps ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DK0=2 -DK1=2
good full join-4 ring -DN=4 -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DFIXN -DK0=1 -DK1=2
good full join-leave ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DAFTER1=1 -DLEAVEMASK=1 -DK0=2 -DK1=1
good full leave-look ring $two -DNC=1 -DLEAVEMASK=1 -DLOOK=1 -DK0=3 -DK1=2
good full join-leave-look ring $two -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DLEAVEMASK=1 -DLOOK=1 -DK0=2 -DK1=2
good full clear-laps ring $one -DNC=2 -DINITMASK=3 -DK0=2 -DK1=1 -DCLEAR
good full clear-join-abort ring $two -DNC=2 -DINITMASK=1 -DJOINMASK=2 -DABORT -DK0=1 -DK1=1 -DCLEAR
good full clear-stage ring -DN=2 $stage -DLEAVEMASK=1 -DABORT -DFIXN -DK0=1 -DK1=1 -DCLEAR
good full clear-join-leave ring $two -DNC=1 -DINITMASK=0 -DJOINMASK=1 -DLEAVEMASK=1 -DK0=2 -DK1=1 -DCLEAR

bug LIMIT_LIST_ONCE join-empty
bug WALK_FROM_AVAILS_ONLY join-empty
bug JOIN_LOOKS_FIRST join-empty
bug JOIN_HOLDS_NOTHING join-second
bug NO_GATE_WITHOUT_CONSUMERS join-empty
bug STORE_PUBLISHED no-consumers stage-leave-raise
bug WALK_NOT_STORED no-consumers
bug RAISE_LAPPED_MARK laps-look
bug RAISE_OPEN stage-leave-raise
bug RAISE_WITHIN ranges-look
bug NO_LAP_LIMIT laps-look
bug INHERIT_LOWER join-stage
bug CHAIN_END_GATE join-stage
bug INHERIT_NO_LIST stage-leave
bug INHERIT_NO_BOUNDARY stage-ranges
bug INHERIT_ABORTED_FIRST three-leave
bug LEAVE_WITHOUT_RAISE stage-leave
bug STAGE_READS_LASTABORT_FIRST stage-leave
bug MARK_BEFORE_LIST stage-leave
bug NO_STEP_OVER stage-leave
bug CLOSED_BESIDE_CLAIM close-any
bug PRUNE_LIST_ONCE join-abort
bug PRUNE_TO_CLAIM join-abort
bug TABLE_SHORT stage-table
bug CLEAR_TRY_LOCK clear-two
bug CLEAR_STORE_FIRST clear-two
bug CLEAR_LIST_ONCE clear-join
bug CLEAR_NOT_ON_JOIN clear-join
bug CLEAR_NOT_ON_LEAVE clear-leave

# --- aborts.pml ---
good quick aborts aborts -DK0=2 -DK1=2
good quick aborts-blocks aborts -DB=1 -DK0=2 -DK1=1
good quick aborts-cursor aborts -DP=1 -DCURSOR -DSPLIT -DK0=3
good full aborts-last-first aborts -DK0=2 -DK1=2 -DLAST_FIRST
good full aborts-1 aborts -DN=1 -DMAXN=1 -DK0=3 -DK1=2
good full aborts-3 aborts -DN=3 -DK0=2 -DK1=2
good full aborts-4 aborts -DN=4 -DK0=2 -DK1=2
good full aborts-blocks-2 aborts -DB=1 -DK0=3 -DK1=2
good full aborts-block-of-4 aborts -DB=4 -DK0=3 -DK1=2
good full aborts-laps aborts -DK0=3 -DK1=3
good full aborts-parts aborts -DSPLIT -DK0=2 -DK1=2
good full aborts-parts-blocks aborts -DB=1 -DSPLIT -DK0=2 -DK1=2
good full aborts-cursor-laps aborts -DP=1 -DCURSOR -DSPLIT -DK0=5
good full aborts-cursor-4 aborts -DN=4 -DP=1 -DCURSOR -DSPLIT -DK0=4
bug TABLE_SHORT aborts aborts-4
bug TAKES_OVER aborts
bug ENTRY_STORED aborts
bug IGNORES_INDEX aborts
bug FIRST_BLOCK_ONLY aborts-blocks
bug MARK_BEFORE_TABLE aborts aborts-cursor
bug MARK_BEFORE_LAST aborts
bug LAST_STORED aborts
bug READS_LAST_FIRST aborts-cursor
bug STAGE_READS_LAST_FIRST aborts

# --- cursor.pml ---
stage="-DNC=2 -DINITMASK=3 -DSTAGE"
join="-DINITMASK=0 -DJOINMASK=1"
second="-DNC=2 -DINITMASK=1 -DJOINMASK=2"
good quick cursor-parts cursor -DN=3 -DMAXN=3 -DK=1
good quick cursor-stage cursor $one $stage -DLEAVEMASK=1 -DK=3
good quick cursor-join cursor $join -DK=2
good full cursor-not-stored cursor $join -DK=2 -DNOT_STORED
good full cursor-parts-2 cursor -DN=3 -DMAXN=3 -DK=2
good full cursor-parts-stage cursor -DN=3 -DMAXN=3 $stage -DK=1
good full cursor-parts-join cursor -DN=3 -DMAXN=3 $join -DK=2
good full cursor-stage-2 cursor $stage -DLEAVEMASK=1 -DK=2
good full cursor-join-3 cursor $join -DK=3
good full cursor-join-laps cursor $one $second -DK=3
good full cursor-join-second cursor $second -DK=2
good full cursor-join-stage cursor $second -DSTAGE -DLEAVEMASK=1 -DK=2
bug CURSOR_BEFORE_LIST cursor-parts
bug ABORTED_FIRST cursor-parts
bug STAGE_ABORTED_FIRST cursor-stage
bug PRUNE_TO_CURSOR cursor-parts
bug OVER_A_HOLE cursor-parts
bug NOT_OVER_AHEAD cursor-parts
bug TAKE_BACK_BELOW cursor-join
bug JOIN_LOOKS_FIRST cursor-join
bug JOIN_HOLDS_NOTHING cursor-join
bug GATE_OF_CLAIM cursor-join
bug GATE_LIST_ONCE cursor-join
bug NO_FENCE_GATE cursor-not-stored
bug PUBLISHED_OVERTAKES cursor-join

# --- the Dekker pairs under TSO ---
good quick single single_close -DK=2
good quick single-3 single_close -DK=3
good quick single-fence single_close -DK=3 -DPRODUCER_FENCE
good quick single-mark single_close -DK=2 -DMARK_AT_ONCE
good full single-4 single_close -DK=4
good full single-4-slots single_close -DK=3 -DN=4
good full single-2-closers single_close -DK=2 -DCLOSERS=2
good full single-mark-2-closers single_close -DK=2 -DCLOSERS=2 -DMARK_AT_ONCE
bug NO_FENCE single single-mark
bug REFUSE_WITHOUT_LOOK single
bug TAKE_BACK_WITHOUT_LOOK single
bug END_BY_CONSUMER single
bug CLAIM_AFTER_CLOSED single-mark
bug END_EQUAL single-mark

good quick join join_tso
good quick join-self join_tso -DSELF
bug NO_FENCE_JOIN join join-self
bug NO_FENCE_GATE join join-self

good quick clear-count clear_tso
good quick clear-look clear_tso -DLOOK_FIRST
bug TRY_LOCK clear-count
bug LOOK_FIRST_NO_FENCE clear-look

# --- alert.pml ---
marks="-DMARKS -DW=2 -DSTEP=2"
good quick alert alert -DK=2
good quick alert-lone alert -DS=1 -DK=3
good quick alert-two-wakers alert -DW=2 -DK=1
good quick alert-marks alert $marks -DS=1 -DK=2
good quick alert-marks-far alert -DMARKS -DW=2 -DSTEP=4 -DS=1 -DK=2
good quick alert-cancel alert -DK=1 -DCANCEL=1
good quick alert-raised alert -DK=2 -DRAISED
good quick alert-clears-bit alert -DK=2 -DCLEARS_BIT
good quick alert-lowered-first alert -DK=2 -DLOWERED_FIRST
good quick alert-looks-once alert $marks -DS=1 -DK=2 -DLOOKS_ONCE
good full alert-4 alert -DK=4
good full alert-3-sleepers alert -DS=3 -DK=1
good full alert-two-wakers-2 alert -DW=2 -DK=2
good full alert-marks-readers alert $marks -DK=1
good full alert-marks-far-2 alert -DMARKS -DW=2 -DSTEP=4 -DK=2
good full alert-cancel-2 alert -DK=2 -DCANCEL=2
good full alert-looks-once-2 alert -DMARKS -DW=2 -DSTEP=4 -DK=2 -DLOOKS_ONCE
bug NO_FENCE alert-lone
bug NO_PROCESS_FENCE alert-lone
bug FENCES_ONE alert-two-wakers
bug LOOK_FIRST alert-lone
bug RAISED_LATE alert-lone
bug NO_SECOND_LOOK alert-lone
bug RAISE_NOT_ATOMIC alert-lone alert
bug SETTLED_FIRST alert
bug SETTLED_LATE alert-lone alert
bug NEVER_SETTLED alert-lone
bug ADDS_BIT alert
bug LAST_TAKES_DOWN alert-lone
bug RELAX_STORES alert-lone alert
bug ONE_STEP alert-marks

# --- park.pml ---
good quick park park -DNC=1 -DP=1 -DK=2
good quick park-alert park -DNC=1 -DP=1 -DK=2 -DALERT
good quick park-two-readers park -DNC=2 -DP=1 -DK=3 -DNOCLOSE
good quick park-gate-outside park -DNC=2 -DP=1 -DK=3 -DNOCLOSE -DGATE_OUTSIDE_LOCK
good quick park-keys park -DNC=2 -DP=2 -DK=1 -DN=2 -DNOCLOSE
good quick park-queue park -DNC=1 -DP=2 -DK=2 -DK1=1
good quick park-cancel park -DNC=1 -DP=2 -DK=2 -DK1=1 -DCANCELMASK=2
good quick park-close park -DNC=1 -DP=2 -DK=1 -DCLOSEANY
good quick park-leave park -DNC=1 -DP=2 -DK=1 -DLEAVE
good quick park-no-consumers park -DNC=1 -DINLIST=0 -DP=2 -DK=1
good quick park-stage park -DNC=2 -DP=1 -DK=2 -DSTAGE -DLEAVE
good quick park-own-claim park -DNC=1 -DP=1 -DN=2 -DK=4 -DHOLD
good quick park-reader-cancel park -DNC=2 -DP=1 -DK=2 -DWAKEUPS=1
good quick park-select park -DNC=2 -DP=1 -DK=2 -DWAKEUPS=1 -DSELECT -DALERT
good quick park-select-stage park -DNC=2 -DP=1 -DK=2 -DSTAGE -DLEAVE -DSELECT
good full park-select-close park -DNC=1 -DP=2 -DK=2 -DK1=1 -DCLOSEANY -DWAKEUPS=1 -DSELECT -DALERT
good full park-select-leave park -DNC=2 -DP=1 -DK=2 -DSTAGE -DLEAVE -DWAKEUPS=1 -DSELECT -DALERT
good full park-2-2 park -DNC=2 -DP=2 -DK=2 -DK1=1
good full park-close-2 park -DNC=1 -DP=2 -DK=2 -DCLOSEANY
good full park-queue-2 park -DNC=1 -DP=2 -DK=2
good full park-looks-first park -DNC=1 -DP=2 -DK=2 -DLOOKS_FIRST
good full park-close-readers park -DNC=2 -DP=2 -DK=1 -DCLOSEANY
good full park-cancel-both park -DNC=1 -DP=2 -DK=2 -DCANCELMASK=3
good full park-3 park -DNC=1 -DP=3 -DK=1 -DNOCLOSE
good full park-3-cancel park -DNC=1 -DP=3 -DK=1 -DCANCELMASK=2
good full park-ranges park -DNC=2 -DP=2 -DK=1 -DN=2 -DTWO
good full park-leave-2 park -DNC=1 -DP=2 -DK=2 -DLEAVE
good full park-stage-leave park -DNC=2 -DP=2 -DK=1 -DSTAGE -DLEAVE
good full park-alert-readers park -DNC=2 -DP=1 -DK=3 -DNOCLOSE -DALERT
good full park-alert-queue park -DNC=1 -DP=2 -DK=2 -DK1=1 -DALERT
good full park-alert-close park -DNC=1 -DP=2 -DK=1 -DCLOSEANY -DALERT
good full park-alert-leave park -DNC=1 -DP=2 -DK=1 -DLEAVE -DALERT
good full park-alert-stage park -DNC=2 -DP=1 -DK=2 -DSTAGE -DLEAVE -DALERT
bug NO_FENCE_PUBLISH park park-alert
bug NO_FENCE_DONE park park-alert
bug NO_PROCESS_FENCE park-alert
bug NO_SECOND_LOOK park
bug NO_SECOND_TRY park
bug NO_WANT park
bug WAKE_IF_EQUAL park-keys
bug GATE_BEFORE_POSITION park-two-readers
bug TURN_WITHOUT_LOOK park-queue
bug TURN_ROUSES_NOBODY park-queue
bug NO_TURN park-queue
bug CANCEL_SWALLOWS_TURN park-cancel
bug CLOSE_WAKES_NOBODY park
bug CLOSE_WAKES_FIRST park
bug LEAVE_WAKES_NOBODY park-leave
bug PUBLISH_WAKES_NO_CLAIM park-no-consumers
bug SLEEPS_ON_WHO_LEFT park-stage
bug WANT_WHOLE_RING park-own-claim
bug NO_SECOND_LOOK park-select
bug REGISTERS_LATE park-select
bug LOOKS_ONCE park-select
bug FORGETS_LATE park-select
bug SLEEPS_ON_WHO_LEFT park-select-stage

# --- workers.pml ---
back="-DLEAVEMASK=1 -DHANDBACK"
good quick workers workers -DE=2
good quick workers-order workers -DOUTOFORDER
good quick workers-leave workers $back -DE=2
good quick workers-abort workers $back -DABORT -DE=2
good quick workers-stage workers -DSTAGE -DLEAVE -DE=2
good quick workers-park workers $one -DPARK -DE=2
good quick workers-park-leave workers $one $back -DPARK -DE=2
good quick workers-fast workers $back -DFAST -DE=2
good quick workers-cursor workers $back -DCURSOR -DE=2
good full workers-cut-first workers -DABORT -DCUT_FIRST -DE=2
good full workers-laps workers -DOUTOFORDER -DE=4
good full workers-4 workers -DN=4 -DOUTOFORDER -DE=4
good full workers-three workers -DW=3 -DLEAVEMASK=3 -DHANDBACK -DE=2
good full workers-follower workers -DFOLLOWER $back -DE=2
good full workers-abort-laps workers -DABORT
good full workers-stage-laps workers -DSTAGE -DLEAVE
good full workers-stage-abort workers -DSTAGE -DLEAVE -DABORT -DE=2
good full workers-stage-leave workers $one -DSTAGE -DLEAVE $back -DABORT -DE=2
good full workers-park-ranges workers $back -DPARK -DE=2
good full workers-park-follower workers $one -DFOLLOWER -DPARK -DE=2
good full workers-stage-park workers $one -DSTAGE -DLEAVE -DPARK -DE=1
good full workers-stage-back workers $one $back -DSTAGE -DPARK -DE=2
good full workers-stage-park-2 workers $one $back -DSTAGE -DLEAVE -DPARK -DE=2
good full workers-fast-order workers -DFAST -DOUTOFORDER -DE=4
good full workers-fast-follower workers $one $back -DFAST -DFOLLOWER -DPARK -DE=2
good full workers-cursor-park workers $one $back -DCURSOR -DPARK -DE=3
bug NO_FENCE_HELP workers
bug HELP_ONCE workers
bug TAIL_STORE workers
bug NO_AVAIL workers
bug NO_LAP_CHECK workers-order
bug EXIT_EARLY workers-leave
bug LAST_SILENT workers-park
bug HANDBACK_SILENT workers-park-leave
bug HANDBACK_SKIPS_RING workers-park-leave
bug HANDBACK_SKIPS_GROUP workers-park-leave
bug HANDBACK_SKIPS_AHEAD workers-stage-back
bug IDLE_IGNORES_RETURNED workers-park-leave
bug IDLE_IGNORES_MARK workers-park
bug IDLE_IGNORES_END workers-park
bug IDLE_IGNORES_LIST workers-stage-park
bug STAGE_RAISES workers-stage
bug INHERIT_FROM_NEXT workers-stage
bug LEAVE_WITHOUT_RAISE workers-stage
bug LAST_FIRST workers-abort
bug OWN_WALK_ONLY workers-abort
bug MARK_BEFORE_LAST workers-abort
bug ABORTED_LEFT workers-abort
bug RETURNED_UNCUT workers-abort
bug TABLE_SHORT workers-abort
bug FAST_NO_HELP workers-fast
bug FAST_NO_FENCE workers-fast

# --- keyed.pml ---
join="-DINITMASK=1 -DJOINMASK=2 -DKEYS=6"
good quick keyed keyed -DABORTED=4
good quick keyed-1 keyed -DN=1 -DABORTED=2 -DE=2
good quick keyed-join keyed $join -DE=2
good quick keyed-leave keyed -DN=1 -DLEAVEMASK=1 -DE=1 -DKEYS=0
good quick keyed-park keyed -DN=1 -DPARK -DE=1
good full keyed-3 keyed -DE=4 -DKEYS=6
good full keyed-follower keyed $join -DFOLLOWER
good full keyed-join-2 keyed $join
good full keyed-leave-2 keyed -DLEAVEMASK=1 -DFOLLOWER -DKEYS=4
good full keyed-leave-3 keyed -DLEAVEMASK=1
good full keyed-seldom keyed -DLEAVEMASK=1 -DSELDOM
good full keyed-stays keyed $join -DSTAYS
good full keyed-prompt keyed -DPROMPT -DSETTLES
good full keyed-last keyed -DINITMASK=1 -DJOINMASK=2 -DLEAVEMASK=1
good full keyed-last-aborted keyed -DINITMASK=1 -DJOINMASK=2 -DLEAVEMASK=1 -DE=2 -DABORTED=1
good full keyed-once keyed -DLEAVEMASK=1 -DONCE
good full keyed-three keyed -DN=1 -DW=3 -DINITMASK=3 -DJOINMASK=4 -DLEAVEMASK=1 -DE=1 -DKEYS=1
good full keyed-two-leave keyed -DN=1 -DW=3 -DINITMASK=7 -DLEAVEMASK=3 -DE=1 -DKEYS=0
good full keyed-park-2 keyed -DN=1 -DPARK -DE=2
good full keyed-park-3 keyed -DPARK
good full keyed-park-join keyed $join -DPARK -DE=2
good full keyed-park-leave keyed -DN=1 -DLEAVEMASK=1 -DPARK -DE=1 -DKEYS=0
good full keyed-park-open keyed -DLEAVEMASK=1 -DPARK -DE=2 -DKEYS=3 -DOPEN
good full keyed-park-left keyed -DLEAVEMASK=1 -DPARK -DE=2 -DKEYS=2 -DOPEN
bug KEYED_FIRST keyed
bug ABORTED_UNKEYED keyed
bug KEYED_STALE keyed
bug SEAT_FIRST keyed
bug NO_FENCE keyed
bug END_UNSETTLED keyed
bug HANDED_UNSETTLED keyed-prompt
bug POSITION_STORED keyed
bug NO_BARRIER keyed-join-2
bug LEAVES_NO_BARRIER keyed-leave-2
bug LOOKS_BEFORE keyed-leave-2
bug JOIN_BESIDE keyed-join
bug SEAT_LATE keyed-join
bug SEAT_ABOVE keyed-join
bug SEAT_BELOW keyed-join-2
bug REMOVED_EARLY keyed-leave
bug LAST_UNSETTLED keyed-last-aborted
bug LEFT_BEHIND_HAND keyed-leave
bug NO_ADOPTION keyed-leave
bug NOT_RETIRED keyed-leave-3
bug EXIT_EARLY keyed-leave
bug KEYED_SILENT keyed-park
bug POSITION_SILENT keyed-park
bug RELIEVES_NOBODY keyed-park
bug LEFT_SILENT keyed-park-leave
bug LEFT_SKIPS_WATCHER keyed-park-leave
bug WATCHER_TRIES keyed-park-open
bug BARRIER_IN_RING keyed-park-open
bug BLOCKED_FIRST keyed-park-open
bug PLACE_STALE keyed-park-2
bug IGNORES_END keyed-park-2
bug WATCH_ONCE keyed-park
bug IDLE_IGNORES_KEYED keyed-park-2

# --- lossy.pml, lossy_park.pml ---
joins="-DINITMASK=0 -DJOINMASK=1"
second="-DNC=2 -DINITMASK=1 -DJOINMASK=2"
both="-DNC=2 -DINITMASK=3"
good quick lossy lossy $one -DK0=2 -DK1=1
good quick lossy-ranges lossy -DN=2 -DFIXN -DK0=2 -DK1=1
good quick lossy-stall lossy -DP=1 $one -DSTALL -DLOOK=1 -DK0=3
good quick lossy-raises-after lossy -DP=1 $one -DSTALL -DLOOK=1 -DK0=3 -DRAISES_AFTER
good quick lossy-push lossy -DN=2 -DFIXN -DPUSH=1 -DK0=1 -DK1=1
good quick lossy-abort lossy -DN=2 -DFIXN -DABORT -DK0=1 -DK1=1
good quick lossy-leaves lossy $one -DLEAVEMASK=1 -DLOOK=1 -DK0=1 -DK1=1
good quick lossy-joins lossy $one $joins -DK0=2 -DK1=1
good quick lossy-strict lossy $one $both -DK0=1 -DK1=1
good full lossy-strict-joins lossy $one $second -DK0=1 -DK1=1
good quick lossy-clear lossy -DP=1 $one -DSTALL -DCLEAR -DK0=3
good full lossy-clear-two lossy $one -DSTALL -DCLEAR -DK0=1 -DK1=1
good full lossy-look lossy $one -DSTALL -DLOOK=1 -DK0=2 -DK1=1
good full lossy-laps lossy -DN=2 -DFIXN
good full lossy-push-laps lossy -DN=2 -DFIXN -DPUSH=1
good full lossy-push-least lossy $one -DPUSH=0
good full lossy-4 lossy -DN=4 -DFIXN -DPUSH=2 -DK0=3 -DK1=2
good full lossy-strict-ranges lossy $both -DN=2 -DFIXN -DK0=1 -DK1=2
good full lossy-strict-stall lossy $both -DN=2 -DFIXN -DSTALL -DK0=2 -DK1=1
good full lossy-both lossy $one $both -DLOSSYMASK=3 -DK0=2 -DK1=1
good full lossy-joins-strict lossy $one $second -DLOSSYMASK=2 -DK0=2 -DK1=1
good full lossy-joins-ranges lossy $joins -DN=2 -DFIXN -DK0=2 -DK1=1
good full lossy-leaves-joins lossy $one $second -DLEAVEMASK=1 -DLOSSYMASK=3 -DK0=1 -DK1=1
good full lossy-leaves-close lossy $one -DLEAVEMASK=1 -DCLOSEANY -DK0=2 -DK1=1
good full lossy-abort-push lossy -DN=2 -DFIXN -DABORT -DPUSH=1 -DK0=2 -DK1=1
good quick lossy-clear-turn lossy -DN=2 -DFIXN -DSTALLED -DCLEAR -DK0=1 -DK1=2
good full lossy-clear-cancel lossy -DN=2 -DFIXN -DSTALLED -DCLEAR -DCANCEL -DK0=2 -DK1=2
good full lossy-clear-strict lossy -DP=1 $one $both -DCLEAR -DK0=2
good full lossy-clear-joins lossy -DP=1 $one $joins -DCLEAR -DK0=3
good quick lossy-park lossy_park
good full lossy-park-strict lossy_park -DSTRICT
bug PUSH_STORE lossy
bug PIN_STORE lossy
bug NO_PIN lossy
bug PUSH_ANYWHERE lossy-ranges
bug PUSH_TO_CLAIM lossy
bug PUSH_NO_RAISE lossy-stall
bug READY_KEPT lossy
bug JOIN_UNPINNED lossy-joins
bug LIST_ONCE lossy-strict-joins
bug COUNT_FROM_READY lossy-ranges
bug LEAVE_WITHOUT_RAISE lossy-leaves
bug NEED_BEFORE_COUNT lossy-clear
bug UNPIN_CLEARS_NOT lossy-clear
bug PUBLISH_CLEARS_NOT lossy-clear-turn
bug TURN_CLEARS_NOT lossy-clear-turn
bug WAKE_BY_POSITION lossy-park
bug NO_FENCE lossy-park
bug TURN_PUSHES_NOT lossy-park
bug PUBLISH_SILENT lossy-park

# verify NAME MODEL DEFS OPTIMIZE: leaves "verdict|states|seconds|reason" in NAME/result
verify() {
	local dir=$tmp/$1 model=$2 optimize=$4 rc=0 states seconds reason TIMEFORMAT=%U
	local -a defs
	read -ra defs <<<"$3"
	mkdir -p "$dir"
	cd "$dir"
	if ! spin -a "${defs[@]}" "$here/$model.pml" >build 2>&1 || grep -q Error build ||
		! gcc "$optimize" -w -DSAFETY -DCOLLAPSE -DVECTORSZ=1024 -DMEMLIM="$memory" -o pan pan.c >>build 2>&1; then
		echo "broken|-|-|$(grep -m1 -i error build)" >result
		return
	fi
	# seconds are processor time, so that a busy machine changes no verdict; the outer limit is for one that hangs
	{ time {
		(
			ulimit -t "$limit"
			exec timeout $((limit * 20)) ./pan "-w$hash" -m200000 >out 2>&1
		) || rc=$?
	}; } 2>seconds
	states=$(awk '/states, stored/ { print $1; exit }' out)
	seconds=$(tail -1 seconds)
	reason=$(grep -m1 '^pan:1:' out || true)
	reason=${reason#pan:1: }
	if [ "$rc" = 124 ] || [ "$rc" = 137 ] || [ "$rc" = 152 ]; then # timeout, SIGKILL, SIGXCPU
		echo "unfinished|-|>$limit|time limit" >result
	elif [ "$rc" != 0 ]; then
		echo "unfinished|-|-|$(grep -m1 -iE 'reached|pan:' out || echo "exit status $rc")" >result
	elif [ -n "$reason" ]; then
		echo "error|$states|$seconds|${reason% (at depth*}" >result
	elif grep -q 'errors: 0' out && ! grep -qE 'Search not completed|search depth too small|MEMLIM' out; then
		echo "ok|$states|$seconds|" >result
	else
		echo "unfinished|${states:--}|${seconds:--}|$(grep -m1 -iE 'reached|too small|not completed' out)" >result
	fi
	rm -f pan pan.* ./*.trail
}

# The work in the order of its lines: KIND|NAME|MODEL|DEFS|DIRECTORY
work=()
for name in "${names[@]}"; do
	if [ "$speed" = full ] || [ "${speed_of[$name]}" = quick ]; then
		work+=("good|$name|${model_of[$name]}|${defs_of[$name]}|good-$name")
	fi
done
for entry in "${bugs[@]}"; do
	flag=${entry% *} name=${entry#* }
	work+=("bug|$flag|${model_of[$name]}|${defs_of[$name]} -DBUG_$flag|bug-$flag-$name")
done

started=$SECONDS shown=0 failures=0 goods=0 killed=0 total=0
show() { # every finished line that is next in order
	local kind name model defs dir verdict states seconds reason
	while [ "$shown" -lt "${#queue[@]}" ]; do
		IFS='|' read -r kind name model defs dir <<<"${queue[$shown]}"
		[ -f "$tmp/$dir/done" ] || return 0
		IFS='|' read -r verdict states seconds reason <"$tmp/$dir/result"
		shown=$((shown + 1))
		if [ "$kind" = good ]; then
			if [ "$verdict" = ok ]; then
				goods=$((goods + 1)) total=$((total + states))
			else
				verdict=FAILED failures=$((failures + 1))
			fi
		else
			case $verdict in
			error) verdict=killed killed=$((killed + 1)) ;;
			ok) verdict=SURVIVED failures=$((failures + 1)) ;;
			*) verdict=FAILED failures=$((failures + 1)) ;;
			esac
		fi
		printf '%-4s  %-27s %-12s  %-8s %10s  %6s  %s\n' "$kind" "$name" "$model" "$verdict" "$states" "$seconds" \
			"$defs${reason:+  | $reason}"
	done
}

queue=()
for item in "${work[@]}"; do
	IFS='|' read -r _ name _ <<<"$item"
	[[ $name =~ $filter ]] && queue+=("$item")
done
[ "${#queue[@]}" -gt 0 ] || {
	echo "$0: nothing is named like $filter" >&2
	exit 2
}

printf '%-4s  %-27s %-12s  %-8s %10s  %6s  %s\n' '' name model verdict states sec 'definitions | what was found'
for item in "${queue[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || true
		show
	done
	IFS='|' read -r kind _ model defs dir <<<"$item"
	level=$optimize
	[ "$kind" = bug ] && level=-O0 # found after few states
	{
		verify "$dir" "$model" "$defs" "$level"
		touch "$tmp/$dir/done"
	} &
done
while [ -n "$(jobs -rp)" ]; do
	wait -n || true
	show
done
wait
show
echo "$goods configurations hold ($total states), $killed seeded bugs found, $failures failures, $((SECONDS - started)) s"
[ "$failures" = 0 ] && [ "$shown" = "${#queue[@]}" ]

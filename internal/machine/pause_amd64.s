//go:build gc && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// The routine can't be preempted. So it is a leaf that clamps its count, whatever the caller
// asks for. const_MaxPause is the constant of atomic_generic.go.

// func pauseAsm(n int)
//
//	for range min(n, MaxPause) { PAUSE }
//
// Order: none. PAUSE delays the next instruction by 10 to 140 cycles and meanwhile leaves the
// execution units to the sibling thread.
//
// CX hints left
TEXT ·pauseAsm(SB), NOSPLIT, $0-8
	MOVQ    n+0(FP), CX
	MOVQ    $const_MaxPause, AX
	CMPQ    CX, AX
	CMOVQGT AX, CX
	TESTQ   CX, CX
	JLE     done

hint:
	PAUSE
	DECQ CX
	JNZ  hint

done:
	RET

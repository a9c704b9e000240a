//go:build gc && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// The routine can't be preempted. So it is a leaf that clamps its count, whatever the caller
// asks for. const_MaxPause is the constant of atomic_generic.go.

// func pauseAsm(n int)
//
//	for range min(n, MaxPause) { ISB SY }
//
// Order: none that a caller may rely on. YIELD is the architecture's spin hint, but cores with one
// hardware thread, which are nearly all, execute it as NOP, and a poller would hammer the line. ISB
// refetches the pipeline, which costs some tens of cycles, like PAUSE on amd64.
//
// R0 hints left
TEXT ·pauseAsm(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0
	MOVD $const_MaxPause, R1
	CMP  R1, R0
	CSEL GT, R1, R0, R0
	CMP  $0, R0
	BLE  done

hint:
	ISB  $15
	SUBS $1, R0
	BNE  hint

done:
	RET

//go:build gc && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// Nothing here can be preempted: both routines are leaves that clamp their count themselves, whatever the caller asks
// for. const_maxScan and const_maxPause are the constants of atomic_generic.go.

// func pauseAsm(n int)
//
//	for range min(n, maxPause) { ISB SY }
//
// Order: none that a caller may rely on. YIELD is the architecture's spin hint, but cores with one hardware thread,
// which are nearly all, execute it as NOP, and a poller would hammer the line. ISB refetches the pipeline, which costs
// some tens of cycles: what PAUSE costs on amd64.
//
// R0 hints left
TEXT ·pauseAsm(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0
	MOVD $const_maxPause, R1
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

// The marks 0, 1, 2, 3 of a run, relative to its first.
DATA lanes<>+0(SB)/8, $0
DATA lanes<>+8(SB)/8, $1
DATA lanes<>+16(SB)/8, $2
DATA lanes<>+24(SB)/8, $3
GLOBL lanes<>(SB), RODATA|NOPTR, $32

// func scanMarksNEON(m *int64, n int, first int64) int
//
//	i := 0
//	for i < min(n, maxScan) && m[i] == first+i { i++ }
//	return i
//
// Order: acquire on every mark, by the DMB ISHLD before RET. Vector loads are plain, and neither they nor the branches
// on them keep the caller's reads of the slots from being satisfied earlier; the barrier orders all loads before it
// before every access after it. LD1 of D2 lanes reads each aligned 8-byte mark whole; that the marks of one load may
// be read at different times is harmless, because a mark that matches says all there is to say by itself.
//
// Two compares of two marks are narrowed to sixteen bits a mark, so that one move to a general register carries four
// marks, and the place of the first mismatch too. Nothing is read beyond m[n-1]: what four marks do not fill is
// compared one by one.
//
// R0 &m[i], R1 marks left, R2 first+i in the scalar loop, R3 i
// R4 scratch, then the mask of matching marks or a mark
// V0, V1 the marks expected at i, i+2, V2 4 in both lanes
// V4, V5 marks and their compares, V6 the narrowed compares
TEXT ·scanMarksNEON(SB), NOSPLIT, $0-32
	MOVD m+0(FP), R0
	MOVD n+8(FP), R1
	MOVD first+16(FP), R2
	MOVD ZR, R3
	MOVD $const_maxScan, R4
	CMP  R4, R1
	CSEL GT, R4, R1, R1
	SUBS $4, R1
	BLT  rest

	MOVD $lanes<>(SB), R4
	VLD1 (R4), [V0.D2, V1.D2]
	VDUP R2, V2.D2
	VADD V2.D2, V0.D2, V0.D2
	VADD V2.D2, V1.D2, V1.D2
	MOVD $4, R4
	VDUP R4, V2.D2

four:
	VLD1.P 32(R0), [V4.D2, V5.D2]
	VCMEQ  V0.D2, V4.D2, V4.D2
	VCMEQ  V1.D2, V5.D2, V5.D2
	VUZP1  V5.S4, V4.S4, V6.S4
	VUZP1  V6.H8, V6.H8, V6.H8
	VMOV   V6.D[0], R4
	CMN    $1, R4
	BNE    mismatch
	VADD   V2.D2, V0.D2, V0.D2
	VADD   V2.D2, V1.D2, V1.D2
	ADD    $4, R3
	SUBS   $4, R1
	BGE    four
	ADD    R3, R2

rest:
	ADD $4, R1
	CMP $0, R1
	BLE done

one:
	MOVD.P 8(R0), R4
	CMP    R2, R4
	BNE    done
	ADD    $1, R2
	ADD    $1, R3
	SUBS   $1, R1
	BNE    one
	B      done

mismatch:
	// Trailing ones, divided by the sixteen bits of a mark.
	MVN  R4, R4
	RBIT R4, R4
	CLZ  R4, R4
	ADD  R4>>4, R3

done:
	DMB  $9 // ISHLD
	MOVD R3, ret+24(FP)
	RET

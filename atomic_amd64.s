//go:build gc && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// Nothing here can be preempted: every routine is a leaf, and each that loops clamps its count itself, whatever the
// caller asks for. const_maxScan and const_maxPause are the constants of atomic_generic.go.

// func pauseAsm(n int)
//
//	for range min(n, maxPause) { PAUSE }
//
// Order: none. PAUSE delays the next instruction by 10 to 140 cycles and leaves the execution units to the sibling
// thread meanwhile.
//
// CX hints left
TEXT ·pauseAsm(SB), NOSPLIT, $0-8
	MOVQ    n+0(FP), CX
	MOVQ    $const_maxPause, AX
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

// The marks 0, 1, 2, 3 of a run, relative to its first.
DATA lanes<>+0(SB)/8, $0
DATA lanes<>+8(SB)/8, $1
DATA lanes<>+16(SB)/8, $2
DATA lanes<>+24(SB)/8, $3
GLOBL lanes<>(SB), RODATA|NOPTR, $32

// func scanMarksAVX2(m *int64, n int, first int64) int
//
//	i := 0
//	for i < min(n, maxScan) && m[i] == first+i { i++ }
//	return i
//
// Order: acquire on every mark. x86 executes loads as if in program order, so plain vector loads come before the
// caller's reads of the slots. Each mark is an aligned 8-byte word and therefore read whole, also where the 32-byte
// load crosses a line; that the marks of one load may be read at different times is harmless, because a mark that
// matches says all there is to say by itself.
//
// Sixteen marks a turn keep the loads ahead of the compares, and the turn that fails finds its place without a branch.
// Nothing is read beyond m[n-1]: what four marks do not fill is compared one by one.
//
// SI m, CX min(n, maxScan), AX i, BX i at which the running loop must end
// DX first+i in the scalar loop, R8 mask of the marks that match, R9-R11 parts of it
// Y0-Y3 the marks expected at i, i+4, i+8, i+12
// Y4 -4, Y5 -16 in every lane, Y6-Y9 compares, Y10-Y11 their conjunction
TEXT ·scanMarksAVX2(SB), NOSPLIT, $0-32
	MOVQ    m+0(FP), SI
	MOVQ    n+8(FP), CX
	MOVQ    first+16(FP), DX
	XORL    AX, AX
	MOVQ    $const_maxScan, BX
	CMPQ    CX, BX
	CMOVQGT BX, CX
	CMPQ    CX, $4
	JLT     ones

	VPBROADCASTQ first+16(FP), Y0
	VPADDQ       lanes<>(SB), Y0, Y0
	VPCMPEQQ     Y4, Y4, Y4
	VPSLLQ       $2, Y4, Y4
	LEAQ         -16(CX), BX
	TESTQ        BX, BX
	JLT          fours

	VPSLLQ $2, Y4, Y5
	VPSUBQ Y4, Y0, Y1
	VPSUBQ Y4, Y1, Y2
	VPSUBQ Y4, Y2, Y3

sixteen:
	VPCMPEQQ  (SI)(AX*8), Y0, Y6
	VPCMPEQQ  32(SI)(AX*8), Y1, Y7
	VPCMPEQQ  64(SI)(AX*8), Y2, Y8
	VPCMPEQQ  96(SI)(AX*8), Y3, Y9
	VPAND     Y6, Y7, Y10
	VPAND     Y8, Y9, Y11
	VPAND     Y10, Y11, Y10
	VMOVMSKPD Y10, R8
	CMPL      R8, $15
	JNE       locate
	VPSUBQ    Y5, Y0, Y0
	VPSUBQ    Y5, Y1, Y1
	VPSUBQ    Y5, Y2, Y2
	VPSUBQ    Y5, Y3, Y3
	ADDQ      $16, AX
	CMPQ      AX, BX
	JLE       sixteen

fours:
	LEAQ -4(CX), BX
	CMPQ AX, BX
	JGT  rest

four:
	VPCMPEQQ  (SI)(AX*8), Y0, Y6
	VMOVMSKPD Y6, R8
	CMPL      R8, $15
	JNE       mismatch
	VPSUBQ    Y4, Y0, Y0
	ADDQ      $4, AX
	CMPQ      AX, BX
	JLE       four

rest:
	VZEROUPPER
	ADDQ AX, DX

ones:
	CMPQ AX, CX
	JGE  done
	CMPQ DX, (SI)(AX*8)
	JNE  done
	INCQ DX
	INCQ AX
	JMP  ones

locate:
	VMOVMSKPD Y6, R8
	VMOVMSKPD Y7, R9
	VMOVMSKPD Y8, R10
	VMOVMSKPD Y9, R11
	SHLL      $4, R9
	SHLL      $8, R10
	SHLL      $12, R11
	ORL       R9, R8
	ORL       R10, R8
	ORL       R11, R8

mismatch:
	VZEROUPPER
	NOTL R8
	BSFL R8, R8
	ADDQ R8, AX

done:
	MOVQ AX, ret+24(FP)
	RET

// func scanMarksSSE41(m *int64, n int, first int64) int
//
// Effect and order are those of scanMarksAVX2, with two marks a compare. Eight marks a turn: the packs narrow their
// compares to two bytes a mark, in order, so that one mask tells whether all match and which is the first that does
// not. (AVX2 packs within halves of a register and would mix up the order.)
//
// SI m, CX min(n, maxScan), AX i, BX i at which the running loop must end
// DX first+i in the scalar loop, R8 mask of the marks that match
// X0-X3 the marks expected at i, i+2, i+4, i+6
// X4 -2, X5 -8 in both lanes, X6-X9 marks and their compares
TEXT ·scanMarksSSE41(SB), NOSPLIT, $0-32
	MOVQ    m+0(FP), SI
	MOVQ    n+8(FP), CX
	MOVQ    first+16(FP), DX
	XORL    AX, AX
	MOVQ    $const_maxScan, BX
	CMPQ    CX, BX
	CMOVQGT BX, CX
	CMPQ    CX, $2
	JLT     ones

	MOVQ       DX, X0
	LEAQ       1(DX), R8
	MOVQ       R8, X1
	PUNPCKLQDQ X1, X0
	PCMPEQL    X4, X4
	PSLLQ      $1, X4
	LEAQ       -8(CX), BX
	TESTQ      BX, BX
	JLT        twos

	MOVO  X4, X5
	PSLLQ $2, X5
	MOVO  X0, X1
	PSUBQ X4, X1
	MOVO  X1, X2
	PSUBQ X4, X2
	MOVO  X2, X3
	PSUBQ X4, X3

eight:
	MOVOU    (SI)(AX*8), X6
	MOVOU    16(SI)(AX*8), X7
	MOVOU    32(SI)(AX*8), X8
	MOVOU    48(SI)(AX*8), X9
	PCMPEQQ  X0, X6
	PCMPEQQ  X1, X7
	PCMPEQQ  X2, X8
	PCMPEQQ  X3, X9
	PACKSSLW X7, X6
	PACKSSLW X9, X8
	PACKSSWB X8, X6
	PMOVMSKB X6, R8
	CMPL     R8, $0xffff
	JNE      locate
	PSUBQ    X5, X0
	PSUBQ    X5, X1
	PSUBQ    X5, X2
	PSUBQ    X5, X3
	ADDQ     $8, AX
	CMPQ     AX, BX
	JLE      eight

twos:
	LEAQ -2(CX), BX
	CMPQ AX, BX
	JGT  rest

two:
	MOVOU    (SI)(AX*8), X6
	PCMPEQQ  X0, X6
	MOVMSKPD X6, R8
	CMPL     R8, $3
	JNE      mismatch
	PSUBQ    X4, X0
	ADDQ     $2, AX
	CMPQ     AX, BX
	JLE      two

rest:
	ADDQ AX, DX

ones:
	CMPQ AX, CX
	JGE  done
	CMPQ DX, (SI)(AX*8)
	JNE  done
	INCQ DX
	INCQ AX
	JMP  ones

locate:
	NOTL R8
	BSFL R8, R8
	SHRL $1, R8
	ADDQ R8, AX
	JMP  done

mismatch:
	ANDL $1, R8 // the second mark does not count without the first
	ADDQ R8, AX

done:
	MOVQ AX, ret+24(FP)
	RET

//go:build gc && !purego && !race

#include "go_asm.h"
#include "textflag.h"

// func prefetchAsm(first, next unsafe.Pointer, lines int)
//
//	PREFETCHW first; for i := range min(lines, MaxPrefetch) { PREFETCHW next + LineBytes*i }
//
// Order: none. PREFETCHW, 0F 0D /1, which Go's assembler does not know, asks for the line in a state in which it can
// be written. It reads nothing and faults at no address.
//
// AX first, then the next line; CX lines left
TEXT ·prefetchAsm(SB), NOSPLIT, $0-24
	MOVQ    first+0(FP), AX
	BYTE    $0x0f; BYTE $0x0d; BYTE $0x08 // PREFETCHW (AX)
	MOVQ    next+8(FP), AX
	MOVQ    lines+16(FP), CX
	MOVQ    $const_MaxPrefetch, DX
	CMPQ    CX, DX
	CMOVQGT DX, CX
	TESTQ   CX, CX
	JLE     done

line:
	BYTE $0x0f; BYTE $0x0d; BYTE $0x08 // PREFETCHW (AX)
	ADDQ $const_LineBytes, AX
	DECQ CX
	JNZ  line

done:
	RET

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAtomicInstructionsOfARMv81AreDecoded(t *testing.T) {
	for code, text := range map[uint32]string{
		0xf8e20023: "LDADDALD r, (m), r", // ldaddal x2, x3, [x1]
		0xf8a20023: "LDADDAD r, (m), r",  // ldadda x2, x3, [x1]
		0xf8e10003: "LDADDALD r, (m), r",
		0xf8e13003: "LDORALD r, (m), r", // ldsetal x1, x3, [x0]
		0xf8e08061: "SWPALD r, (m), r",  // swpal x0, x1, [x3]
		0xc8fbfc02: "CASALD r, (m), r",  // casal x27, x2, [x0]
		0xc8bb7c02: "CASD r, (m), r",    // cas x27, x2, [x0]
		0x88fbfc02: "CASALW r, (m), r",
		0xf8bfc041: "LDAPRD (m), r", // ldapr x1, [x2]
		0x00000000: "?",
		0xd503201f: "?", // nop
	} {
		require.Equal(t, text, decodeLSE(code), "%#x", code)
	}
}

// A store, a load, a branch to one of two calls, and the return: with the calls in their order, and the other way round.
func TestTheOrderIsThatOfControlAndNotOfAddresses(t *testing.T) {
	store := &event{text: "MOVQ r, (m)", from: "store", lines: []place{{"a.go", 1}}}
	load := &event{text: "MOVQ (m), r", from: "load", lines: []place{{"a.go", 2}}}
	wake := &event{text: "CALL wake", from: "wake", lines: []place{{"a.go", 3}}}
	free := &event{text: "CALL free", from: "free", lines: []place{{"a.go", 4}}}
	straight := []instruction{{next: []int{1}}, {next: []int{3, 2}}, {next: []int{4}}, {next: []int{4}}, {text: "RET"}}
	moved := []instruction{{next: []int{1}}, {next: []int{4, 2}}, {next: []int{3}}, {text: "RET"}, {next: []int{5}}, {text: "RET"}}
	want := "\tstart -> 1\n\t1: MOVQ r, (m)  # store -> 2\n\t2: MOVQ (m), r  # load -> 3, 4\n" +
		"\t3: CALL wake  # wake -> return\n\t4: CALL free  # free -> return\n"
	require.Equal(t, want, order(straight, map[int]*event{0: store, 1: load, 2: wake, 3: free}))
	require.Equal(t, want, order(moved, map[int]*event{0: store, 1: load, 2: free, 4: wake}))
	require.NotEqual(t, want, order(straight, map[int]*event{0: load, 1: store, 2: wake, 3: free}))
}

func TestRegistersAndOffsetsAreLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"MOVQ DI, 0(DX)(AX*8)":   "MOVQ r, (m)",
		"MOVQ 0x118(AX), CX":     "MOVQ (m), r",
		"LOCK XADDQ R8, 0x8(CX)": "LOCK XADDQ r, (m)",
		"XCHGQ R12, -8(R9)":      "XCHGQ r, (m)",
		"MOVL a.b/c.d(SB), CX":   "MOVL (m), r",
		"STLR ZR, (R1)":          "STLR r, (m)",
		"LDAR (R3), R27":         "LDAR (m), r",
		"STLXR R3, (R1), R27":    "STLXR r, (m), r",
	} {
		require.Equal(t, want, normal(text))
	}
}

func TestAccessesAreToldFromTheRest(t *testing.T) {
	for _, c := range []struct {
		op, operands   string
		ordered, plain bool
	}{
		{"LOCK", "XADDQ AX, 0x8(SP)", true, false},
		{"XCHGQ", "CX, 0(AX)", true, false},
		{"XCHGL", "AX, AX", false, false}, // no operation
		{"MOVQ", "CX, 0(AX)(BX*8)", false, true},
		{"MOVQ", "0x8(SP), AX", false, false},
		{"LEAQ", "0x8(AX), AX", false, false},
		{"MOVQ", "$0x1, AX", false, false},
		{"LDAR", "(R1), R2", true, false},
		{"LDAXRW", "(R1), R2", true, false},
		{"DMB", "$11", true, false},
		{"MOVD", "8(R1), R2", false, true},
		{"MOVB", "(R1), R27", false, false}, // a check for nil
		{"MOVBU", "3149(R27), R2", false, false},
		{"MOVD", "8(RSP), R2", false, false},
	} {
		require.Equal(t, c.ordered, ordered(c.op, c.operands), "%v", c)
		require.Equal(t, c.plain, plainAccess(c.op, c.operands), "%v", c)
	}
}

func TestADifferenceIsShownWithItsFunction(t *testing.T) {
	have := "head\n\na\n\t1: X\n\t2: Y\n"
	require.Empty(t, compare(have, have))
	require.Equal(t, "- a: 2: Y\n+ a: 2: Z", compare(have, "head\n\na\n\t1: X\n\t2: Z\n"))
	require.NotEmpty(t, compare(have, "head\n\na\n\t2: Y\n\t1: X\n"))
}

package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// madeUp returns a machine with that many CPUs, of which Go uses procs.
func madeUp(cpus, procs int, quota float64) facts {
	return facts{
		Machine: disruptor.Machine{
			CPU: "Made Up 9000", Assembly: true, SpinHint: 10 * time.Nanosecond, Quota: quota, Procs: procs,
		},
		account: "CPU            Made Up 9000\nprocess fence  membarrier",
		arch:    "amd64", cpus: cpus, line: 64, l2: 1 << 20, l3: 32 << 20, fenced: 12659 * time.Nanosecond,
	}
}

func strategies(f facts) (all []string) {
	for _, c := range waitAdvice(f) {
		all = append(all, c.choose)
	}
	return all
}

func TestNobodySpinsOnOneProcessor(t *testing.T) {
	for why, f := range map[string]facts{
		"one processor":               madeUp(1, 1, 0),
		"one processor: ":             madeUp(64, 1, 0),
		"the quota pays for 0.5 CPUs": madeUp(2, 2, 0.5),
		"the quota pays for 1 CPUs":   madeUp(64, 2, 1),
		"the quota pays for 1.9 CPUs": madeUp(64, 2, 1.9),
	} {
		require.Equal(t, []string{"BlockWait", "SleepWait"}, strategies(f), why)
		require.Contains(t, waitAdvice(f)[0].why, why)
	}
}

func TestSpinnersAreCountedAgainstProcessors(t *testing.T) {
	for processors, f := range map[string]facts{
		"up to 2 ":  madeUp(2, 2, 0),
		"up to 64 ": madeUp(64, 64, 0),
		"up to 8 ":  madeUp(64, 8, 0),
		"up to 4 ":  madeUp(64, 5, 4.5),
		"up to 3 ":  madeUp(3, 16, 0),
	} {
		require.Equal(t, []string{"SpinWait", "YieldWait", "BlockWait", "SleepWait", "Backoff"}, strategies(f))
		require.Contains(t, waitAdvice(f)[0].when, processors)
	}
}

func TestTheHintDecidesHowLongASpinnerHoldsItsProcessor(t *testing.T) {
	f := madeUp(2, 2, 0) // a Spin takes 30 ns
	require.Contains(t, waitAdvice(f)[0].why, "holds a processor for 30µs")
	require.Contains(t, waitAdvice(f)[1].why, "every 900ns")
	f.SpinHint = 45 * time.Nanosecond
	require.Contains(t, waitAdvice(f)[0].why, "holds a processor for 45µs")
	f.SpinHint = 0 // not known
	require.Contains(t, waitAdvice(f)[0].why, "holds a processor for 30µs")
}

func TestTheFenceIsThePriceOfParking(t *testing.T) {
	f := madeUp(2, 2, 0)
	require.Contains(t, waitAdvice(f)[2].why, "a fence of 13µs")
	f.fenced = 0
	require.NotContains(t, waitAdvice(f)[2].why, "fence")
}

func TestWarnings(t *testing.T) {
	portable := madeUp(2, 2, 0)
	portable.Assembly = false
	elsewhere := portable
	elsewhere.arch = "riscv64"
	for _, c := range []struct {
		f    facts
		want []string // parts of the only warning; none: no warning
	}{
		{madeUp(1, 1, 0), nil},
		{madeUp(2, 2, 0), nil},
		{madeUp(64, 64, 0), nil},
		{madeUp(64, 4, 4), nil},
		{madeUp(64, 4, 4.5), nil},
		{madeUp(2, 2, 100), nil},
		{madeUp(2, 2, 0.5), []string{"GOMAXPROCS is 2", "0.5 CPUs", "GOMAXPROCS=1"}},
		{madeUp(64, 64, 0.5), []string{"GOMAXPROCS is 64", "0.5 CPUs", "GOMAXPROCS=1"}},
		{madeUp(64, 3, 2.5), []string{"GOMAXPROCS is 3", "2.5 CPUs", "GOMAXPROCS=2"}},
		{madeUp(1, 1, 0.5), []string{"0.5 CPUs", "raise the quota"}},
		{madeUp(2, 8, 0), []string{"GOMAXPROCS is 8 on 2 CPUs", "GOMAXPROCS=2"}},
		{madeUp(64, 1, 0), []string{"GOMAXPROCS is 1", "64 CPUs could be used"}},
		{portable, []string{"purego"}},
		{elsewhere, nil},
	} {
		all := warnings(c.f)
		if c.want == nil {
			require.Empty(t, all)
			continue
		}
		require.Len(t, all, 1)
		for _, part := range c.want {
			require.Contains(t, all[0], part)
		}
	}
}

func TestSlotsAndTheirMarksFitInHalfACache(t *testing.T) {
	require.Equal(t, []room{{8, 32768, 1 << 20}, {64, 4096, 131072}, {256, 1024, 32768}}, capacityAdvice(madeUp(2, 2, 0)))
	for _, cache := range []int{32 << 10, 512 << 10, 1280 << 10, 32 << 20, 24 << 20} {
		for _, event := range []int{1, 8, 24, 64, 256, 4096} {
			n := slotsIn(cache, event)
			require.LessOrEqual(t, n*(event+8), cache/2)
			require.Greater(t, 2*n*(event+8), cache/2)
			require.Zero(t, n&(n-1))
		}
	}
	require.Zero(t, slotsIn(0, 8), "not known")
	require.Zero(t, slotsIn(1024, 4096), "not even one")
}

func TestDistantCPUsAreReasonToStayNear(t *testing.T) {
	f := madeUp(64, 64, 0)
	require.Empty(t, lineAdvice(f), "not measured")
	f.near, f.far = 22, 30
	require.Len(t, lineAdvice(f), 1)
	require.Contains(t, lineAdvice(f)[0], "22ns")
	require.Contains(t, lineAdvice(f)[0], "1.4 ns")
	f.far = 220
	require.Contains(t, lineAdvice(f)[1], "10.0 times")
	require.Contains(t, lineAdvice(f)[1], "taskset")
}

func TestAMadeUpMachineIsDescribed(t *testing.T) {
	var out strings.Builder
	f := madeUp(2, 2, 0.5)
	f.l3 = 0
	f.printMachine(&out)
	printAdvice(&out, f)
	for _, part := range []string{
		"Machine\n  CPU            Made Up 9000\n  process fence  membarrier\n  fence takes    13µs at the median",
		"\n  CPUs           2, a quota of 0.5 CPUs\n", "64 bytes", "L2 1 MiB, L3 not known", "! GOMAXPROCS is 2",
		"BlockWait", "32768", "not known",
	} {
		require.Contains(t, out.String(), part)
	}
	require.NotContains(t, out.String(), "SpinWait")

	out.Reset()
	facts{account: "process fence  not needed", Machine: disruptor.Machine{Procs: 1}, cpus: 1}.printMachine(&out)
	for _, part := range []string{"process fence  not needed", "CPUs           1, no quota", "cache line     not known"} {
		require.Contains(t, out.String(), part)
	}
	require.NotContains(t, out.String(), "fence takes")
}

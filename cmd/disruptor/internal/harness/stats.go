package harness

import (
	"math"
	"slices"
)

// Quantile returns the value at fraction q of the sorted values, between two of them by interpolation; 0 of none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	at := q * float64(len(s)-1)
	i := min(int(at), len(s)-2)
	if i < 0 {
		return s[0]
	}
	return s[i] + (s[i+1]-s[i])*(at-float64(i))
}

// A spread is the three figures by which runs are reported.
type spread struct{ q1, median, q3 float64 }

func spreadOf(values []float64) spread {
	return spread{Quantile(values, 0.25), Quantile(values, 0.5), Quantile(values, 0.75)}
}

// slowest is how much slower than in its good moments a machine may be. The ping-pongs that were seen lie within 1.3 of
// their lowest quartile, or beyond 3 of it; anything between the two does.
const slowest = 1.6

// limit is the ping-pong above which a machine is not itself, from all ping-pongs of a session.
func limit(pings []float64) float64 { return slowest * Quantile(pings, 0.25) }

// A run is one run of one subject. Its value is in nanoseconds, or, of an idle case, a fraction of a processor.
type run struct {
	round  int
	value  float64
	ping   float64 // the slower of the ping-pongs before and after it
	sample Sample
}

// kept returns the runs between two ping-pongs of at most limit.
func kept(runs []run, limit float64) []run {
	return slices.DeleteFunc(slices.Clone(runs), func(r run) bool { return r.ping > limit })
}

func values(runs []run) []float64 {
	v := make([]float64, len(runs))
	for i, r := range runs {
		v[i] = r.value
	}
	return v
}

// ratios returns base over subject for each round in which both were kept. A machine that drifts moves both.
func ratios(base, subject []run) []float64 {
	of := map[int]float64{}
	for _, r := range base {
		of[r.round] = r.value
	}
	var out []float64
	for _, r := range subject {
		if b := of[r.round]; b > 0 && r.value > 0 {
			out = append(out, b/r.value)
		}
	}
	return out
}

// round3 leaves three digits behind the point: more would be noise in the file.
func round3(v float64) float64 { return math.Round(v*1000) / 1000 }

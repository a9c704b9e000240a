package report

import (
	"math"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// sample is a report with one of everything: several families, settings and configurations, latencies, sweeps, an idle
// workload, and subjects that failed.
func sample() result.Report {
	r := result.Report{
		Environment: result.Environment{
			CPU: "AMD EPYC", GoVersion: "go1.26.8", OS: "linux", Arch: "amd64", Commit: "0123abc", Kernel: "6.1.0",
			Command: "disruptor bench -quick", CPUs: 2, GOMAXPROCS: 2, When: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
			PingPongMedian: 93.2, PingPongLimit: 139.8,
		},
		Workloads: []result.Workload{
			{Name: "W1", Title: "One producer, one consumer, one at a time", Unit: "ns per event"},
			{Name: "W2", Title: "One producer, one consumer, in batches", Unit: "ns per event"},
			{Name: "W8", Title: "Ping-pong", Unit: "ns per round trip"},
			{Name: "W9", Title: "Idle", Unit: "CPU of one core"},
			{Name: "batch", Title: "Batch sweep", Unit: "ns per event"},
			{Name: "capacity", Title: "Ring size sweep", Unit: "ns per event"},
			{Name: "producers", Title: "Producer scaling", Unit: "ns per event"},
			{Name: "load", Title: "Open loop", Unit: "ns from due to seen"},
		},
	}
	subjects := []struct {
		group, subject, setting string
		ns                      float64
	}{
		{"disruptor", "disruptor", "yield", 16.3}, {"disruptor", "disruptor", "block", 22.8}, {"disruptor", "disruptor", "spin", 15.9},
		{"channel", "channel", "", 55.6}, {"xsync", "xsync MPMC", "30 tries, Gosched", 23.6}, {"smarty", "smarty", "yield", 35.2},
		{"smarty", "smarty", "default", 480}, {limit, "stamped slots", "bare memory", 5.1}, {"mutex", "mutex and cond", "", 37.7}, {"workiva", "workiva ring", "", 67.1},
	}
	for _, s := range subjects {
		row := func(workload string, ns float64) result.Row {
			return result.Row{
				Workload: workload, Subject: s.subject, Group: s.group, Setting: s.setting, Batch: 1, Capacity: 1 << 16,
				Producers: 1, Consumers: 1, NsMedian: ns, NsQ1: 0.9 * ns, NsQ3: 1.07 * ns, Kept: 13, Total: 18,
				RatioToChan: 55.6 / ns, RatioToChanQ1: 50 / ns, RatioToChanQ3: 60 / ns, Verified: true,
			}
		}
		w1 := row("W1", s.ns)
		w1.AgeP50, w1.AgeP99 = 2e4/s.ns, 1e5/s.ns // the slower, the fresher
		if s.subject == "smarty" {
			w1.AgeP99 = 5e5
		}
		r.Rows = append(r.Rows, w1)
		for _, batch := range []int{16, 64} {
			w2 := row("W2", s.ns/(1+math.Sqrt(float64(batch))))
			w2.Batch = batch
			r.Rows = append(r.Rows, w2)
		}
		latency := func(row result.Row, scale float64) result.Row {
			row.Percentiles = map[string]float64{
				"p50": scale, "p90": 1.2 * scale, "p99": 1.8 * scale, "p99.9": 9 * scale, "p99.99": 90 * scale,
				"max": 400 * scale, "mean": 1.3 * scale,
			}
			return row
		}
		r.Rows = append(r.Rows, latency(row("W8", 10*s.ns), 10*s.ns))
		idle := row("W9", 0)
		idle.NsQ1, idle.NsQ3, idle.RatioToChan, idle.CPU = 0, 0, 0, s.ns/1000
		r.Rows = append(r.Rows, idle)
		for n := 1; n <= 1024; n *= 4 {
			swept := row("batch", 1+s.ns/float64(n))
			swept.Batch = n
			r.Rows = append(r.Rows, swept)
			swept = row("capacity", s.ns*(1+1/float64(n)))
			swept.Capacity = 64 * n
			r.Rows = append(r.Rows, swept)
		}
		for _, n := range []int{1, 2, 3, 4, 8, 16} {
			swept := row("producers", s.ns*(1+float64(n)/10))
			swept.Producers = n
			r.Rows = append(r.Rows, swept)
		}
		for _, load := range []float64{0.5, 0.9} {
			open := latency(row("load", s.ns*(1+10*load)), s.ns*(1+10*load))
			open.Load = load
			open.FallsBehind = s.subject == "workiva ring" && load > 0.8
			r.Rows = append(r.Rows, open)
		}
	}
	r.Rows = append(r.Rows,
		result.Row{Workload: "W1", Subject: "hedzr", Group: "hedzr", Error: "65,536 events out of order", Batch: 1, Capacity: 1 << 16, Producers: 1, Consumers: 1, Total: 3},
		result.Row{Workload: "W1", Subject: "shy", Group: "shy", Verified: true, Error: "2 of 13 runs kept: too few for a figure", Batch: 1, Capacity: 1 << 16, Producers: 1, Consumers: 1, Kept: 2, Total: 13},
		result.Row{Workload: "W1", Subject: "dk-open", Group: "dk-open", NsMedian: 1, Batch: 1, Capacity: 1 << 16, Producers: 1, Consumers: 1, Total: 3},
	)
	return r
}

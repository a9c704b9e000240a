package markdown

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func TestWrite(t *testing.T) {
	row := func(workload, group string, capacity int, ns, ratio float64) result.Row {
		return result.Row{Workload: workload, Group: group, Subject: group, Capacity: capacity, Batch: 1, Producers: 1,
			Setting: fmt.Sprintf("%s %g", group, ns), NsMedian: ns, RatioToChan: ratio, Verified: true}
	}
	var defaults []result.Row
	failed := row("W6", "other", 64, 0, 0)
	failed.Verified = false
	for _, d := range []result.Row{row("W1", "disruptor", 64, 30, 1.67), row("W1", "disruptor", 64, 25, 2), row("W6", "disruptor", 64, 0, 0)} {
		d.Setting = "default"
		if d.NsMedian == 25 {
			d.Setting = "default, Send"
		}
		defaults = append(defaults, d)
	}
	slower := row("W1", "disruptor", 64, 11, 4)
	slower.Setting = "default, but not quite"
	defaults = append(defaults, slower)
	busy := result.Row{Workload: "W9", Group: "other", CPU: 0.85, Verified: true}
	r := result.Report{
		Workloads: []result.Workload{{Name: "W1", Title: "one", Unit: "ns/event"}, {Name: "W6", Title: "three", Unit: "ns/event"},
			{Name: "W9", Title: "idle", Unit: "of one core"}},
		Rows: []result.Row{
			row("W1", "disruptor", 64, 20, 2.5), row("W1", "disruptor", 64, 10, 5), row("W1", "channel", 64, 50, 1),
			row("W1", "disruptor", 1024, 12.34, 4.2), row("W1", "channel", 1024, 52, 1),
			row("W6", "disruptor", 64, 0, 0), row("W6", "channel", 64, 60, 1), failed,
			busy,
		},
	}
	r.Rows = append(r.Rows, defaults...)
	const want = `| time per event | disruptor, default | disruptor | channel | other | disruptor's setting |
| --- | ---: | ---: | ---: | ---: | --- |
| one, 64 slots | 25.0 ns · 2.00× | 10.0 ns · 5.00× | 50.0 ns | – | disruptor 10 |
| one, 1024 slots | – | 12.3 ns · 4.20× | 52.0 ns | – | disruptor 12.34 |
| three | ? | ? | 60.0 ns | failed | – |

| share of one core | other |
| --- | ---: |
| idle | 85.00 % |
`
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%s\nnot\n%s", out.String(), want)
	}
}

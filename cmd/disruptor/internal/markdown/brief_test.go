package markdown

import (
	"bytes"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func TestWriteBrief(t *testing.T) {
	row := func(workload, group, setting string, ns float64) result.Row {
		return result.Row{Workload: workload, Group: group, Subject: group, Setting: setting, NsMedian: ns, Verified: true}
	}
	r := result.Report{
		Workloads: []result.Workload{{Name: "W1", Title: "one", Unit: "ns/event"}, {Name: "W6", Title: "three", Unit: "ns/event"},
			{Name: "W8", Title: "there and back", Unit: "ns/round trip"}},
		Rows: []result.Row{
			row("W1", "disruptor", "default", 20), row("W1", "disruptor", "default, Send", 10), row("W1", "disruptor", "spin, backs off 8µs", 5),
			row("W1", "smarty", "spin", 30), row("W1", "xsync", "", 25), row("W1", result.Limit, "", 1),
			row("W1", "channel", "of 64", 80), row("W1", "channel", "of 1", 90),
			row("W6", "disruptor", "default", 0), row("W6", "channel", "", 400),
			row("W8", "channel", "", 1e6),
		},
	}
	const want = `| ns/event | default | best setting | channel | best other |
| --- | ---: | ---: | ---: | ---: |
| one | 10.0 | 5.00 (spin, backs off 8 µs) | 80.0 | 25.0 (xsync) |
| three | – | – | 400 | – |
`
	var out bytes.Buffer
	if err := WriteBrief(&out, r); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%s\nnot\n%s", out.String(), want)
	}
}

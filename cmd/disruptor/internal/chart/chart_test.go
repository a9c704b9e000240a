package chart

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func sample() result.Report {
	row := func(workload, group, setting string, ns float64) result.Row {
		return result.Row{Workload: workload, Group: group, Subject: group, Setting: setting, NsMedian: ns, Verified: true}
	}
	return result.Report{
		Environment: result.Environment{CPU: "AMD & Sons", CPUs: 2, GoVersion: "go1.26.8"},
		Workloads: []result.Workload{
			{Name: "W1", Title: "a < b", Unit: "ns/event"}, {Name: "W3", Title: "three", Unit: "ns/event"},
			{Name: "W8", Title: "there and back", Unit: "ns/round trip"},
		},
		Rows: []result.Row{
			row("W1", "disruptor", "default", 20), row("W1", "disruptor", "default, Send", 10), row("W1", "disruptor", "spin", 5),
			row("W1", "smarty/go-disruptor", "spin", 30), row("W1", "xsync", "", 25), row("W1", "limit", "", 1),
			row("W1", "channel", "of 64", 80), row("W1", "channel", "of 1", 90),
			row("W3", "disruptor", "default", 40), row("W3", "channel", "", 400),
			row("W8", "channel", "", 1e6),
		},
	}
}

type element struct {
	name, text string
	attributes map[string]string
}

func (e element) number(t *testing.T, name string) float64 {
	t.Helper()
	if e.attributes[name] == "" {
		return 0
	}
	v, err := strconv.ParseFloat(e.attributes[name], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// elements reads a picture, or fails the test if it is not well-formed.
func elements(t *testing.T, r io.Reader) (all []element) {
	t.Helper()
	d := xml.NewDecoder(r)
	for {
		switch token, err := d.Token(); v := token.(type) {
		case xml.StartElement:
			e := element{v.Name.Local, "", map[string]string{}}
			for _, a := range v.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			if len(all) > 0 {
				all[len(all)-1].text += strings.TrimSpace(string(v))
			}
		case nil:
			if err != io.EOF {
				t.Fatal(err)
			}
			return all
		}
	}
}

func TestTheBarsAreTheTimes(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, sample()); err != nil {
		t.Fatal(err)
	}
	var bars, labels []string
	for _, e := range elements(t, &out) {
		switch {
		case e.name == "rect":
			bars = append(bars, e.attributes["class"]+" "+e.attributes["width"])
		case e.attributes["class"] == "label":
			labels = append(labels, e.text)
		}
	}
	const wantBars = "default 15.0, other 37.5, channel 120.0, default 60.0, channel 600.0"
	if got := strings.Join(bars, ", "); got != wantBars {
		t.Errorf("bars: %s\nnot   %s", got, wantBars)
	}
	const wantLabels = "10.0 disruptor, default; 25.0 xsync; 80.0 channel; 40.0 disruptor, default; 400 channel"
	if got := strings.Join(labels, "; "); got != wantLabels {
		t.Errorf("labels: %s\nnot     %s", got, wantLabels)
	}
}

func TestNothingLeavesThePicture(t *testing.T) {
	r := sample()
	r.Rows = append(r.Rows, result.Row{Workload: "W3", Group: "smarty/go-disruptor", NsMedian: 401, Verified: true})
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	all := elements(t, &out)
	box := strings.Fields(all[0].attributes["viewBox"])
	w, _ := strconv.ParseFloat(box[2], 64)
	h, _ := strconv.ParseFloat(box[3], 64)
	if w != width || h < 100 {
		t.Fatalf("viewBox %v", box)
	}
	for _, e := range all {
		right := e.number(t, "x") + e.number(t, "dx") + e.number(t, "width")
		if e.name == "text" {
			right += 6.6 * float64(utf8.RuneCountInString(e.text)) // a wide letter of 12 pixels
		}
		if bottom := e.number(t, "y"); right > w || bottom > h-4 {
			t.Errorf("%v reaches %v, %v of %v, %v", e, right, bottom, w, h)
		}
	}
}

func TestAReportWithoutTimesHasNoPicture(t *testing.T) {
	r := sample()
	r.Workloads = r.Workloads[2:]
	if err := Write(io.Discard, r); err == nil || !strings.Contains(err.Error(), "time per event") {
		t.Errorf("error %v", err)
	}
}

package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/workloads"
)

// A plan is what a run is to measure, and for how long.
type plan struct {
	options   workloads.Options
	families  []harness.Family // restricted to the subjects that were asked for
	workloads []planned
	session   *harness.Session
}

type planned struct {
	workloads.Workload
	cases []harness.Case
}

const (
	// quickLimit is when -quick stops, whatever is left.
	quickLimit = 90 * time.Second
	// quickPlan is what -quick plans with: the rest is for machines that are slow or disturbed.
	quickPlan = 60 * time.Second
)

// ping measures how disturbed the machine is. Tests replace it: they run on any.
var ping = harness.PingPong

var errQuick = fmt.Errorf("the %v of -quick are over", quickLimit)

func newPlan(o options, families []harness.Family) (plan, error) {
	selected, err := workloads.Select(o.workload)
	if err != nil {
		return plan{}, usageError(err.Error())
	}
	p := plan{
		options:  workloads.Options{Quick: o.quick, Families: families},
		families: families,
		session:  &harness.Session{Rounds: o.rounds, Target: 150 * time.Millisecond, Ping: ping},
	}
	for _, w := range selected {
		p.workloads = append(p.workloads, planned{w, w.Plan(p.options)})
	}
	if o.subject != "" {
		if err := p.restrict(strings.Split(o.subject, ",")); err != nil {
			return plan{}, usageError(err.Error())
		}
	}
	if o.quick {
		p.session.Target, p.session.Tries = 50*time.Millisecond, 2
		p.fit(quickPlan)
	}
	return p, nil
}

// nominal returns how long the plan means to take.
func (p plan) nominal() time.Duration {
	var sum time.Duration
	for _, w := range p.workloads {
		for _, c := range w.cases {
			sum += p.session.Nominal(c, len(harness.Subjects(p.families, c)))
		}
	}
	return sum
}

// fit shortens the runs so that the plan takes no more than so long, but leaves a millisecond of
// each.
func (p plan) fit(limit time.Duration) {
	whole, target := p.nominal(), p.session.Target
	if whole <= limit {
		return
	}
	p.session.Target = 0
	fixed := p.nominal()
	share := float64(limit-fixed) / float64(whole-fixed)
	p.session.Target = max(time.Duration(share*float64(target)), time.Millisecond)
}

// restrict leaves only the subjects whose name or family is one of the names.
func (p *plan) restrict(names []string) error {
	all := p.families
	var known []string
	for _, w := range p.workloads {
		for _, c := range w.cases {
			for _, s := range harness.Subjects(all, c) {
				known = append(known, s.Name, s.Group)
			}
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		same := func(other string) bool { return strings.EqualFold(other, names[i]) }
		if !slices.ContainsFunc(known, same) {
			return fmt.Errorf("unknown subject %q; these workloads have: %s", names[i], strings.Join(known, "; "))
		}
	}
	wanted := func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
	}
	p.families = []harness.Family{func(c harness.Case) []harness.Subject {
		return slices.DeleteFunc(harness.Subjects(all, c), func(s harness.Subject) bool { return !wanted(s.Name) && !wanted(s.Group) })
	}}
	for i := range p.workloads { // cases that have no subject left are no part of the plan
		w := &p.workloads[i]
		w.cases = slices.DeleteFunc(w.cases, func(c harness.Case) bool { return len(p.families[0](c)) == 0 })
	}
	p.workloads = slices.DeleteFunc(p.workloads, func(w planned) bool { return len(w.cases) == 0 })
	return nil
}

// interruption says why the run ended in workload i, and which workloads it had not begun.
func (p plan) interruption(i int, why error) string {
	text := "stopped in " + p.workloads[i].Name + ": " + why.Error()
	if errors.Is(why, errQuick) {
		text = "stopped in " + p.workloads[i].Name + ": " + errQuick.Error()
	}
	var rest []string
	for _, w := range p.workloads[i+1:] {
		rest = append(rest, w.Name)
	}
	if len(rest) > 0 {
		text += "; not begun: " + strings.Join(rest, ", ")
	}
	return text
}

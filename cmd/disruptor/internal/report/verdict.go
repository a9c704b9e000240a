package report

import "slices"

// A verdict is a line of the summary: the fastest family in a block, and the next.
type verdict struct {
	Section, Title, Caption string
	Names                   []string // of the fastest, the best setting of each of several families if their spreads meet
	Median, Ratio           string
	Next, NextMedian        string
	Unranked                []string // families without a figure, each with the reason, except failures
}

func (s section) verdicts() []verdict {
	var all []verdict
	for _, b := range s.Blocks {
		if v, ok := b.verdict(); ok {
			v.Section, v.Title = s.Name, s.Title
			all = append(all, v)
		}
	}
	return all
}

// verdict reports false if the block has no figure.
func (b block) verdict() (verdict, bool) {
	v := verdict{Caption: b.Caption}
	var families []string
	for _, l := range b.Lines {
		if l.Family == limit || slices.Contains(families, l.Family) {
			continue
		}
		switch {
		case l.Leader:
			if v.Names == nil {
				v.Median, v.Ratio = l.Median, l.Ratio
			}
			v.Names = append(v.Names, l.Name)
		case l.Failed:
		case l.Note != "":
			v.Unranked = append(v.Unranked, l.Family+": "+l.Note)
		case l.Median != none && v.Next == "":
			v.Next, v.NextMedian = l.Name, l.Median
		}
		families = append(families, l.Family)
	}
	return v, v.Names != nil
}

package main

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// row holds a figure of ours against another one of the same run.
type row struct {
	What  string  `json:"what"`
	Brief string  `json:"brief,omitempty"` // the same where only few rows are shown; empty: this is none of them
	Ours  float64 `json:"ours"`
	Unit  string  `json:"unit,omitempty"` // of both figures
	Peer  string  `json:"peer"`           // what the bound is
	Bound float64 `json:"bound"`
	Ratio float64 `json:"ratio"`
	Reach reach   `json:"reach"`
	Met   *bool   `json:"met,omitempty"` // unset where nothing is judged
	Note  string  `json:"note,omitempty"`
}

// reach is the ratio that a row shall have.
type reach struct {
	Sign  string  `json:"sign"` // ≥, ≤ or =
	Ratio float64 `json:"ratio"`
}

func atLeast(ratio float64) reach { return reach{"≥", ratio} }
func atMost(ratio float64) reach  { return reach{"≤", ratio} }
func exactly(ratio float64) reach { return reach{"=", ratio} }

func (r reach) String() string { return r.Sign + " " + ratioText(r.Ratio) }

// met says whether a ratio is one that shall be.
func (r reach) met(ratio float64) bool {
	switch r.Sign {
	case "≥":
		return ratio >= r.Ratio
	case "≤":
		return ratio <= r.Ratio
	default:
		return ratio == r.Ratio
	}
}

// judge completes a row. Nothing that was not measured is met: a peer of 0, or a time that did not begin.
func (r row) judge(judged bool) row {
	if r.Bound != 0 {
		r.Ratio = r.Ours / r.Bound
	}
	if judged {
		met := r.Bound > 0 && r.Ours >= 0 && r.Reach.met(r.Ratio)
		r.Met = &met
	}
	return r
}

func (r row) mark() string {
	switch {
	case r.Met == nil:
		return ""
	case *r.Met:
		return "yes"
	default:
		return "**no**"
	}
}

// cells are the row as people read it.
func (r row) cells() []string {
	return []string{
		r.What, number(r.Ours) + r.Unit, r.Peer + ": " + number(r.Bound) + r.Unit,
		ratioText(r.Ratio), r.Reach.String(), r.mark(), r.Note,
	}
}

var headings = []string{"what", "ours", "in the same run", "ratio", "reach", "met", ""}

// number has thousands apart, and no more decimals than a reader wants.
func number(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return humanize.Comma(int64(v + 0.5))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// ratioText keeps a ratio that is next to its figure from looking like it.
func ratioText(v float64) string {
	switch {
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}

// markdownTable is a table for a page.
func markdownTable(rows []row) string {
	cells := [][]string{headings, {"---", "--:", "---", "--:", "--:", "---", "---"}}
	for _, r := range rows {
		cells = append(cells, r.cells())
	}
	return markdownLines(cells)
}

// briefTable has the few rows that matter most, without what they shall be.
func briefTable(rows []row) string {
	cells := [][]string{headings[:3], {"---", "--:", "---"}}
	for _, r := range rows {
		if r.Brief != "" {
			cells = append(cells, append([]string{r.Brief}, r.cells()[1:3]...))
		}
	}
	return markdownLines(cells)
}

func markdownLines(cells [][]string) string {
	var b strings.Builder
	for _, line := range cells {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(line, " | "))
	}
	return b.String()
}

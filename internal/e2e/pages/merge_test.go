package pages

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// measured is what depends on the machine and the hour.
var measured = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`\b\d+(\.\d+)?(ms|s|m\d+s)(, free of charge| \(|:|$)`), "TIME$3"},
	{regexp.MustCompile(`^(done .*?)( · [\d.,]+/s)?$`), "$1 · RATE"}, // there is none of less than a second
	{regexp.MustCompile(`http://127\.0\.0\.1:\d+`), "URL"},
	{regexp.MustCompile(`process \d+ on \S+`), "PROCESS"},
	{regexp.MustCompile(`not heard of for [^,]+,`), "not heard of for LEASE,"}, // tests have a shorter one
	{regexp.MustCompile(`[\d,]+ of ([\d,]+ (?:rows are )?finished), [\d,]+ remain`), "SOME of $1, OTHERS remain"},
	{regexp.MustCompile(`[\d,]+ updated, \d+ unchanged`), "SOME updated, OTHERS unchanged"},
	{regexp.MustCompile(`"_undo":\d+`), `"_undo":N`}, // users are updated side by side
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:?\d\d:?\d\dZ?`), "DATE"},
}

// steady are lines without what was measured.
func steady(lines []string) (all []string) {
	for _, line := range lines {
		line = strings.TrimSuffix(line, "\n")
		for _, m := range measured {
			line = m.is.ReplaceAllString(line, m.as)
		}
		all = append(all, line)
	}
	return all
}

// leftOut tells whether a line of a page stands for any lines.
func leftOut(line string) bool { return strings.TrimSpace(line) == "..." }

// What an alignment costs: a line that both have costs nothing, nor does one that the page leaves out. It costs most that a line of
// the page is gone, lest one that is another today, beside "...", is left out from then on. A line is another one of the same kind if it
// begins with the same word.
const (
	costNew   = 1
	costAlike = 3
	costOther = 4
	costGone  = 5
)

// differ gives what it costs that a line, without what was measured, is another.
func differ(a, b string) int {
	first, _, _ := strings.Cut(strings.TrimSpace(a), " ")
	other, _, _ := strings.Cut(strings.TrimSpace(b), " ")
	switch {
	case a == b:
		return 0
	case first == other:
		return costAlike
	}
	return costOther
}

// merge is the page's block with what is printed today: the page's own lines where they are the same, and nothing of
// what it leaves out. If nothing has to change, it is the page's block.
func merge(page, printed string) string {
	have, want := lines(page), lines(printed)
	are, were := steady(want), steady(have)
	costs := align(were, are)
	var b []string
	i, j := len(have), len(want)
	for i > 0 || j > 0 {
		switch cost := costs[i][j]; {
		case i > 0 && leftOut(have[i-1]) && cost == costs[i-1][j]:
			i--
			b = append(b, have[i])
		case i > 0 && j > 0 && leftOut(have[i-1]) && cost == costs[i][j-1]:
			j--
		case i > 0 && j > 0 && cost == costs[i-1][j-1] && differ(were[i-1], are[j-1]) == 0:
			i, j = i-1, j-1
			b = append(b, have[i])
		case j > 0 && cost == costs[i][j-1]+costNew:
			j--
			b = append(b, want[j])
		case i > 0 && j > 0 && !leftOut(have[i-1]) && cost == costs[i-1][j-1]+differ(were[i-1], are[j-1]):
			i, j = i-1, j-1
			b = append(b, want[j])
		default:
			i--
		}
	}
	slices.Reverse(b)
	return strings.Join(b, "")
}

// align gives what it costs at least to bring the first i lines of a page to the first j lines of an output.
func align(have, want []string) [][]int {
	costs := make([][]int, len(have)+1)
	for i := range costs {
		costs[i] = make([]int, len(want)+1)
		for j := range costs[i] {
			switch {
			case i == 0:
				costs[i][j] = j * costNew
			case leftOut(have[i-1]) && j == 0:
				costs[i][j] = costs[i-1][j]
			case leftOut(have[i-1]):
				costs[i][j] = min(costs[i-1][j], costs[i][j-1])
			case j == 0:
				costs[i][j] = costs[i-1][j] + costGone
			default:
				costs[i][j] = min(costs[i-1][j-1]+differ(have[i-1], want[j-1]), costs[i-1][j]+costGone, costs[i][j-1]+costNew)
			}
		}
	}
	return costs
}

func lines(text string) []string { return slices.Collect(strings.Lines(text)) }

func TestMerge(t *testing.T) {
	tests := []struct{ name, page, printed, want string }{
		{"the same", "a\nb\n", "a\nb\n", "a\nb\n"},
		{"nothing was shown yet", "", "a\nb\n", "a\nb\n"},
		{"nothing is printed any more", "a\n", "", ""},
		{"left out", "a\n...\nd\n", "a\nb\nc\nd\n", "a\n...\nd\n"},
		{"left out, and nothing is there", "a\n...\nb\n", "a\nb\n", "a\n...\nb\n"},
		{"left out at both ends", "...\nb\n...\n", "a\nb\nc\n", "...\nb\n...\n"},
		{"left out as part of a list", "a\n         ...\nd\n", "a\nb\nc\nd\n", "a\n         ...\nd\n"},
		{"everything left out", "...\n", "a\nb\n", "...\n"},
		{"the same line twice behind what is left out", "a\n...\na\nb\n", "a\nx\na\na\nb\n", "a\n...\na\nb\n"},
		{"another line before what is left out", "a\n...\nd\n", "A\nb\nc\nd\n", "A\n...\nd\n"},
		{"another line behind what is left out", "a\n...\nd\n", "a\nb\nc\nD\n", "a\n...\nD\n"},
		{"a new line in the middle", "a\nb\n", "a\nx\nb\n", "a\nx\nb\n"},
		{"a new line at the end", "...\nb\n", "a\nb\nx\n", "...\nb\nx\n"},
		{"new lines at the end", "...\nb\n", "a\nb\nx\ny\n", "...\nb\nx\ny\n"},
		{"another line that begins alike", "...\nfound 1\n...\n", "read 2\nfound 2\nplan 2\n", "...\nfound 2\n...\n"},
		{"a line is gone", "a\nx\nb\n", "a\nb\n", "a\nb\n"},
		{"measured", "done 5 rows in 1m40s: 5 updated · 20.0/s\n", "done 5 rows in 0.1s: 5 updated · 1,234/s\n", "done 5 rows in 1m40s: 5 updated · 20.0/s\n"},
		{"measured, and too short for a rate", "done 5 rows in 1m40s: 5 updated · 20.0/s\n", "done 5 rows in 0.1s: 5 updated\n", "done 5 rows in 1m40s: 5 updated · 20.0/s\n"},
		{"measured, and something else", "done 5 rows in 1m40s: 5 updated\n", "done 5 rows in 0.1s: 4 updated\n", "done 5 rows in 0.1s: 4 updated\n"},
		{"a price is not measured", "costs 5 updates, 0.2s at 20/s\n", "costs 5 updates, 0.5s at 10/s\n", "costs 5 updates, 0.5s at 10/s\n"},
		{"a port", "sandbox  http://127.0.0.1:41823\n", "sandbox  http://127.0.0.1:5\n", "sandbox  http://127.0.0.1:41823\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := merge(tt.page, tt.printed); got != tt.want {
				t.Errorf("merged\n%s\nwant\n%s", got, tt.want)
			}
			if again := merge(tt.want, tt.printed); again != tt.want {
				t.Errorf("merged once more it is another\n%s", again)
			}
		})
	}
}

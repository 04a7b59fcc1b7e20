package console

import (
	"strings"
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/prose"
)

// TestValuesInTransitions: a value that is nearly another looks like another.
func TestValuesInTransitions(t *testing.T) {
	for value, want := range map[string]string{
		"": "(none)", "(none)": `"(none)"`, "gold": "gold", " gold": `" gold"`, "gold\u00a0": `"gold\u00a0"`, " ": `" "`, "gold coin": "gold coin", "a\nb": `a\nb`,
	} {
		if got := valueOrNone(value); got != want {
			t.Errorf("%q is shown as %s, want %s", value, got, want)
		}
	}
}

// TestTransitions: however long the values are and whatever they are written in, a transition takes a line of the terminal, and a
// list that goes on says so.
func TestTransitions(t *testing.T) {
	long, wide := strings.Repeat("0123456789", 4)+"…", strings.Repeat("日本語", 4)+"…"
	list := []audit.AttributeResult{
		{Name: "custom:tier", Counts: audit.Counts{Change: 7}, More: 1234, Transitions: []audit.Transition{{Before: "silver", After: "gold", Count: 2}}},
		{Name: "custom:note", Counts: audit.Counts{Change: 4}, More: 4091, MoreAtLeast: true,
			Transitions: []audit.Transition{{Before: long, After: wide, Count: 1, AtLeast: true}, {Before: wide, After: "x", Count: 1}, {Before: "", After: long, Count: 1}}},
		{Name: "dev:custom:a_long_name_of_20_", Counts: audit.Counts{Unchanged: 1_000_000}},
	}
	for _, tt := range []struct {
		name  string
		width int
		want  string
	}{
		{"no terminal", 0, `
attribute                      change  delete  unchanged  other
custom:tier                         7       0          0      0
  silver > gold                            2
  and 1,234 more
custom:note                         4       0          0      0
  0123456789012345678901234567890123456789… > 日本語日本語日本語日本語…  at least 1
  日本語日本語日本語日本語… > x            1
  (none) > 0123456789012345678901234567890123456789…  1
  and at least 4,091 more
dev:custom:a_long_name_of_20_       0       0  1,000,000      0

`},
		{"a usual terminal", 80, `
attribute                      change  delete  unchanged  other
custom:tier                         7       0          0      0
  silver > gold                            2
  and 1,234 more
custom:note                         4       0          0      0
  012345678901234567890123456789012345… > 日本語日本語日本語日本語…  at least 1
  日本語日本語日本語日本語… > x            1
  (none) > 0123456789012345678901234567890123456789…  1
  and at least 4,091 more
dev:custom:a_long_name_of_20_       0       0  1,000,000      0

`},
		{"a narrow one", 60, `
attribute                  change  delete  unchanged  other
custom:tier                     7       0          0      0
  silver > gold                        2
  and 1,234 more
custom:note                     4       0          0      0
  01234567890123456789… > 日本語日本語日本語日…  at least 1
  日本語日本語日本語日本語… > x        1
  (none) > 0123456789012345678901234567890123456789…  1
  and at least 4,091 more
dev:custom:a_long_name_of_20_
                                0       0  1,000,000      0

`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w strings.Builder
			printAttributes(&w, list, tt.width)
			if got := w.String(); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			for line := range strings.Lines(w.String()) {
				if n := prose.Width(strings.TrimSuffix(line, "\n")); tt.width > 0 && n >= tt.width {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

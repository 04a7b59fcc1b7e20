package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name        string
		ours, bound float64
		reach       reach
		want        string // the last cells
	}{
		{"reached", 95, 100, atLeast(0.95), "0.950 | ≥ 0.950 | yes |"},
		{"just missed", 94.9, 100, atLeast(0.95), "0.949 | ≥ 0.950 | **no** |"},
		{"a limit kept", 60, 64, atMost(1), "0.938 | ≤ 1.000 | yes |"},
		{"a limit passed", 65, 64, atMost(1), "1.016 | ≤ 1.000 | **no** |"},
		{"exact", 200, 200, exactly(1), "1.000 | = 1.000 | yes |"},
		{"one call too many", 201, 200, exactly(1), "1.005 | = 1.000 | **no** |"},
		{"nothing to compare with", 5, 0, atLeast(1), "0.000 | ≥ 1.000 | **no** |"},
		{"no limit", 5, 0, atMost(1), "0.000 | ≤ 1.000 | **no** |"},
		{"nothing throttled", 0, 2, atMost(1), "0.000 | ≤ 1.000 | yes |"},
		{"nothing measured", -1, 64, atMost(1), "-0.016 | ≤ 1.000 | **no** |"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := row{Ours: tt.ours, Bound: tt.bound, Reach: tt.reach}
			if got := markdownTable([]row{r.judge(true)}); !strings.Contains(got, "| "+tt.want) {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			if quick := r.judge(false); quick.Met != nil || quick.mark() != "" {
				t.Errorf("a short run is judged: %v", quick)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.4: "0.40", 8: "8", 12.34: "12.3", 1_234.5: "1,235", 10_000_000: "10,000,000"} {
		if got := number(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

func TestReportText(t *testing.T) {
	r := newReport(machine{Processor: "a processor", Cores: 2, System: "linux/amd64", Go: "go1.26"}, time.Now(), true, []result{
		{rows: []row{{What: "updates", Ours: 9000, Unit: "/s", Peer: "a loop", Bound: 10_000, Reach: atLeast(0.9)}}},
		{rows: []row{{What: "resident memory", Ours: 40, Unit: " MiB", Peer: "the limit", Bound: 64, Reach: atMost(1), Note: "a note"}}},
	})
	_, got, _ := strings.Cut(r.text(), "on 2 cores of a processor, linux/amd64, go1.26\n\n")
	const want = `what             ours     in the same run    ratio  reach    met
updates          9,000/s  a loop: 10,000/s   0.900  ≥ 0.900
resident memory  40 MiB   the limit: 64 MiB  0.625  ≤ 1.000       a note
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestReplaceBlock(t *testing.T) {
	tests := []struct{ name, page, want, err string }{
		{"first time", "a\n<!-- bench --><!-- /bench -->\nb\n", "a\n<!-- bench -->\nnew\n<!-- /bench -->\nb\n", ""},
		{"again", "a\n<!-- bench -->\nold\n<!-- /bench -->\nb\n", "a\n<!-- bench -->\nnew\n<!-- /bench -->\nb\n", ""},
		{"no block", "a\n", "a\n", "there is no block"},
		{"no end", "a\n<!-- bench -->\nb\n", "a\n<!-- bench -->\nb\n", "there is no block"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "page.md")
			if err := os.WriteFile(path, []byte(tt.page), 0o600); err != nil {
				t.Fatal(err)
			}
			err := replaceBlock(path, "new\n")
			if (tt.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if got, _ := os.ReadFile(path); string(got) != tt.want {
				t.Errorf("the page is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOffsetOfLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	text := strings.Repeat("0123456789\n", 20_000) // longer than a read
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []int{1, 2, 15_000, 20_001} {
		if got, err := offsetOfLine(path, line); err != nil || got != int64(line-1)*11 {
			t.Errorf("line %d begins at %d, %v; want %d", line, got, err, (line-1)*11)
		}
	}
	if _, err := offsetOfLine(path, 20_002); err == nil {
		t.Error("a line behind the last has an offset")
	}
}

// TestPages: the pages show what was measured last, and all of it.
func TestPages(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance/bench.json")
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"../../docs/performance.md": r.markdown(), "../../README.md": r.brief()} {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), blockBegin+"\n"+want+blockEnd) {
			t.Errorf("%s does not show bench.json (make bench renews it); want\n%s", path, want)
		}
	}
}

package page_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// inNode is what expressions of JavaScript come to, as JSON, beside the parts of the page that only compute.
func inNode(t *testing.T, first string, expressions []string) []string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node to compute it")
	}
	var script strings.Builder
	for _, part := range []string{"words.js", "series.js", "marks.js", "pictures.js"} {
		text, err := os.ReadFile(filepath.Join("assets", part))
		if err != nil {
			t.Fatal(err)
		}
		script.Write(text)
	}
	script.WriteString(first)
	for _, e := range expressions {
		script.WriteString("\nconsole.log(JSON.stringify(" + e + "));")
	}
	cmd := exec.Command(node, "-")
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestMarks: spans and lines, in seconds of a minute, of what happened and of samples that say how they ended and how
// long they were; a p is paused.
func TestMarks(t *testing.T) {
	tests := []struct{ name, events, samples, want string }{
		{"nothing", "", "", ""},
		{"a pause", "0 started, 20 paused, 30 unpaused, 40 finished", "10 10, 20 10, 30 10 p, 40 10", "pause 20-30, turn 40"},
		{"a pause that goes on", "0 started, 20 paused", "10 10, 20 10, 30 10 p", "pause 20-30"},
		{"one that was just asked for", "0 started, 20 paused, 35 rate", "10 10, 20 10", "pause 20-35, order 35"},
		{"stopped in a pause, and gone on with", "0 started, 10 paused, 20 stopped, 40 started, 50 unpaused", "10 10, 20 10 p, 50 10 p",
			"pause 10-20, away 20-40, pause 40-50, turn 20, turn 40"},
		{"killed, and gone on with", "0 started, 5 throttled, 40 started", "10 10, 20 10, 50 10", "throttle 5-20, away 20-40, turn 40"},
		{"killed after the last sample", "0 started, 20 paused, 23 unpaused, 40 started", "10 10, 20 10, 50 10", "pause 20-23, away 23-40, turn 40"},
		{"killed before the first sample", "0 started, 3 rate, 40 started", "50 10", "away 3-40, order 3, turn 40"},
		{"without events", "", "10 10, 20 10 p, 30 10 p, 50 10 p", "pause 10-30, pause 40-50"},
		{"throttles", "0 started, 10 throttled, 20 unthrottled, 30 throttled", "10 10, 20 10, 30 10, 40 10", "throttle 10-20, throttle 30-40"},
		{"orders", "0 started, 1 rate, 2 read_rate, 3 stopping, 4 budget, 5 stopped", "", "order 1, order 2, order 3, order 4, turn 5"},
	}
	var marks []string
	for _, test := range tests {
		marks = append(marks, "marks("+quoted(test.events)+", "+quoted(test.samples)+")")
	}
	got := inNode(t, `
		const at = s => new Date(1e12 + 1000 * s).toISOString(), of = s => Math.round(s - 1e9);
		const each = text => (text ? text.split(', ').map(x => x.split(' ')) : []);
		const marks = (events, samples) => {
			const m = marksOf(each(events).map(([s, event]) => ({ at: at(s), event })), each(samples).map(([s, n, p]) => ({ at: at(s), seconds: Number(n), paused: p === 'p' })));
			return [...m.spans.map(s => s.kind + ' ' + of(s.from) + '-' + of(s.until)), ...m.lines.map(l => l.kind + ' ' + of(l.at))].join(', ');
		};`, marks)
	for i, test := range tests {
		if got[i] != quoted(test.want) {
			t.Errorf("%s: %s, want %s", test.name, got[i], test.want)
		}
	}
}

func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}

// TestColumns: what is drawn of samples.
func TestColumns(t *testing.T) {
	const samples = `const c = columns([[10, 10, 100, 900], [20, 10, 50, 850], [60, 10, 10, 840]].map(([at, seconds, accepted, remaining]) =>
		({ at: new Date(1e12 + 1000 * at).toISOString(), seconds, accepted, remaining, throttled: at === 20 ? 3 : 0, rate: 20,
			failed: at === 60 ? { invalid: 2 } : undefined, latency: { A: { p50: at, p95: 2, p99: 3 } } })));`
	tests := []struct{ name, expression, want string }{
		{"a stretch begins where its first sample does, and ends before the next", "c.at.map(at => Math.round(10 * (at - 1e9)))", "[0,100,200,200,500,600]"},
		{"a second", "c.accepted", "[10,10,5,null,1,1]"},
		{"what remains", "c.remaining", "[1000,900,850,null,852,840]"},
		{"what is rare, a minute", "c.throttled", "[0,0,3,null,0,0]"},
		{"failures by class", "c.failed", `{"invalid":[0,0,0,null,0,2]}`},
		{"sums", "c.outcomes.accepted", "[0,100,150,null,150,160]"},
		{"latency", "c.latency.A.p50", "[10,10,20,null,60,60]"},
		{"work left, in minutes", "c.left.map(s => s === null ? null : Math.round(s / 6) / 10)", "[null,1.5,1.9,null,null,2.6]"},
		{"a start that follows a kill at once begins a stretch, too", `columns([[10, 10], [25, 10]].map(([at, seconds]) =>
			({ at: new Date(1e12 + 1000 * at).toISOString(), seconds, accepted: 100, remaining: 9 }))).accepted`, "[10,10,null,10,10]"},
		{"no sample", "columns([]).at", "[]"},
		{"durations", "[0, 9, 61, 3600, 40000, 100000].map(span)", `["0s","9s","1m1s","1h","11h6m","1d3h"]`},
		{"rates", "[0.25, 19.96, 123.4, 1500].map(rate)", `["0.25","20","123","1,500"]`},
	}
	var expressions []string
	for _, test := range tests {
		expressions = append(expressions, test.expression)
	}
	for i, got := range inNode(t, samples, expressions) {
		if got != tests[i].want {
			t.Errorf("%s: %s, want %s", tests[i].name, got, tests[i].want)
		}
	}
}

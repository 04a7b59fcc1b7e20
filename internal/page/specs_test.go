package page_test

import (
	"strconv"
	"testing"
)

// TestPictureSpecs: which pictures there are of a series, and what stands below and in them.
func TestPictureSpecs(t *testing.T) {
	const sample = `{at: "2026-11-28T18:00:10Z", seconds: 10, accepted: 100, throttled: 0, remaining: 500, rate: 20, ceiling: 20`
	tests := []struct{ name, samples, picture, said, want string }{
		{"allowed", "[" + sample + "}]", "pace", "caption.split('. ')[1]", "In the end 20/s was allowed, the ceiling was 20/s."},
		{"as many as the run says, whatever of a sample was paused", "[" + sample + "}]", "pace", "caption.split(',')[0]", "21.9 a second on average while it was not paused"},
		{"a sample holds as long as it is", "[" + sample + "}]", "pace", "series.every(s => s.stepped) ? 'stepped' : 'sloping'", "stepped"},
		{"without a limit", "[" + sample + ", rate: 0, ceiling: 0}]", "pace", "caption.split('. ')[1]", "In the end there was no limit."},
		{"nothing to draw of a limit", "[" + sample + ", rate: 0, ceiling: 0}]", "pace", "series.map(s => s.label).join()", "accepted"},
		{"work left", "[" + sample + "}]", "remaining", "series.map(s => s.label + ' ' + lastOf(s.values)).join()", "remaining 500,work left 50"},
		{"no work left", "[" + sample + ", remaining: 0}]", "remaining", "series.map(s => s.label).join() + s.second", "remainingundefined"},
		{"classes, the most first", "[" + sample + ", failed: {alias: 1, invalid: 3}}]", "failed", "caption", "3 invalid, 1 alias."},
		{"more classes than colours", "[" + sample + ", failed: {a: 9, b: 8, c: 7, d: 6, e: 5, f: 4, g: 3}}]", "failed",
			"series.map(s => s.label + ' ' + lastOf(s.values) + ' ' + s.colour).join()", "a 9 red,b 8 amber,c 7 purple,d 6 teal,e 5 blue,2 others 7 grey"},
	}
	var said []string
	for _, test := range tests {
		said = append(said, "(s => s."+test.said+")(picturesOf("+test.samples+", {state: 'stopped', remaining: 500, updates_per_second: 21.9}).find(s => s.name === "+quoted(test.picture)+"))")
	}
	said = append(said, "picturesOf(["+sample+"}], {state: 'stopped'}).map(s => s.name).join()")
	got := inNode(t, "", said)
	for i, test := range tests {
		if got[i] != quoted(test.want) {
			t.Errorf("%s: %s, want %q", test.name, got[i], test.want)
		}
	}
	if last := got[len(got)-1]; last != strconv.Quote("pace,remaining,outcomes,throttled,failed") {
		t.Errorf("what has nothing to draw comes last: %s", last)
	}
}

// TestMissed: where a kill has taken a sample, the pictures say what they lack.
func TestMissed(t *testing.T) {
	const behind = " than the numbers above: a start that is killed leaves no sample of its last seconds, and what it did last may be done again."
	tests := []struct{ name, standing, want string }{
		{"nothing", "{state: 'finished', rows: 200, remaining: 50, throttled: 3}", ""},
		{"some", "{state: 'stopped', rows: 200, remaining: 40, throttled: 4}", "The pictures count 10 records fewer and 1 throttled call fewer" + behind},
		{"done again", "{state: 'killed', rows: 200, remaining: 51, throttled: 3}", "The pictures count 1 record more" + behind},
		{"it goes on, and its samples come later", "{state: 'running', rows: 200, remaining: 40, throttled: 4}", ""},
	}
	var said []string
	for _, test := range tests {
		said = append(said, "missedOf([{accepted: 100, unchanged: 20, failed: {invalid: 10}, throttled: 3}, {accepted: 20, throttled: 0}], "+test.standing+")")
	}
	for i, got := range inNode(t, "", said) {
		if got != quoted(tests[i].want) {
			t.Errorf("%s: %s, want %q", tests[i].name, got, tests[i].want)
		}
	}
}

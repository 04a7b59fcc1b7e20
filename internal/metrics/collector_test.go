package metrics

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

var began = time.Date(2026, 11, 3, 22, 0, 0, 0, time.UTC)

// standing is that of a run in its second night.
func standing(state string) rundir.Standing {
	ceiling, reads := 20.0, 80.0
	return rundir.Standing{
		Summary: report.Summary{Rows: 1000, Updated: 600, Unchanged: 50, Awaiting: 3, Skipped: 7, Failed: 40, Remaining: 300},
		State:   state, Rate: checkpoint.Rate{PerSecond: 17.5}, SavedAt: began.Add(time.Hour),
		Effective: rundir.Effective{Rate: &ceiling, ReadRate: &reads},
	}
}

// totals are those of its second start.
func totals() telemetry.Totals {
	return telemetry.Totals{
		Records:   map[string]int64{"updated": 100, "unchanged": 0, "awaiting_verification": 1, "skipped": 2, "failed": 4},
		Calls:     map[telemetry.CallKey]int64{{API: "AdminUpdateUserAttributes", Result: "ok"}: 101, {API: "AdminUpdateUserAttributes", Result: "throttled"}: 9, {API: "AdminUpdateUserAttributes", Result: "failed"}: 4},
		Throttles: 9,
		Durations: map[string]telemetry.Histogram{"AdminUpdateUserAttributes": {Count: 105, Sum: 12.5,
			Buckets: []telemetry.Bucket{{Upper: 0.05, Count: 60}, {Upper: 0.1, Count: 100}}}},
		LastSuccess: began.Add(time.Hour - 500*time.Millisecond),
	}
}

func source(r Reading) Source {
	return Source{Command: "apply", Pool: "us-east-1_Ab12Cd34E", Run: "loyalty.run", Version: "v1.2.3", Started: began, Read: func() Reading { return r }}
}

// scrape is what is answered over HTTP.
func scrape(t *testing.T, s Source) string {
	t.Helper()
	w := httptest.NewRecorder()
	New(s).Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	return w.Body.String()
}

// samples are the lines of an answer without what is the same in all of them.
func samples(answer string) string {
	answer = regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(answer, "")
	answer = regexp.MustCompile(`(command|pool|run|goversion)="[^"]*",?`).ReplaceAllString(answer, "")
	return strings.NewReplacer("{}", "", ",}", "}").Replace(answer)
}

// TestScrape holds all of an answer against the file in testdata.
func TestScrape(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "run.prom"))
	if err != nil {
		t.Fatal(err)
	}
	got := scrape(t, source(Of(standing("running"), totals())))
	got = strings.ReplaceAll(got, runtime.Version(), "go1.26.0")
	if got != string(want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestReadings(t *testing.T) {
	for _, tt := range []struct {
		name     string
		standing func(*rundir.Standing)
		totals   func(*telemetry.Totals)
		has      []string // lines
		not      []string // beginnings of lines
	}{
		{name: "paused",
			standing: func(s *rundir.Standing) { s.State, s.Effective.Paused = "paused", true },
			has:      []string{"attrmigrate_paused 1", `attrmigrate_state{state="paused"} 1`, `attrmigrate_state{state="running"} 0`}},
		{name: "stopping, out of a pause",
			standing: func(s *rundir.Standing) { s.State, s.Effective.Paused = "stopping", true },
			has:      []string{"attrmigrate_paused 1", `attrmigrate_state{state="stopping"} 1`}},
		{name: "pausing",
			standing: func(s *rundir.Standing) { s.State = "pausing" },
			has:      []string{"attrmigrate_paused 1", `attrmigrate_state{state="pausing"} 1`}},
		{name: "nothing limits it",
			standing: func(s *rundir.Standing) {
				s.Effective.Rate, s.Effective.ReadRate, s.Rate.PerSecond = nil, nil, 0
			},
			not: []string{"attrmigrate_rate_allowed", "attrmigrate_rate_ceiling", "attrmigrate_read_rate_ceiling"}},
		{name: "no success yet",
			totals: func(t *telemetry.Totals) { t.LastSuccess = time.Time{} },
			not:    []string{"attrmigrate_last_success_timestamp_seconds"}},
		{name: "finished",
			standing: func(s *rundir.Standing) { s.State = "finished" },
			has:      []string{"attrmigrate_finished_timestamp_seconds 1.7937468e+09", `attrmigrate_state{state="finished"} 1`}},
		{name: "stopped is not finished",
			standing: func(s *rundir.Standing) { s.State = "stopped" },
			has:      []string{`attrmigrate_state{state="stopped"} 1`},
			not:      []string{"attrmigrate_finished_timestamp_seconds"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, n := standing("running"), totals()
			if tt.standing != nil {
				tt.standing(&s)
			}
			if tt.totals != nil {
				tt.totals(&n)
			}
			got := "\n" + samples(scrape(t, source(Of(s, n))))
			for _, line := range tt.has {
				if !strings.Contains(got, "\n"+line+"\n") {
					t.Errorf("no line %s in%s", line, got)
				}
			}
			for _, beginning := range tt.not {
				if strings.Contains(got, "\n"+beginning) {
					t.Errorf("a line %s in%s", beginning, got)
				}
			}
		})
	}
}

// A directory may have any name where the system is Unix. One that is not UTF-8 would spoil the whole answer.
func TestNames(t *testing.T) {
	for _, tt := range []struct{ name, run, label string }{
		{"not UTF-8", "caf\xe9.run", "caf\ufffd.run"},
		{"what labels escape", "a\"b\\c\nd", `a\"b\\c\nd`},
		{"none", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := source(Of(standing("running"), totals()))
			s.Run = tt.run
			want := `attrmigrate_paused{command="apply",pool="us-east-1_Ab12Cd34E",run="` + tt.label + `"} 0`
			if got := scrape(t, s); !strings.Contains(got, want+"\n") {
				t.Errorf("no line %s in\n%s", want, got)
			}
		})
	}
}

// A plan sends nothing: it tells how far it is, and nothing of calls.
func TestWithoutTotals(t *testing.T) {
	got := samples(scrape(t, source(Reading{State: "running", Total: 100, Remaining: 30})))
	for _, name := range []string{"throttles", "calls", "call_duration", "records_total", "rate", "run_records", "last_success"} {
		if strings.Contains(got, "attrmigrate_"+name) {
			t.Errorf("it tells of %s:\n%s", name, got)
		}
	}
	if !strings.Contains(got, "\nattrmigrate_records_remaining 30\n") {
		t.Error(got)
	}
}

// Every metric stands in the page with what it means.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/steering.md")
	if err != nil {
		t.Fatal(err)
	}
	s := standing("finished")
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(scrape(t, source(Of(s, totals()))), -1) {
		if !regexp.MustCompile("(?m)^\\| `" + m[1] + "[`{]").Match(page) {
			t.Errorf("docs/steering.md does not say what %s is", m[1])
		}
	}
}

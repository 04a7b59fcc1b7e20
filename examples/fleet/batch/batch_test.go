// Package batch holds the job definition and the script of this directory against what AWS Batch documents: the rules of
// evaluateOnExit are interpreted here, and no job has run on AWS.
package batch

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// strategy is a retryStrategy: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
type strategy struct {
	Attempts       int
	EvaluateOnExit []rule
}

type rule struct {
	OnStatusReason, OnReason, OnExitCode *string
	Action                               string
}

// attempt is how one has ended. Without a container there is no exit code.
type attempt struct {
	exitCode             int
	reason, statusReason string
}

// exited is an attempt whose container has ended by itself.
func exited(code int) attempt {
	return attempt{exitCode: code, statusReason: "Essential container in task exited"}
}

// again says whether an attempt is followed by another: the first rule of which every condition holds decides; where
// none does, it is.
func (s strategy) again(a attempt) bool {
	code := ""
	if a.exitCode >= 0 {
		code = fmt.Sprint(a.exitCode)
	}
	for _, r := range s.EvaluateOnExit {
		if matches(r.OnStatusReason, a.statusReason) && matches(r.OnReason, a.reason) && matches(r.OnExitCode, code) {
			return strings.EqualFold(r.Action, "RETRY")
		}
	}
	return true
}

// matches: an asterisk at the end stands for anything; without one all of it has to be the same. No condition holds.
func matches(pattern *string, text string) bool {
	if pattern == nil {
		return true
	}
	if start, ok := strings.CutSuffix(*pattern, "*"); ok {
		return text != "" && strings.HasPrefix(text, start)
	}
	return text == *pattern
}

// run is the status of a job, and how many attempts it took.
func (s strategy) run(attempts ...attempt) (string, int) {
	for n, a := range attempts {
		switch {
		case a.exitCode == 0:
			return "SUCCEEDED", n + 1
		case n+1 >= s.Attempts || !s.again(a):
			return "FAILED", n + 1
		}
	}
	return "RUNNABLE", len(attempts)
}

// load reads the strategy of the job definition.
func load(t *testing.T) strategy {
	t.Helper()
	data, err := os.ReadFile("job-definition.json")
	if err != nil {
		t.Fatal(err)
	}
	var definition struct{ RetryStrategy strategy }
	if err := json.Unmarshal(data, &definition); err != nil {
		t.Fatal(err)
	}
	return definition.RetryStrategy
}

// TestExitCodes plays every exit code, and what else ends an attempt.
func TestExitCodes(t *testing.T) {
	s := load(t)
	many := func(a attempt, n int, more ...attempt) []attempt {
		var all []attempt
		for range n {
			all = append(all, a)
		}
		return append(all, more...)
	}
	spot := attempt{-1, "", "Host EC2 (instance i-0123456789abcdef0) terminated."}
	for _, tt := range []struct {
		name     string
		attempts []attempt
		status   string
		n        int
	}{
		{"done", many(exited(0), 1), "SUCCEEDED", 1},
		{"refused", many(exited(1), 2), "FAILED", 1},
		{"wrong usage", many(exited(2), 2), "FAILED", 1},
		{"records failed", many(exited(3), 2), "FAILED", 1},
		{"stopped early", many(exited(4), 2, exited(0)), "SUCCEEDED", 3},
		{"another process at work", many(exited(5), 3, exited(0)), "SUCCEEDED", 4},
		{"another process that does not end", many(exited(5), 11), "FAILED", 10},
		{"interrupted", many(exited(130), 9, exited(0)), "SUCCEEDED", 10},
		{"interrupted, then records failed", many(exited(130), 1, exited(3), exited(0)), "FAILED", 2},
		{"killed, or out of memory", many(attempt{137, "OutOfMemoryError: Container killed due to memory usage", "Essential container in task exited"}, 1, exited(0)), "SUCCEEDED", 2},
		{"the host goes away", many(spot, 1, exited(0)), "SUCCEEDED", 2},
		{"the host goes away as the program refuses", many(attempt{1, "", spot.statusReason}, 1, exited(0)), "SUCCEEDED", 2},
		{"an image that cannot be pulled", many(attempt{-1, "CannotPullContainerError: pull image manifest has been retried 5 time(s)", "Task failed to start"}, 1, exited(0)), "SUCCEEDED", 2},
		{"codes that begin as 1, 2 and 3 do", []attempt{exited(13), exited(21), exited(139), exited(255), exited(0)}, "SUCCEEDED", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, n := s.run(tt.attempts...); status != tt.status || n != tt.n {
				t.Errorf("%s after %d attempts, want %s after %d", status, n, tt.status, tt.n)
			}
		})
	}
}

// TestStrategy: what Batch takes.
func TestStrategy(t *testing.T) {
	s := load(t)
	if s.Attempts < 1 || s.Attempts > 10 || len(s.EvaluateOnExit) > 5 {
		t.Errorf("%d attempts, %d rules: ten and five are the most", s.Attempts, len(s.EvaluateOnExit))
	}
	text, number := regexp.MustCompile(`^[A-Za-z0-9.:\s]{1,511}\*?$`), regexp.MustCompile(`^[0-9]{1,511}\*?$`)
	for i, r := range s.EvaluateOnExit {
		if a := strings.ToUpper(r.Action); a != "RETRY" && a != "EXIT" {
			t.Errorf("rule %d: %s is no action", i, r.Action)
		}
		for _, c := range []struct {
			pattern *string
			form    *regexp.Regexp
		}{{r.OnReason, text}, {r.OnStatusReason, text}, {r.OnExitCode, number}} {
			if c.pattern != nil && !c.form.MatchString(*c.pattern) {
				t.Errorf("rule %d: %q is no pattern", i, *c.pattern)
			}
		}
	}
}

// TestSubmit runs the script with programs in place of attrmigrate and aws: what is submitted for which file.
func TestSubmit(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no jq, or no shell")
	}
	for _, tt := range []struct {
		name, targets string // what attrmigrate targets does
		args          []string
		code          int
		submitted     string
	}{
		{"four indexes", "echo index account; echo 4", []string{"spot", "s3://jobs/targets.csv", "apply", "--yes"}, 0,
			`batch submit-job --job-name attrmigrate-apply --job-queue spot --job-definition attrmigrate-fleet --array-properties size=4 ` +
				`--container-overrides {"command":["apply","--targets","s3://jobs/targets.csv","--index","auto","--yes"]} --query jobId --output text`},
		{"one index", "echo 1", []string{"spot", "my targets.csv", "apply", "--yes", "--where", `custom.tier == "gold"`}, 0,
			`batch submit-job --job-name attrmigrate-apply --job-queue spot --job-definition attrmigrate-fleet ` +
				`--container-overrides {"command":["apply","--targets","my targets.csv","--index","0","--yes","--where","custom.tier == \"gold\""]} --query jobId --output text`},
		{"no flags", "echo 2", []string{"spot", "t.csv", "plan"}, 0,
			`batch submit-job --job-name attrmigrate-plan --job-queue spot --job-definition attrmigrate-fleet --array-properties size=2 ` +
				`--container-overrides {"command":["plan","--targets","t.csv","--index","auto"]} --query jobId --output text`},
		{"a file that is wrong", "echo problems >&2; exit 2", []string{"spot", "t.csv", "plan"}, 2, ""},
		{"something else than a number", "echo hello", []string{"spot", "t.csv", "plan"}, 2, ""},
		{"no command", "echo 4", []string{"spot", "t.csv"}, 2, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, script := range map[string]string{
				"attrmigrate": `[ "$1" = targets ] || exit 9; ` + tt.targets,
				"aws":         `echo "$*" >>` + filepath.Join(dir, "submitted"),
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("./submit.sh", tt.args...)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			out, _ := cmd.CombinedOutput()
			submitted, _ := os.ReadFile(filepath.Join(dir, "submitted"))
			if code := cmd.ProcessState.ExitCode(); code != tt.code || strings.TrimSpace(string(submitted)) != tt.submitted {
				t.Errorf("exit code %d\n%s\nsubmitted %s\nwant      %s", code, out, submitted, tt.submitted)
			}
		})
	}
}

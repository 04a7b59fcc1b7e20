// Package scheduled holds the manifests of this directory against the program that they start.
package scheduled

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/cli"
	"attrmigrate/pipeline"
)

// manifests are the files that start the program: how the command line is found in each, and the time
// that it has between the first signal and the kill.
var manifests = []struct {
	name    string
	command func(t *testing.T, text string) []string
	grace   *regexp.Regexp // nil: nobody kills it
}{
	{"attrmigrate.service", shellCommand, regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+s)$`)},
	{"attrmigrate.crontab", shellCommand, nil},
	{"kubernetes-cronjob.yaml", flowArguments, regexp.MustCompile(`(?m)^ +terminationGracePeriodSeconds: (\d+)$`)},
	{"ecs-scheduled-task.json", taskCommand, regexp.MustCompile(`"stopTimeout": (\d+)`)},
}

// input is a change set of two rows, for a sandbox.
const input = "username,custom:tier\nada@example.com,gold\nlee@example.com,silver\n"

// shellCommand is what stands behind the program's path, up to a redirection or the end of the line.
func shellCommand(t *testing.T, text string) []string {
	t.Helper()
	text = strings.ReplaceAll(text, "\\\n", " ")
	_, rest, found := strings.Cut(text, "/usr/local/bin/attrmigrate ")
	if !found {
		t.Fatal("there is no command in it")
	}
	line, _, _ := strings.Cut(rest, "\n")
	line, _, _ = strings.Cut(line, " >")
	return strings.Fields(line)
}

// flowArguments is the args of a container, a YAML list that is written as JSON.
func flowArguments(t *testing.T, text string) []string {
	t.Helper()
	list := regexp.MustCompile(`args: (\[[^\]]*\])`).FindStringSubmatch(text)
	if list == nil {
		t.Fatal("there are no args in it")
	}
	var args []string
	if err := json.Unmarshal([]byte(list[1]), &args); err != nil {
		t.Fatal(err)
	}
	return args
}

func taskCommand(t *testing.T, text string) []string {
	t.Helper()
	var document struct {
		TaskDefinition struct{ ContainerDefinitions []struct{ Command []string } }
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return document.TaskDefinition.ContainerDefinitions[0].Command
}

// TestCommandsRun runs the command of each manifest, on an input of two rows and in a sandbox.
func TestCommandsRun(t *testing.T) {
	for _, m := range manifests {
		t.Run(m.name, func(t *testing.T) {
			args := m.command(t, read(t, m.name))
			inNewDirectory(t)
			args[len(args)-1] = "loyalty.csv" // the input
			code, stdout, stderr := attrmigrate(append(args, "--sandbox")...)
			if code != 0 || !strings.Contains(stdout, "2 updated, 0 failed") {
				t.Fatalf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, stderr, stdout)
			}
			if _, err := os.Stat("loyalty.run/checkpoint.json"); err != nil {
				t.Error("the run directory is not beside the input:", err)
			}
		})
	}
}

// TestGracePeriods wants time for the calls under way to end, and five seconds to save what they did.
func TestGracePeriods(t *testing.T) {
	for _, m := range manifests {
		if m.grace == nil {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			text := read(t, m.name)
			args := m.command(t, text)
			at := slices.Index(args, "--drain-timeout")
			found := m.grace.FindStringSubmatch(text)
			if at < 0 || found == nil {
				t.Fatal("it names no --drain-timeout or no grace period")
			}
			drain := duration(t, args[at+1])
			grace := duration(t, strings.TrimSuffix(found[1], "s")+"s")
			if grace < drain+5*time.Second {
				t.Errorf("the grace period is %s, --drain-timeout is %s", grace, drain)
			}
		})
	}
}

// TestExitCodes wants the tables of exit codes to list those of the help, each once.
func TestExitCodes(t *testing.T) {
	_, help, _ := attrmigrate("--help")
	_, rest, _ := strings.Cut(help, "Exit codes:\n")
	block, _, _ := strings.Cut(rest, "\n\n")
	codes := firsts(regexp.MustCompile(`(?m)^ +(\d+) `), block)
	if len(codes) == 0 {
		t.Fatal("the help does not list the exit codes as it did")
	}
	row := regexp.MustCompile(`(?m)^\| (\d+) \|`)
	for _, page := range []string{"README.md", filepath.Join("..", "..", "README.md")} {
		if got := firsts(row, read(t, page)); !slices.Equal(got, codes) {
			t.Errorf("%s lists the exit codes %v, the help %v", page, got, codes)
		}
	}
	for _, m := range []struct{ name, not, uncounted, want string }{ // systemd counts each restart
		{"attrmigrate.service", `RestartPreventExitStatus=(.*)`, `Restart=(.*)`, "on-failure"},
		{"kubernetes-cronjob.yaml", `action: FailJob[^\[]*values: \[(.*)\]`, `action: Ignore\s+onExitCodes:[^\[]*values: \[(.*)\]`, "5"},
	} {
		text := strings.ReplaceAll(read(t, m.name), ",", "")
		got := firsts(regexp.MustCompile(m.not), text)
		if !slices.Equal(got, []string{"1 2 3"}) {
			t.Errorf("%s does not retry %v, want all but 4, 5 and 130", m.name, got)
		}
		if got := firsts(regexp.MustCompile(`(?m)^ *-? *`+m.uncounted), text); !slices.Equal(got, []string{m.want}) {
			t.Errorf("%s tries again at %v, want %s", m.name, got, m.want)
		}
	}
}

// TestCrontabWaits runs the line of the crontab with a program that finds another process at work twice: it
// waits, tries again, and stays silent in the end.
func TestCrontabWaits(t *testing.T) {
	_, line, _ := strings.Cut(read(t, "attrmigrate.crontab"), "\n0 2 ")
	line, _, _ = strings.Cut(line, "\n")
	_, command, _ := strings.Cut(line, "*  ")
	dir := t.TempDir()
	for old, here := range map[string]string{
		"/usr/local/bin/": dir + "/", "/var/lib/attrmigrate": dir, "sleep": dir + "/sleep",
	} {
		command = strings.ReplaceAll(command, old, here)
	}
	for name, script := range map[string]string{
		"attrmigrate": "echo try; [ $(grep -c try loyalty.log) -gt 2 ] || exit 5",
		"sleep":       "echo slept $1 >>loyalty.log",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	if log := read(t, filepath.Join(dir, "loyalty.log")); err != nil || len(out) > 0 || log != "try\nslept 1800\ntry\nslept 1800\ntry\n" {
		t.Errorf("%v\n%s%s", err, out, log)
	}
}

// TestStateMachine: the task is run again, after a while, where its container has ended with 5.
func TestStateMachine(t *testing.T) {
	var document struct {
		StateMachine struct {
			Definition struct {
				States map[string]struct {
					Next    string
					Choices []struct{ StringMatches, Next string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(read(t, "ecs-scheduled-task.json")), &document); err != nil {
		t.Fatal(err)
	}
	states := document.StateMachine.Definition.States
	held := states["Held?"].Choices[0]
	if held.StringMatches != `*"ExitCode":5,*` || held.Next != "Wait" || states["Wait"].Next != "Run" {
		t.Errorf("%+v", states)
	}
}

// TestStopReasons wants every reason that status can give in the page about operating.
func TestStopReasons(t *testing.T) {
	page := read(t, filepath.Join("..", "..", "docs", "operating.md"))
	for _, reason := range []pipeline.Reason{
		pipeline.OverBudget, pipeline.AtLimit, pipeline.OutOfTime, pipeline.ServiceAway, pipeline.ThrottledOut,
		pipeline.Streak, pipeline.Refused, pipeline.BadSource, pipeline.NotKept, pipeline.Overtaken,
		pipeline.Unleased,
	} {
		if !strings.Contains(page, string(reason)) {
			t.Errorf("operating.md does not say what to do about: %s", reason)
		}
	}
}

// TestWarnings wants every warning that a plan can tell of in the page about planning, in a row that can be read alone.
func TestWarnings(t *testing.T) {
	page := read(t, filepath.Join("..", "..", "docs", "planning.md"))
	source := read(t, filepath.Join("..", "..", "internal", "audit", "kinds.go"))
	_, rest, _ := strings.Cut(source, "// The kinds of warnings that a plan")
	block, _, _ := strings.Cut(rest, "\n)")
	kinds := firsts(regexp.MustCompile(`(?m)^\t\w+ += "([a-z-]+)"$`), block)
	if len(kinds) == 0 {
		t.Fatal("internal/audit does not list the kinds as it did")
	}
	for _, kind := range kinds {
		if !strings.Contains(page, "`"+kind+"`") {
			t.Errorf("planning.md does not say what to do about the warning %s", kind)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `[a-z-]+`.*$").FindAllString(page, -1) {
		if strings.Contains(row, "| the same") {
			t.Errorf("a row of planning.md leans on the one above, which another may part from it: %s", row)
		}
	}
}

// TestCrontab: a crontab has no continuation lines, and an unescaped % ends the command.
func TestCrontab(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(read(t, "attrmigrate.crontab")), "\n")
	for i, line := range lines {
		comment := strings.HasPrefix(line, "#")
		if !comment && (strings.Contains(line, "%") || strings.HasSuffix(line, `\`)) {
			t.Errorf("attrmigrate.crontab:%d: cron would cut this line", i+1)
		}
	}
}

// TestSystemdUnits asks systemd itself, where there is one.
func TestSystemdUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze")
	}
	program, err := os.Executable() // for what is not installed here
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"attrmigrate.service", "attrmigrate.timer"} {
		text := strings.ReplaceAll(read(t, name), "/usr/local/bin/attrmigrate", program)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(analyze, "verify", filepath.Join(dir, "attrmigrate.timer"), filepath.Join(dir, "attrmigrate.service")).CombinedOutput()
	if err != nil || strings.Contains(string(out), "attrmigrate.") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// inNewDirectory goes to a directory that has the input, and nothing else.
func inNewDirectory(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("loyalty.csv", []byte(input), 0o600); err != nil {
		t.Fatal(err)
	}
}

// attrmigrate runs the program.
func attrmigrate(args ...string) (code int, stdout, stderr string) {
	var out, log bytes.Buffer
	code = cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &log})
	return code, out.String(), log.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func duration(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// firsts is the first group of every match.
func firsts(pattern *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

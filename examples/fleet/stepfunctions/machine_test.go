// Package stepfunctions holds the state machine of this directory against the exit codes of the program: a small
// interpreter of the Amazon States Language carries it out, with tasks that end as they are told. It knows only what the
// machine uses, and was held against nobody's service: asl-validator (make test-examples) looks at the form.
package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ending is how a task of ECS ends: an exit code, or a word.
type ending string

// result is what runTask.sync makes of it. The description of the task is the result, or the cause of the failure.
func (e ending) result() (any, *failure) {
	describe := func(container string) string {
		return `{"Containers":[` + container + `],"LastStatus":"STOPPED","StopCode":"EssentialContainerExited","TaskArn":"arn:aws:ecs:us-east-1:111122223333:task/jobs/0123"}`
	}
	switch e {
	case "unavailable":
		return nil, &failure{"ECS.ServerException", "Service Unavailable. Please try again later. (Service: AmazonECS; Status Code: 500)"}
	case "no image":
		return nil, &failure{"States.TaskFailed", describe(`{"Name":"attrmigrate","LastStatus":"STOPPED"}`)}
	case "no container":
		return nil, &failure{"States.TaskFailed", describe("")}
	case "timeout":
		return nil, &failure{"States.Timeout", ""}
	}
	task := describe(`{"ExitCode":` + string(e) + `,"LastStatus":"STOPPED","Name":"attrmigrate"}`)
	if e != "0" {
		return nil, &failure{"States.TaskFailed", task}
	}
	var v any
	if err := json.Unmarshal([]byte(task), &v); err != nil {
		return nil, &failure{"States.Runtime", err.Error()}
	}
	return v, nil
}

// index is how the tasks of an index end, one start after the other ("5*3 0"), and what is to come of it.
type index struct {
	name, endings string
	end           string // "done", "records failed", or the error of the child execution
	starts        int
	waits         string // before each further start; "..." between the first and the last
}

var indexes = []index{
	{"done", "0", "done", 1, ""},
	{"refused", "1", "Fleet.Refused", 1, ""},
	{"wrong usage", "2", "Fleet.Usage", 1, ""},
	{"records failed", "3", "records failed", 1, ""},
	{"stopped early, then done", "4 0", "done", 2, "5m0s"},
	{"stopped early, then records failed", "4 4 3", "records failed", 3, "5m0s 10m0s"},
	{"stopped early for good", "4 4 4 0", "Fleet.StoppedEarly", 3, "5m0s 10m0s"},
	{"another process at work", "5*40 0", "done", 41, "10m0s ... 10m0s"},
	{"another process at work for a week", "5*1001", "Fleet.Held", 1001, "10m0s ... 10m0s"},
	{"another process that leaves failed records", "5 3", "records failed", 2, "10m0s"},
	{"interrupted", "130 0", "done", 2, "1m0s"},
	{"interrupted all day", "130*30 0", "done", 31, "1m0s ... 15m0s"},
	{"interrupted for good", "130*401", "Fleet.Interrupted", 401, "1m0s ... 15m0s"},
	{"each has a count of its own", "4 130 5 unavailable 4 0", "done", 6, "5m0s 1m0s 10m0s 30s 10m0s"},
	{"killed", "137 0", "done", 2, "5m0s"},
	{"killed and stopped early count together", "137 4 137 0", "Fleet.Killed", 3, "5m0s 10m0s"},
	{"an exit code that nobody knows", "139", "Fleet.Unexpected", 1, ""},
	{"ECS is away", "unavailable*8 0", "done", 9, "30s ... 15m0s"},
	{"ECS is away for good", "unavailable*9 0", "Fleet.NotStarted", 9, "30s ... 15m0s"},
	{"an image that cannot be pulled", "no image 0", "done", 2, "30s"},
	{"a task without containers", "no container 0", "done", 2, "30s"},
	{"a task without an end", "timeout 0", "done", 2, "30s"},
}

// play runs the machine over some indexes, and says what came of each and of the whole.
func play(m machine, list []index) (ends []string, whole string) {
	starts := make([]int, len(list))
	waits := make([]string, len(list))
	main := &run{counts: map[string]int{}}
	main.task = func(r *run, parameters any) (any, *failure) {
		i, f := started(parameters)
		if f != nil || i >= len(list) {
			return nil, runtime("index %d: %v", i, f)
		}
		waits[i] = shorten(r.waited)
		tasks := list[i].tasks()
		if starts[i]++; starts[i] > len(tasks) {
			return nil, runtime("started too often")
		}
		return tasks[starts[i]-1].result()
	}
	input := map[string]any{"indexes": float64(len(list)), "command": []any{"apply", "--index", "auto"}}
	output, f := main.machine(m, input)
	ended := map[string]string{}
	if f == nil {
		whole = "succeeded"
		for _, e := range output.(map[string]any)["ends"].([]any) {
			e := e.(map[string]any)
			ended[e["index"].(string)] = e["end"].(string)
		}
	} else {
		whole = f.Error
	}
	failed := slices.Sorted(maps.Keys(main.counts))
	for i := range list {
		end := ended[strconv.Itoa(i)]
		if len(list) == 1 && end == "" {
			end = strings.Join(failed, " ")
		}
		ends = append(ends, fmt.Sprintf("%s, %d starts, waits %s", end, starts[i], waits[i]))
	}
	return ends, whole
}

// started is the index that the parameters of a task start, in a container with the command of the input.
func started(parameters any) (int, *failure) {
	at := scope{input: parameters}
	value, f := at.value("$.Overrides.ContainerOverrides[0].Environment[0].Value")
	if f != nil {
		return 0, f
	}
	name, f := at.value("$.Overrides.ContainerOverrides[0].Environment[0].Name")
	if f != nil || name != "JOB_COMPLETION_INDEX" {
		return 0, runtime("the index is given as %v", name)
	}
	command, f := at.value("$.Overrides.ContainerOverrides[0].Command")
	if f != nil || fmt.Sprint(command) != "[apply --index auto]" {
		return 0, runtime("the command is %v", command)
	}
	text, _ := value.(string)
	i, err := strconv.Atoi(text)
	if err != nil {
		return 0, runtime("the index is %#v", value)
	}
	return i, nil
}

// tasks are the endings of an index, one by one.
func (x index) tasks() []ending {
	var tasks []ending
	text := strings.NewReplacer("no image", "no-image", "no container", "no-container").Replace(x.endings)
	for word := range strings.FieldsSeq(text) {
		word, times, found := strings.Cut(word, "*")
		n := 1
		if found {
			n, _ = strconv.Atoi(times)
		}
		tasks = append(tasks, slices.Repeat([]ending{ending(strings.ReplaceAll(word, "-", " "))}, n)...)
	}
	return tasks
}

// shorten are waits, of many the first and the last.
func shorten(waits []time.Duration) string {
	var words []string
	for _, w := range waits {
		words = append(words, w.String())
	}
	if len(words) > 5 {
		words = []string{words[0], "...", words[len(words)-1]}
	}
	return strings.Join(words, " ")
}

// TestIndexes plays each index alone, so that the error of its execution is seen, too.
func TestIndexes(t *testing.T) {
	m := load(t)
	for _, tt := range indexes {
		t.Run(tt.name, func(t *testing.T) {
			if wrong := check(m, tt); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// check plays an index and says what is wrong.
func check(m machine, x index) string {
	wholes := map[string]string{"done": "succeeded", "records failed": "Fleet.RecordsFailed"}
	want := fmt.Sprintf("%s, %d starts, waits %s", x.end, x.starts, x.waits)
	wholeWant, ended := wholes[x.end]
	if !ended {
		wholeWant = "Fleet.IndexesFailed"
	} else if x.end == "records failed" { // the execution fails, and names it; the child has succeeded
		want = fmt.Sprintf("succeeded, %d starts, waits %s", x.starts, x.waits)
	}
	ends, whole := play(m, []index{x})
	if ends[0] != want || whole != wholeWant {
		return fmt.Sprintf("the index: %s\nwant:      %s\nthe execution: %s, want %s", ends[0], want, whole, wholeWant)
	}
	return ""
}

// TestExecution plays several indexes at once: the end of the execution is that of the worst, and none stops another.
func TestExecution(t *testing.T) {
	m := load(t)
	for _, tt := range []struct {
		name, endings, want string
		starts              []int
	}{
		{"all done", "0,130 0,0", "succeeded", []int{1, 2, 1}},
		{"one has failed records", "0,3,5 5 0", "Fleet.RecordsFailed", []int{1, 1, 3}},
		{"one has failed", "1,3,5 5 0", "Fleet.IndexesFailed", []int{1, 1, 3}},
		{"all have failed", "2,2,139", "Fleet.IndexesFailed", []int{1, 1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var list []index
			for _, endings := range strings.Split(tt.endings, ",") {
				list = append(list, index{endings: endings})
			}
			ends, whole := play(m, list)
			if whole != tt.want {
				t.Errorf("the execution ends as %s, want %s", whole, tt.want)
			}
			for i, starts := range tt.starts {
				if !strings.Contains(ends[i], fmt.Sprintf(", %d starts,", starts)) {
					t.Errorf("index %d: %s, want %d starts", i, ends[i], starts)
				}
			}
		})
	}
}

// TestThousands: an array of a thousand is what Step Functions makes; more is refused, not cut.
func TestThousands(t *testing.T) {
	m := load(t)
	for n, want := range map[int]string{1000: "succeeded", 1001: "States.IntrinsicFailure"} {
		if _, whole := play(m, slices.Repeat([]index{{endings: "0"}}, n)); whole != want {
			t.Errorf("%d indexes: %s, want %s", n, whole, want)
		}
	}
}

// TestHistory: an execution ends when its history has 25,000 events, so that all tries together must have room.
func TestHistory(t *testing.T) {
	m := load(t)
	start := m.States["Each index"].ItemProcessor.States["Start"]
	tries := 1
	for _, re := range start.Retry {
		tries += int(re.MaxAttempts)
	}
	r := &run{task: func(*run, any) (any, *failure) { return ending("5").result() }}
	r.context = map[string]any{}
	_, _, f := r.once(start, map[string]any{"index": "0", "command": []any{}})
	if f == nil || f.Error != "Fleet.Held" {
		t.Fatalf("%+v", f)
	}
	if all := tries * r.events; all > 25000 || r.events < 10 {
		t.Errorf("%d tries of %d events are %d", tries, r.events, all)
	}
}

// TestEachRuleCounts takes every retrier, catcher and choice away, one after the other: the table has to notice.
func TestEachRuleCounts(t *testing.T) {
	count := 0
	for _, without := range removals(load(t)) {
		count++
		m := load(t)
		name := without(m)
		if !slices.ContainsFunc(indexes, func(x index) bool { return check(m, x) != "" }) {
			t.Errorf("no row notices that %s is gone", name)
		}
	}
	if count < 15 {
		t.Errorf("%d rules were found", count)
	}
}

// removals are the ways to take one rule away from a machine of this form.
func removals(m machine) (all []func(machine) string) {
	parts := func(m machine) []map[string]*state {
		child := m.States["Each index"].ItemProcessor.States
		return []map[string]*state{m.States, child, child["Start"].Branches[0].States}
	}
	for p, states := range parts(m) {
		for name, s := range states {
			for i := range s.Retry {
				all = append(all, func(m machine) string {
					s := parts(m)[p][name]
					s.Retry = slices.Delete(s.Retry, i, i+1)
					return fmt.Sprintf("retrier %d of %s", i, name)
				})
			}
			for i := range s.Catch {
				all = append(all, func(m machine) string {
					s := parts(m)[p][name]
					s.Catch = slices.Delete(s.Catch, i, i+1)
					return fmt.Sprintf("catcher %d of %s", i, name)
				})
			}
			for i := range s.Choices {
				all = append(all, func(m machine) string {
					s := parts(m)[p][name]
					s.Choices = slices.Delete(s.Choices, i, i+1)
					return fmt.Sprintf("choice %d of %s", i, name)
				})
			}
		}
	}
	return all
}

// TestValid has asl-validator look at the machine, where make test-examples has installed it.
func TestValid(t *testing.T) {
	validator := os.Getenv("ASL_VALIDATOR")
	if validator == "" {
		t.Skip("make test-examples runs it")
	}
	if out, err := exec.Command(validator, "--json-path", "state-machine.json").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	broken := t.TempDir() + "/broken.json" // it does look
	text := strings.Replace(read(t, "state-machine.json"), `"ErrorEquals": ["Fleet.Held"]`, `"ErrorEquals": "Fleet.Held"`, 1)
	if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(validator, "--json-path", broken).CombinedOutput(); err == nil {
		t.Errorf("a machine that is none passes\n%s", out)
	}
}

func load(t *testing.T) machine {
	t.Helper()
	m, err := decode([]byte(read(t, "state-machine.json")))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

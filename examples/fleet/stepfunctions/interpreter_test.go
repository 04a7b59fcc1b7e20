package stepfunctions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// machine is a state machine, or a part of one, in the Amazon States Language with JSONPath. The interpreter knows what
// the example uses, and refuses the rest (decode), so that nothing in it is passed over.
type machine struct {
	Comment string
	StartAt string
	States  map[string]*state
}

type state struct {
	Comment, Type, Next, Resource, ItemsPath, Default string
	Error, Cause, CausePath                           string
	End                                               bool
	Parameters, ItemSelector                          map[string]any
	ResultPath                                        resultPath
	MaxConcurrency, ToleratedFailurePercentage        float64
	ItemProcessor                                     *processor
	Branches                                          []machine
	Retry                                             []retrier
	Catch                                             []catcher
	Choices                                           []rule
}

type processor struct {
	ProcessorConfig struct{ Mode, ExecutionType string }
	StartAt         string
	States          map[string]*state
}

type retrier struct {
	ErrorEquals                                                []string
	IntervalSeconds, BackoffRate, MaxDelaySeconds, MaxAttempts float64
}

type catcher struct {
	ErrorEquals []string
	ResultPath  resultPath
	Next        string
}

type rule struct {
	Variable, StringMatches, NumericLessThanPath, Next string
	NumericEquals                                      *float64
	BooleanEquals, IsPresent                           *bool
	Not                                                *rule
}

// resultPath tells a path from null and from none.
type resultPath struct {
	path  *string
	given bool
}

func (p *resultPath) UnmarshalJSON(data []byte) error {
	p.given = true
	return json.Unmarshal(data, &p.path)
}

func decode(data []byte) (machine, error) {
	var m machine
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return m, d.Decode(&m)
}

// failure is the error that a state reports.
type failure struct{ Error, Cause string }

func runtime(format string, args ...any) *failure {
	return &failure{"States.Runtime", fmt.Sprintf(format, args...)}
}

// run is an execution, or a child of a Map Run: its clock is its own, for they go on at once.
type run struct {
	task    func(r *run, parameters any) (any, *failure)
	context any
	waited  []time.Duration // before each further try
	events  int             // of its history, at least
	counts  map[string]int  // of a Map Run's children, and what they failed with
}

// machine runs one from its first state to an end.
func (r *run) machine(m machine, input any) (any, *failure) {
	for name := m.StartAt; ; {
		s := m.States[name]
		if s == nil {
			return nil, runtime("there is no state %q", name)
		}
		r.events += 2 // entered and exited
		output, next, f := r.state(s, input)
		if f != nil {
			return nil, f
		}
		if next == "" {
			return output, nil
		}
		input, name = output, next
	}
}

// state runs one, as often as its retriers want it; next is empty at an end.
func (r *run) state(s *state, input any) (output any, next string, f *failure) {
	tries := make([]int, len(s.Retry))
	for {
		output, next, f = r.once(s, input)
		if f == nil {
			return output, next, nil
		}
		i := slices.IndexFunc(s.Retry, func(re retrier) bool { return f.among(re.ErrorEquals) })
		if i < 0 || tries[i] >= int(s.Retry[i].MaxAttempts) {
			break
		}
		r.waited = append(r.waited, s.Retry[i].delay(tries[i]))
		tries[i]++
	}
	for _, c := range s.Catch {
		if f.among(c.ErrorEquals) {
			output, pf := put(input, map[string]any{"Error": f.Error, "Cause": f.Cause}, c.ResultPath.path, c.ResultPath.given)
			return output, c.Next, pf
		}
	}
	return nil, "", f
}

// delay is the wait before try n+2.
func (re retrier) delay(n int) time.Duration {
	seconds := re.IntervalSeconds * math.Pow(re.BackoffRate, float64(n))
	if re.MaxDelaySeconds > 0 {
		seconds = min(seconds, re.MaxDelaySeconds)
	}
	return time.Duration(seconds * float64(time.Second))
}

// among: the two wildcards match no error of the machine itself, and States.TaskFailed no time-out.
func (f *failure) among(names []string) bool {
	known := f.Error != "States.Runtime" && f.Error != "States.DataLimitExceeded"
	return slices.ContainsFunc(names, func(name string) bool {
		return name == f.Error || known && (name == "States.ALL" || name == "States.TaskFailed" && f.Error != "States.Timeout")
	})
}

// once runs a state once. Its result goes where ResultPath says.
func (r *run) once(s *state, input any) (output any, next string, f *failure) {
	at := scope{input, r.context}
	effective := input
	if s.Parameters != nil {
		if effective, f = at.template(any(s.Parameters)); f != nil {
			return nil, "", f
		}
	}
	var result any
	switch s.Type {
	case "Pass":
		result = effective
	case "Task":
		r.events += 4 // scheduled, started, submitted, ended
		result, f = r.task(r, effective)
	case "Parallel":
		r.events++
		results := make([]any, len(s.Branches))
		for i := range s.Branches {
			if results[i], f = r.machine(s.Branches[i], effective); f != nil {
				break // the first that fails ends the others, and its error is that of the state
			}
		}
		result = results
	case "Map":
		result, f = r.each(s, at)
	case "Choice":
		next, f = choose(s, at)
		return input, next, f
	case "Succeed":
		return input, "", nil
	case "Fail":
		cause := any(s.Cause)
		if s.CausePath != "" {
			cause, f = at.value(s.CausePath)
		}
		if f == nil {
			f = &failure{s.Error, fmt.Sprint(cause)}
		}
		return nil, "", f
	default:
		f = runtime("a state of type %q: this interpreter does not know it", s.Type)
	}
	if f == nil && s.Next == "" && !s.End {
		f = runtime("a state without Next and End")
	}
	if f != nil {
		return nil, "", f
	}
	output, f = put(input, result, s.ResultPath.path, s.ResultPath.given)
	return output, s.Next, f
}

// each is a Map Run: a child execution for each item. One that fails leaves no result, as long as it is tolerated.
func (r *run) each(s *state, at scope) (any, *failure) {
	items, f := at.value(s.ItemsPath)
	if f != nil {
		return nil, f
	}
	list, ok := items.([]any)
	if !ok || s.ItemProcessor.ProcessorConfig.Mode != "DISTRIBUTED" {
		return nil, runtime("a distributed Map over an array is wanted")
	}
	results := []any{}
	for i, item := range list {
		context := map[string]any{"Map": map[string]any{"Item": map[string]any{"Value": item, "Index": float64(i)}}}
		input, f := scope{at.input, context}.template(any(s.ItemSelector))
		if f != nil {
			return nil, f
		}
		child := &run{task: r.task}
		result, f := child.machine(machine{StartAt: s.ItemProcessor.StartAt, States: s.ItemProcessor.States}, input)
		if f != nil {
			r.counts[f.Error]++
			continue
		}
		r.counts["succeeded"]++
		results = append(results, result)
	}
	if failed := len(list) - len(results); float64(failed)*100 > s.ToleratedFailurePercentage*float64(len(list)) {
		return nil, &failure{"States.ExceedToleratedFailureThreshold", ""}
	}
	return results, nil
}

// choose is where a Choice goes on.
func choose(s *state, at scope) (string, *failure) {
	for _, c := range s.Choices {
		ok, f := c.holds(at)
		if f != nil {
			return "", f
		}
		if ok {
			return c.Next, nil
		}
	}
	if s.Default == "" {
		return "", &failure{"States.NoChoiceMatched", ""}
	}
	return s.Default, nil
}

func (c rule) holds(at scope) (bool, *failure) {
	if c.Not != nil {
		ok, f := c.Not.holds(at)
		return !ok, f
	}
	value, f := at.value(c.Variable)
	if c.IsPresent != nil {
		return (f == nil) == *c.IsPresent, nil
	}
	if f != nil {
		return false, f
	}
	switch {
	case c.StringMatches != "": // one asterisk, at the end
		text, ok := value.(string)
		return ok && strings.HasPrefix(text, strings.TrimSuffix(c.StringMatches, "*")), nil
	case c.NumericEquals != nil:
		return value == *c.NumericEquals, nil
	case c.BooleanEquals != nil:
		return value == *c.BooleanEquals, nil
	case c.NumericLessThanPath != "":
		than, f := at.value(c.NumericLessThanPath)
		if f != nil {
			return false, f
		}
		n, ok := value.(float64)
		m, also := than.(float64)
		return ok && also && n < m, nil
	}
	return false, runtime("a rule that this interpreter does not know: %+v", c)
}

package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"

	"attrmigrate/internal/phone"
)

// predicates are expr's functions with a condition inside.
var predicates = map[string]bool{
	"all": true, "any": true, "none": true, "one": true, "filter": true, "map": true, "count": true,
	"find": true, "findIndex": true, "findLast": true, "findLastIndex": true,
}

// function is one that expressions call by name. What is absent is passed on: it is called with values alone.
type function struct {
	types []any // its signatures, as pointers to functions; nil: those of expr
	call  func(args []any) (any, error)
	fails string // what it says when it cannot; the value is not in it
	ofNil any    // what it gives of nothing
}

// functions are those that there are. Of expr's are left out what would give another plan tomorrow or elsewhere (now, timezone, the order
// of maps), what gives a type that nobody knows before (fromJSON, get, reduce), and what nobody computes attributes with.
var functions = map[string]*function{
	"lower": {}, "upper": {}, "trim": {}, "trimPrefix": {}, "trimSuffix": {}, "indexOf": {}, "lastIndexOf": {},
	"split": {}, "toBase64": {}, "len": {}, "abs": {}, "ceil": {}, "floor": {}, "round": {}, "first": {}, "last": {},
	"replace": {call: replace}, "repeat": {call: repeat}, "join": {call: join},
	"hasPrefix": {ofNil: false}, "hasSuffix": {ofNil: false},
	"string": {},
	"min":    {}, "max": {},
	"int":        {call: whole, fails: "its text is no whole number"},
	"float":      {fails: "its text is no number"},
	"fromBase64": {fails: "its text is not base64"},
	"duration":   {fails: "its text is no duration, such as 720h or 30m"},
	"date": {call: date, fails: "its text is no date",
		types: []any{new(func(string) time.Time), new(func(string, string) time.Time)}},
	"sort": {call: sorted, types: []any{new(func([]string) []string)}},
	"uniq": {call: uniq, types: []any{new(func([]string) []string)}},

	"digits": {call: digits, types: []any{new(func(string) string)}},
	"e164":   {call: e164, types: []any{new(func(string, string) string)}},
	"uuid":   {call: func([]any) (any, error) { return nil, nil }, types: []any{new(func() string)}}, // of the Evaluator
}

func isFunction(name string) bool { return functions[name] != nil || predicates[name] }

// builtin is a function as expr knows it.
func (f *function) builtin(name string) *builtin.Function {
	made := &builtin.Function{Name: name}
	does := f.call
	if f.types != nil {
		for _, t := range f.types {
			made.Types = append(made.Types, reflect.TypeOf(t).Elem())
		}
	} else {
		theirs := builtin.Builtins[builtin.Index[name]]
		made.Types, made.Validate = theirs.Types, theirs.Validate
		if does == nil {
			does = plain(theirs)
		}
	}
	made.Func = func(args ...any) (any, error) { return f.carefully(name, does, args) }
	return made
}

// plain is what a function of expr does.
func plain(f *builtin.Function) func([]any) (any, error) {
	if f.Fast != nil {
		return func(args []any) (any, error) { return f.Fast(args[0]), nil }
	}
	return func(args []any) (any, error) { return f.Func(args...) }
}

// carefully calls a function with what is there. Its own errors and panics hold values: what is said of them is ours.
func (f *function) carefully(name string, does func([]any) (any, error), args []any) (out any, err error) {
	for _, a := range args {
		if a == nil {
			return f.ofNil, nil
		}
		if s, isText := a.(string); isText && len(s) > maxText {
			return nil, errTooLong
		}
	}
	defer func() {
		if recover() != nil {
			out, err = nil, f.fault(name)
		}
	}()
	if out, err = does(args); err != nil {
		if _, told := err.(*fault); !told {
			err = f.fault(name)
		}
		return nil, err
	}
	return out, nil
}

func (f *function) fault(name string) error {
	if f.fails == "" {
		return &fault{name + "() cannot be computed from the values of this user", ""}
	}
	return &fault{name + "(): " + f.fails, ""}
}

func replace(args []any) (any, error) {
	t, old, with := args[0].(string), args[1].(string), args[2].(string)
	n := -1
	if len(args) == 4 {
		n = runtime.ToInt(args[3])
	}
	found := strings.Count(t, old)
	if n >= 0 {
		found = min(n, found)
	}
	if len(t)+found*(len(with)-len(old)) > maxText {
		return nil, errTooLong
	}
	return strings.Replace(t, old, with, n), nil
}

func repeat(args []any) (any, error) {
	t, n := args[0].(string), runtime.ToInt(args[1])
	if n > maxText || n*len(t) > maxText {
		return nil, errTooLong
	}
	return strings.Repeat(t, max(n, 0)), nil
}

func join(args []any) (any, error) {
	glue := ""
	if len(args) == 2 {
		glue = args[1].(string)
	}
	texts := textsOf(args[0])
	size := len(glue) * len(texts)
	for _, t := range texts {
		size += len(t)
	}
	if size > maxText {
		return nil, errTooLong
	}
	return strings.Join(texts, glue), nil
}

// textsOf is a list of texts; it panics if it has others.
func textsOf(l any) []string {
	if texts, ok := l.([]string); ok {
		return texts
	}
	var texts []string
	for _, e := range l.([]any) {
		texts = append(texts, e.(string))
	}
	return texts
}

func sorted(args []any) (any, error) { return slices.Sorted(slices.Values(textsOf(args[0]))), nil }

// uniq leaves out what stands in a list before.
func uniq(args []any) (any, error) {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(textsOf(args[0])), func(t string) bool {
		had := seen[t]
		seen[t] = true
		return had
	}), nil
}

// whole is a number without its decimals.
func whole(args []any) (any, error) {
	if f, ok := args[0].(float64); ok && (f >= 1<<63 || f < -1<<63 || f != f) {
		return nil, errTooLarge
	}
	return builtin.Int(args[0]), nil
}

// date reads a date, in UTC where it has no zone. expr's own would ask the machine for its zone.
func date(args []any) (any, error) {
	t := args[0].(string)
	if len(args) == 2 {
		return time.ParseInLocation(args[1].(string), t, time.UTC)
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, time.DateTime, "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, t, time.UTC); err == nil {
			return at.UTC(), nil
		}
	}
	return nil, fmt.Errorf("no date")
}

// digits leaves the digits of a text.
func digits(args []any) (any, error) {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, args[0].(string)), nil
}

// e164 is a phone number of a region. An empty text is none, and stays what it is.
func e164(args []any) (any, error) {
	t, region := args[0].(string), args[1].(string)
	if strings.TrimSpace(t) == "" {
		return "", nil
	}
	number, err := phone.E164(t, region)
	if err != nil {
		return nil, &fault{"not a phone number of " + region + ": " + err.Error(), ""}
	}
	return number, nil
}

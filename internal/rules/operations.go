package rules

import (
	"fmt"
	"math"
	"math/bits"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/vm/runtime"
)

// operations are those that fail for nil, or whose result may not fit.
var operations = map[string]func(a, b any) (any, error){
	"<":  func(a, b any) (any, error) { return runtime.Less(a, b), nil },
	">":  func(a, b any) (any, error) { return runtime.More(a, b), nil },
	"<=": func(a, b any) (any, error) { return runtime.LessOrEqual(a, b), nil },
	">=": func(a, b any) (any, error) { return runtime.MoreOrEqual(a, b), nil },
	"+":  add,
	"-":  subtract,
	"*":  multiply,
	"/":  divide,
	"%":  modulo,
	"**": func(a, b any) (any, error) { return runtime.Exponent(a, b), nil },
	"^":  func(a, b any) (any, error) { return runtime.Exponent(a, b), nil },
}

// absent is an operation on nothing.
func absent(name, sign string) error {
	if name == "" {
		return &fault{"a value is absent, and " + sign + " needs one", "say what holds then: VALUE ?? OTHER, or VALUE != nil and …"}
	}
	return &fault{name + " is absent, and " + sign + " needs a value",
		fmt.Sprintf("say what holds then: %s ?? OTHER, or %s != nil and …", name, name)}
}

var (
	errTooLarge = &fault{"a number becomes too large", "whole numbers have 18 digits at most"}
	errNoZero   = &fault{"it divides by zero", "say what holds then: DIVISOR != 0 ? … : nil"}
	errDecimals = &fault{"a number has decimals, where a whole one is wanted", "round it: int(…)"}
	errTooLong  = &fault{"a text becomes longer than 16,384 bytes", "no value is longer than 2,048"}
	errSteps    = &fault{"it takes more than 10,000 steps", "make the rule simpler"}
)

// maxText is how long a text may become while it is computed, in bytes.
const maxText = 16 << 10

func add(a, b any) (any, error) {
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			sum := x + y
			if (sum > x) != (y > 0) && y != 0 {
				return nil, errTooLarge
			}
			return sum, nil
		}
	case string:
		if y, ok := b.(string); ok {
			if len(x)+len(y) > maxText {
				return nil, errTooLong
			}
			return x + y, nil
		}
	}
	return inexact(a, b, runtime.Add)
}

func subtract(a, b any) (any, error) {
	x, isInt := a.(int)
	y, areInts := b.(int)
	if isInt && areInts {
		difference := x - y
		if (difference < x) != (y > 0) && y != 0 {
			return nil, errTooLarge
		}
		return difference, nil
	}
	return inexact(a, b, runtime.Subtract)
}

func multiply(a, b any) (any, error) {
	x, isInt := a.(int)
	y, areInts := b.(int)
	if !isInt || !areInts {
		return inexact(a, b, runtime.Multiply)
	}
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	if high != 0 || low > math.MaxInt64 {
		return nil, errTooLarge
	}
	return x * y, nil
}

func magnitude(x int) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func divide(a, b any) (any, error) {
	if equal(b, 0) {
		return nil, errNoZero
	}
	return inexact(a, b, func(a, b any) any { return runtime.Divide(a, b) })
}

// inexact computes with numbers that have decimals. A whole number that would lose a digit among them is too large.
func inexact(a, b any, does func(a, b any) any) (any, error) {
	for _, v := range []any{a, b} {
		if n, isInt := v.(int); isInt && magnitude(n) >= exact {
			return nil, errTooLarge
		}
	}
	return does(a, b), nil
}

func modulo(a, b any) (any, error) {
	x, isInt := a.(int)
	y, areInts := b.(int)
	switch {
	case !isInt || !areInts:
		return nil, errDecimals
	case y == 0:
		return nil, errNoZero
	case y == -1: // the smallest number has no counterpart
		return 0, nil
	}
	return x % y, nil
}

func negate(a, _ any) (any, error) {
	if a == math.MinInt {
		return nil, errTooLarge
	}
	return runtime.Negate(a), nil
}

// step counts how often a predicate is asked: lists in lists in lists end, but nobody would live to see it.
func step(args ...any) (any, error) {
	e := args[0].(*Evaluator)
	if e.steps++; e.steps > 10_000 {
		return nil, errSteps
	}
	return args[1], nil
}

// listed makes an empty list of nothing.
func listed(args ...any) (any, error) {
	if args[0] == nil {
		return []string{}, nil
	}
	return args[0], nil
}

// element is one of a list, from its end where the index is below zero.
func element(args ...any) (any, error) {
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	i, whole := args[1].(int)
	if !whole {
		return nil, errDecimals
	}
	n := runtime.Len(args[0])
	if i < -n || i >= n {
		return nil, &fault{fmt.Sprintf("a list has no element %d: it has %d", i, n), "ask before: len(LIST) > …"}
	}
	return runtime.Fetch(args[0], i), nil
}

// slice is a part of a text, in characters, or of a list.
func slice(args ...any) (any, error) {
	if args[0] == nil {
		return nil, nil
	}
	t, isText := args[0].(string)
	n := 0
	if isText {
		n = utf8.RuneCountInString(t)
	} else {
		n = runtime.Len(args[0])
	}
	from, to := 0, n
	for i, end := range []*int{&from, &to} {
		if args[i+1] == nil {
			continue
		}
		at, whole := args[i+1].(int)
		if !whole {
			return nil, errDecimals
		}
		if at < 0 {
			at = max(at, -n) + n
		}
		*end = min(at, n)
	}
	from = min(from, to)
	if !isText {
		return runtime.Slice(args[0], from, to), nil
	}
	return string([]rune(t)[from:to]), nil
}

// callMethod calls a method of a time, or of a duration.
func callMethod(name string, args []any) (any, error) {
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
	}
	switch on := args[0].(type) {
	case time.Time:
		return ofTime(on, name, args[1:]), nil
	case time.Duration:
		return map[string]func() float64{"Hours": on.Hours, "Minutes": on.Minutes, "Seconds": on.Seconds}[name](), nil
	}
	return nil, &fault{"a value has no method " + name, ""}
}

func ofTime(on time.Time, name string, args []any) any {
	if name == "Format" {
		layout, _ := args[0].(string)
		return on.Format(layout)
	}
	if name == "Unix" {
		return int(on.Unix())
	}
	return map[string]func() int{"Year": on.Year, "YearDay": on.YearDay, "Day": on.Day, "Hour": on.Hour, "Minute": on.Minute, "Second": on.Second}[name]()
}

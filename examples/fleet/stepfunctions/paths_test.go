package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// scope is what a path can lead to: the input of a state ($), and the context object ($$).
type scope struct{ input, context any }

// template fills in a template (Parameters, ItemSelector): of a key that ends with .$ the value is a path or a call.
func (s scope) template(t any) (any, *failure) {
	switch t := t.(type) {
	case map[string]any:
		filled := map[string]any{}
		for key, value := range t {
			name, evaluated := strings.CutSuffix(key, ".$")
			var f *failure
			if evaluated {
				filled[name], f = s.value(value.(string))
			} else {
				filled[name], f = s.template(value)
			}
			if f != nil {
				return nil, f
			}
		}
		return filled, nil
	case []any:
		filled := make([]any, len(t))
		for i, value := range t {
			var f *failure
			if filled[i], f = s.template(value); f != nil {
				return nil, f
			}
		}
		return filled, nil
	default:
		return t, nil
	}
}

// value is what a path, a call of an intrinsic function or a literal argument of one stands for.
func (s scope) value(expression string) (any, *failure) {
	expression = strings.TrimSpace(expression)
	switch {
	case strings.HasPrefix(expression, "States."):
		return s.call(expression)
	case strings.HasPrefix(expression, "$$"):
		return follow(s.context, expression[2:], expression)
	case strings.HasPrefix(expression, "$"):
		return follow(s.input, expression[1:], expression)
	case strings.HasPrefix(expression, "'"):
		return strings.Trim(expression, "'"), nil
	default:
		n, err := strconv.ParseFloat(expression, 64)
		if err != nil {
			return nil, runtime("%s: neither a path nor a literal", expression)
		}
		return n, nil
	}
}

// step is .name, [0] or [*].
var step = regexp.MustCompile(`^(?:\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+|\*)\])`)

// follow goes down a path. What is not there is a failure, as Step Functions has it.
func follow(value any, rest, path string) (any, *failure) {
	for rest != "" {
		m := step.FindStringSubmatch(rest)
		if m == nil {
			return nil, runtime("%s: not a path that this interpreter knows", path)
		}
		rest = rest[len(m[0]):]
		if m[2] == "*" {
			return each(value, rest, path)
		}
		var found bool
		if m[1] != "" {
			var object map[string]any
			object, _ = value.(map[string]any)
			value, found = object[m[1]]
		} else {
			array, _ := value.([]any)
			i, _ := strconv.Atoi(m[2])
			if found = i < len(array); found {
				value = array[i]
			}
		}
		if !found {
			return nil, runtime("%s: there is nothing", path)
		}
	}
	return value, nil
}

// each follows the rest of a path from every element of an array. An empty one is a failure here: what it is there is
// not written down, so that a state machine had better not ask.
func each(value any, rest, path string) (any, *failure) {
	array, ok := value.([]any)
	if !ok || len(array) == 0 {
		return nil, runtime("%s: an array with something in it is wanted", path)
	}
	found := []any{}
	for _, element := range array {
		v, f := follow(element, rest, path)
		if f != nil {
			return nil, f
		}
		found = append(found, v)
	}
	return found, nil
}

// call calls an intrinsic function.
func (s scope) call(expression string) (any, *failure) {
	name, rest, _ := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	var args []any
	for _, text := range arguments(rest) {
		v, f := s.value(text)
		if f != nil {
			return nil, f
		}
		args = append(args, v)
	}
	return intrinsic(name, args)
}

// arguments cuts at the commas that stand in no quotes and no brackets.
func arguments(text string) []string {
	var args []string
	depth, quoted, from := 0, false, 0
	for i, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			args, from = append(args, text[from:i]), i+1
		}
	}
	return append(args, text[from:])
}

func intrinsic(name string, args []any) (any, *failure) {
	number := func(i int) int { n, _ := args[i].(float64); return int(n) }
	switch {
	case name == "States.Format" && len(args) == 2 && args[0] == "{}":
		return fmt.Sprint(args[1]), nil
	case name == "States.MathAdd" && len(args) == 2:
		return float64(number(0) + number(1)), nil
	case name == "States.ArrayRange" && len(args) == 3 && number(2) > 0:
		numbers := []any{}
		for n := number(0); n <= number(1); n += number(2) {
			numbers = append(numbers, float64(n))
		}
		if len(numbers) > 1000 {
			return nil, &failure{"States.IntrinsicFailure", "an array of a thousand is the largest"}
		}
		return numbers, nil
	case name == "States.ArrayLength" && len(args) == 1:
		array, ok := args[0].([]any)
		if !ok {
			return nil, &failure{"States.IntrinsicFailure", "not an array"}
		}
		return float64(len(array)), nil
	case name == "States.ArrayContains" && len(args) == 2:
		for _, v := range args[0].([]any) {
			if v == args[1] {
				return true, nil
			}
		}
		return false, nil
	case name == "States.StringToJson" && len(args) == 1:
		var v any
		text, _ := args[0].(string)
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return nil, &failure{"States.IntrinsicFailure", err.Error()}
		}
		return v, nil
	}
	return nil, runtime("%s of %d arguments: this interpreter does not know it", name, len(args))
}

// put is the output of a state: its result, at the place that ResultPath names in its input.
func put(input, result any, path *string, given bool) (any, *failure) {
	switch {
	case !given:
		return result, nil
	case path == nil: // null: the result is dropped
		return input, nil
	case !strings.HasPrefix(*path, "$.") || strings.ContainsAny((*path)[2:], ".[$"):
		return nil, runtime("%s: not a ResultPath that this interpreter knows", *path)
	}
	object, ok := input.(map[string]any)
	if !ok {
		return nil, &failure{"States.ResultPathMatchFailure", *path}
	}
	object = maps.Clone(object)
	object[(*path)[2:]] = result
	return object, nil
}

package rules

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// tree is an expression of the property tests, evaluated by a second implementation that knows neither expr nor its machine.
type tree struct {
	source string
	eval   func(*naive) (any, error)
}

// naive is a user, and what was read of it.
type naive struct {
	user  *Subject
	reads map[string]string
}

func (n *naive) attribute(name string) string {
	n.reads[name] = n.user.Attributes[name]
	return n.user.Attributes[name]
}

var errNaive = errors.New("cannot be computed")

// draw makes an expression of a kind.
func draw(t *rapid.T, k kind, depth int) tree {
	choices := leaves()[k]
	if depth > 0 {
		choices = append(choices, branches()[k]...)
		choices = append(choices, chosen(k), coalesced(k))
	}
	return rapid.SampledFrom(choices).Draw(t, "form")(t, depth-1)
}

type maker func(t *rapid.T, depth int) tree

// leaves are reads and constants.
func leaves() map[kind][]maker {
	return map[kind][]maker{
		text:    {readOf("custom.tier", "custom:tier"), readOf("email", "email"), statusOf, constant("a", "b", "Ab", " a ", "")},
		number:  {readOf("custom.points", "custom:points"), constant(0, 1, 7, 1000000)},
		boolean: {readOf("email_verified", "email_verified"), readOf("custom.vip", "custom:vip"), enabledOf, constant(true, false)},
	}
}

// branches are what is made of others.
func branches() map[kind][]maker {
	return map[kind][]maker{
		text: {
			unary("lower(%s)", text, func(v any) (any, error) { return strings.ToLower(v.(string)), nil }),
			unary("trim(%s)", text, func(v any) (any, error) { return strings.TrimSpace(v.(string)), nil }),
			strictly("(%s + %s)", text, func(a, b any) (any, error) { return a.(string) + b.(string), nil }),
		},
		number: {
			unary("len(%s)", text, func(v any) (any, error) { return len([]rune(v.(string))), nil }),
			strictly("(%s + %s)", number, func(a, b any) (any, error) { return fitting(new(big.Int).Add(large(a), large(b))) }),
			strictly("(%s * %s)", number, func(a, b any) (any, error) { return fitting(new(big.Int).Mul(large(a), large(b))) }),
		},
		boolean: {
			loosely("(%s == %s)", text, func(a, b any) bool { return filled(a) == filled(b) }),
			loosely("(%s != %s)", text, func(a, b any) bool { return filled(a) != filled(b) }),
			loosely("(%s == %s)", number, func(a, b any) bool { return filled(a) == filled(b) }),
			loosely("(%s == %s)", boolean, func(a, b any) bool { return filled(a) == filled(b) }),
			loosely("(%s contains %s)", text, func(a, b any) bool { return a != nil && b != nil && strings.Contains(a.(string), b.(string)) }),
			loosely("(%s in [%s, \"a\", nil])", text, func(a, b any) bool { return filled(a) == filled(b) || a == "a" || filled(a) == nil }),
			strictly("(%s < %s)", number, func(a, b any) (any, error) { return a.(int) < b.(int), nil }),
			strictly("(%s >= %s)", text, func(a, b any) (any, error) { return a.(string) >= b.(string), nil }),
			joined("and", false), joined("or", true), negated,
		},
	}
}

func large(v any) *big.Int { return big.NewInt(int64(v.(int))) }

func fitting(n *big.Int) (any, error) {
	if !n.IsInt64() {
		return nil, errNaive
	}
	return int(n.Int64()), nil
}

func readOf(source, name string) maker {
	return func(*rapid.T, int) tree {
		return tree{source, func(n *naive) (any, error) {
			v := n.attribute(name)
			switch {
			case v == "":
				return nil, nil
			case name == "custom:points":
				return strconv.Atoi(v)
			case name == "email_verified" || name == "custom:vip":
				return strconv.ParseBool(strings.ToLower(v))
			}
			return v, nil
		}}
	}
}

// statusOf reads the status as a text, which may be compared with any.
func statusOf(*rapid.T, int) tree {
	return tree{"trim(status)", func(n *naive) (any, error) { n.reads["status"] = n.user.Status; return n.user.Status, nil }}
}

func enabledOf(*rapid.T, int) tree {
	return tree{"enabled", func(n *naive) (any, error) {
		n.reads["enabled"] = strconv.FormatBool(n.user.Enabled)
		return n.user.Enabled, nil
	}}
}

func constant(values ...any) maker {
	return func(t *rapid.T, _ int) tree {
		v := rapid.SampledFrom(values).Draw(t, "constant")
		return tree{fmt.Sprintf("%#v", v), func(*naive) (any, error) { return v, nil }}
	}
}

// unary passes nil on.
func unary(format string, of kind, does func(any) (any, error)) maker {
	return func(t *rapid.T, depth int) tree {
		x := draw(t, of, depth)
		return tree{fmt.Sprintf(format, x.source), func(n *naive) (any, error) {
			v, err := x.eval(n)
			if err != nil || v == nil {
				return nil, err
			}
			return does(v)
		}}
	}
}

// both evaluates two, one after the other.
func both(n *naive, x, y tree) (a, b any, err error) {
	if a, err = x.eval(n); err == nil {
		b, err = y.eval(n)
	}
	return a, b, err
}

// strictly fails for nil.
func strictly(format string, of kind, does func(a, b any) (any, error)) maker {
	return func(t *rapid.T, depth int) tree {
		x, y := draw(t, of, depth), draw(t, of, depth)
		return tree{fmt.Sprintf(format, x.source, y.source), func(n *naive) (any, error) {
			a, b, err := both(n, x, y)
			switch {
			case err != nil:
				return nil, err
			case a == nil || b == nil:
				return nil, errNaive
			}
			return does(a, b)
		}}
	}
}

// loosely compares nil, too.
func loosely(format string, of kind, holds func(a, b any) bool) maker {
	return func(t *rapid.T, depth int) tree {
		x, y := draw(t, of, depth), draw(t, of, depth)
		return tree{fmt.Sprintf(format, x.source, y.source), func(n *naive) (any, error) {
			a, b, err := both(n, x, y)
			return holds(a, b), err
		}}
	}
}

// filled is nil for an empty text.
func filled(v any) any {
	if v == "" {
		return nil
	}
	return v
}

// joined is and, or or: the second is asked only where the first does not decide.
func joined(word string, decides bool) maker {
	return func(t *rapid.T, depth int) tree {
		x, y := draw(t, boolean, depth), draw(t, boolean, depth)
		return tree{fmt.Sprintf("(%s %s %s)", x.source, word, y.source), func(n *naive) (any, error) {
			a, err := x.eval(n)
			if err != nil || (a == true) == decides {
				return a == true, err
			}
			b, err := y.eval(n)
			return b == true, err
		}}
	}
}

func negated(t *rapid.T, depth int) tree {
	x := draw(t, boolean, depth)
	return tree{"(not " + x.source + ")", func(n *naive) (any, error) { v, err := x.eval(n); return v != true, err }}
}

func chosen(k kind) maker {
	return func(t *rapid.T, depth int) tree {
		c, x, y := draw(t, boolean, depth), draw(t, k, depth), draw(t, k, depth)
		return tree{fmt.Sprintf("(%s ? %s : %s)", c.source, x.source, y.source), func(n *naive) (any, error) {
			v, err := c.eval(n)
			if err != nil {
				return nil, err
			}
			if v == true {
				return x.eval(n)
			}
			return y.eval(n)
		}}
	}
}

func coalesced(k kind) maker {
	return func(t *rapid.T, depth int) tree {
		x, y := draw(t, k, depth), draw(t, k, depth)
		return tree{fmt.Sprintf("(%s ?? %s)", x.source, y.source), func(n *naive) (any, error) {
			if v, err := x.eval(n); err != nil || v != nil {
				return v, err
			}
			return y.eval(n)
		}}
	}
}

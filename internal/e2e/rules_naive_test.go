package e2e

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What follows is a second implementation of rules, of the smallest kind: it knows nothing of the first but what docs/rules.md
// says. Expressions are trees, which are written as text for the program and walked here.

// naiveUser is a user as an export tells of it.
type naiveUser struct {
	username, sub, status string
	enabled               bool
	attributes            map[string]string
}

// naiveExpr is an expression: text is what the program is given, of the value that it has for a user: nil, string, bool or float64.
type naiveExpr struct {
	text string
	of   func(u *naiveUser) (any, error)
}

// naiveRule sets attributes of the users for whom where holds; an empty text in where: of all.
type naiveRule struct {
	where naiveExpr
	sets  []naiveSet
}

type naiveSet struct {
	name  string
	value naiveExpr
}

// deletes is the value of DELETE.
type deletes struct{}

var (
	errNil    = errors.New("an operation on nil")
	errResult = errors.New("a result that no attribute takes")
)

// naively is what a user becomes by rules, one after the other: the attributes that are assigned, "" for a deletion. Of one
// rule all values are of the user as it was before it.
func naively(rules []naiveRule, u *naiveUser) (assigned map[string]string, err error) {
	now := *u
	now.attributes = map[string]string{}
	for name, value := range u.attributes {
		now.attributes[name] = value
	}
	assigned = map[string]string{}
	for _, r := range rules {
		if r.where.text != "" {
			if holds, err := r.where.of(&now); err != nil || holds != true {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		made := map[string]string{}
		for _, s := range r.sets {
			value, err := s.value.of(&now)
			if err != nil {
				return nil, err
			}
			switch text, change, err := naiveText(value); {
			case err != nil:
				return nil, err
			case change:
				made[s.name] = text
			}
		}
		for name, value := range made {
			assigned[name] = value
			if now.attributes[name] = value; value == "" {
				delete(now.attributes, name)
			}
		}
	}
	return assigned, nil
}

// naiveText is the text of a result, and whether it changes anything.
func naiveText(value any) (text string, change bool, err error) {
	switch v := value.(type) {
	case nil:
		return "", false, nil
	case deletes:
		return "", true, nil
	case string:
		return v, v != "", nil
	case bool:
		return strconv.FormatBool(v), true, nil
	case float64:
		if v != float64(int64(v)) {
			return "", false, errResult
		}
		return strconv.FormatInt(int64(v), 10), true, nil
	}
	return "", false, errResult
}

// naivePool is what the service makes of changes.
type naivePool struct {
	keep bool // --verified keep
}

// after is what a user has when what was assigned has been applied, and whether an update was needed.
func (p naivePool) after(u *naiveUser, assigned map[string]string) (has map[string]string, updated bool, err error) {
	has = map[string]string{}
	for name, value := range u.attributes {
		has[name] = value
	}
	for name, value := range assigned {
		if err := naiveLimit(name, value); err != nil {
			return nil, false, err
		}
		if has[name] = value; value == "" {
			delete(has, name)
		}
	}
	moved := has["email"] != u.attributes["email"]
	switch flag := assigned["email_verified"]; {
	case has["email"] != "":
	case flag == "true":
		return nil, false, errors.New("no address to verify")
	case flag == "false": // which holds by itself
		delete(has, "email_verified")
	}
	if _, said := assigned["email_verified"]; moved && !said {
		if !p.keep || !strings.EqualFold(u.attributes["email_verified"], "true") {
			has["email_verified"] = "false"
		}
	}
	return has, !sameUser(has, u.attributes), nil
}

// naiveLimit is what the pool of the test allows.
func naiveLimit(name, value string) error {
	switch name {
	case "custom:tier":
		if utf8.RuneCountInString(value) > 20 {
			return errors.New("too long")
		}
	case "custom:points":
		if n, err := strconv.ParseFloat(value, 64); value != "" && (err != nil || n < 0 || n > 1000000) {
			return errors.New("out of range")
		}
	}
	return nil
}

// sameUser compares attributes: flags in any case.
func sameUser(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, value := range a {
		other, ok := b[name]
		if !ok || other != value && !(strings.HasSuffix(name, "_verified") && strings.EqualFold(value, other)) {
			return false
		}
	}
	return true
}

// ---- expressions

func naiveConst(value any) naiveExpr {
	text := "nil"
	switch v := value.(type) {
	case deletes:
		text = "DELETE"
	case string:
		text = strconv.Quote(v)
	case bool:
		text = strconv.FormatBool(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return naiveExpr{text, func(*naiveUser) (any, error) { return value, nil }}
}

// naiveAttribute is a text attribute, a flag or a number, under one of the names that it has.
func naiveAttribute(name, text string) naiveExpr {
	return naiveExpr{text, func(u *naiveUser) (any, error) {
		value, ok := u.attributes[name]
		switch {
		case !ok:
			return nil, nil
		case strings.HasSuffix(name, "_verified"):
			return strconv.ParseBool(strings.ToLower(value))
		case name == "custom:points":
			return strconv.ParseFloat(value, 64)
		}
		return value, nil
	}}
}

func naiveFact(text string, of func(u *naiveUser) any) naiveExpr {
	return naiveExpr{text, func(u *naiveUser) (any, error) { return of(u), nil }}
}

// naiveFunction is a function of a text, by which nil comes through.
func naiveFunction(name string, of func(string) string, x naiveExpr, more ...string) naiveExpr {
	text := name + "(" + x.text
	for _, arg := range more {
		text += ", " + strconv.Quote(arg)
	}
	return naiveExpr{text + ")", func(u *naiveUser) (any, error) {
		v, err := x.of(u)
		if text, ok := v.(string); ok && err == nil {
			return of(text), nil
		}
		return v, err
	}}
}

// naiveBinary is an operation on two values that are both evaluated.
func naiveBinary(x naiveExpr, op string, y naiveExpr, of func(a, b any) (any, error)) naiveExpr {
	return naiveExpr{fmt.Sprintf("(%s %s %s)", x.text, op, y.text), func(u *naiveUser) (any, error) {
		a, err := x.of(u)
		if err != nil {
			return nil, err
		}
		b, err := y.of(u)
		if err != nil {
			return nil, err
		}
		return of(a, b)
	}}
}

func naiveEqual(x naiveExpr, op string, y naiveExpr) naiveExpr {
	return naiveBinary(x, op, y, func(a, b any) (any, error) { return (a == b) == (op == "=="), nil })
}

// naivePlus adds texts or numbers, of which none may be nil.
func naivePlus(x, y naiveExpr) naiveExpr {
	return naiveBinary(x, "+", y, func(a, b any) (any, error) {
		switch a := a.(type) {
		case string:
			if b, ok := b.(string); ok {
				return a + b, nil
			}
		case float64:
			if b, ok := b.(float64); ok {
				return a + b, nil
			}
		}
		return nil, errNil
	})
}

func naiveMore(x, y naiveExpr) naiveExpr {
	return naiveBinary(x, ">", y, func(a, b any) (any, error) {
		if a == nil || b == nil {
			return nil, errNil
		}
		return a.(float64) > b.(float64), nil
	})
}

// naiveFind is contains, startsWith and endsWith, which of nil are false.
func naiveFind(x naiveExpr, op string, part string) naiveExpr {
	find := map[string]func(s, part string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}[op]
	return naiveBinary(x, op, naiveConst(part), func(a, b any) (any, error) {
		text, ok := a.(string)
		return ok && find(text, part), nil
	})
}

func naiveIn(x naiveExpr, some []string) naiveExpr {
	quoted := make([]string, len(some))
	for i, s := range some {
		quoted[i] = strconv.Quote(s)
	}
	return naiveExpr{fmt.Sprintf("(%s in [%s])", x.text, strings.Join(quoted, ", ")), func(u *naiveUser) (any, error) {
		v, err := x.of(u)
		for _, s := range some {
			if v == s {
				return true, err
			}
		}
		return false, err
	}}
}

// naiveLogic is && and ||, of which the second is evaluated only where it counts.
func naiveLogic(x naiveExpr, op string, y naiveExpr) naiveExpr {
	return naiveExpr{fmt.Sprintf("(%s %s %s)", x.text, op, y.text), func(u *naiveUser) (any, error) {
		a, err := x.of(u)
		if err != nil || a == (op == "||") {
			return a, err
		}
		return y.of(u)
	}}
}

func naiveNot(x naiveExpr) naiveExpr {
	return naiveExpr{"!" + x.text, func(u *naiveUser) (any, error) {
		v, err := x.of(u)
		return v == false, err
	}}
}

func naiveOr(x, y naiveExpr) naiveExpr {
	return naiveExpr{fmt.Sprintf("(%s ?? %s)", x.text, y.text), func(u *naiveUser) (any, error) {
		if v, err := x.of(u); err != nil || v != nil {
			return v, err
		}
		return y.of(u)
	}}
}

func naiveIf(c, x, y naiveExpr) naiveExpr {
	return naiveExpr{fmt.Sprintf("(%s ? %s : %s)", c.text, x.text, y.text), func(u *naiveUser) (any, error) {
		v, err := c.of(u)
		switch {
		case err != nil:
			return nil, err
		case v == true:
			return x.of(u)
		}
		return y.of(u)
	}}
}

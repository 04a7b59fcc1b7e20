package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"attrmigrate/internal/phone"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
	"attrmigrate/pipeline"
)

// word sets a flag that takes one of some words.
func word[T any](value *T, meanings map[string]T) choice {
	words := wordsOf(meanings)
	return choice{words, func(s string) error {
		v, ok := meanings[s]
		if !ok {
			return fmt.Errorf("want one of %s", strings.Join(words, ", "))
		}
		*value = v
		return nil
	}}
}

// region sets a flag that takes a region of phone numbers.
func region(value *string) choice {
	return choice{phone.Regions(), func(s string) (err error) {
		*value, err = phone.Region(s)
		return err
	}}
}

// pairs sets a flag that takes NAME=VALUE, any number of times.
func pairs(m *map[string]string) func(string) error {
	return func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok || strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
			return errors.New("want NAME=VALUE")
		}
		if _, twice := (*m)[name]; twice {
			return fmt.Errorf("%s is given twice", name)
		}
		if *m == nil {
			*m = map[string]string{}
		}
		(*m)[name] = value
		return nil
	}
}

// names sets a flag that takes names separated by commas, any number of times.
func names(list *[]string) func(string) error {
	return func(s string) error {
		for _, name := range shell.SplitList(s) {
			if name == "" {
				return errors.New("one of the names is empty")
			}
			*list = append(*list, name)
		}
		return nil
	}
}

// off is the word for no limit.
const off = "off"

// rate sets a rate in events a second, or none.
func rate(r *float64) choice {
	return choice{[]string{off}, func(s string) error {
		if s == off {
			*r = pipeline.Unlimited
			return nil
		}
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || !(n > 0) || math.IsInf(n, 0) {
			return errors.New("want a number above 0, or off")
		}
		*r = n
		return nil
	}}
}

// limit is what sets one. Who wants none leaves the flag out: a 0 that a script has made would be the whole pool, and no canary.
type limit[T int64 | time.Duration] struct {
	pflag.Value
	name  string
	value *T
}

// limits has a flag refuse what would be no limit.
func limits[T int64 | time.Duration](f *pflag.Flag, value *T) {
	f.Value = limit[T]{f.Value, f.Name, value}
}

// Set implements [pflag.Value].
func (l limit[T]) Set(text string) error {
	if err := l.Value.Set(text); err != nil || *l.value > 0 {
		return err
	}
	return &refusal.UsageError{Err: fmt.Errorf("--%s is %v, want more than %v", l.name, *l.value, T(0)), Remedy: "leave it out for no limit"}
}

// budget sets a number of records or a percentage.
func budget(b *pipeline.Budget) func(string) error {
	return func(s string) error {
		if percent, ok := strings.CutSuffix(s, "%"); ok {
			p, err := strconv.ParseFloat(percent, 64)
			if err != nil || !(p >= 0 && p <= 100) {
				return errors.New("want a percentage from 0% to 100%")
			}
			*b = pipeline.Budget{Given: true, Percent: p}
			return nil
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return errors.New("want a number of records or a percentage")
		}
		*b = pipeline.Budget{Given: true, Records: n}
		return nil
	}
}

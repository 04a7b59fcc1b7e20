package rules

import (
	"math"
	"strconv"
	"strings"

	"attrmigrate/internal/schema"
)

// read is what an expression sees of a value. An empty one is none, as the service has it.
func (c *cell) read(value string) (any, error) {
	switch {
	case value == "":
		return nil, nil
	case c.kind == number:
		return c.number(value)
	case c.kind == boolean && schema.IsTrue(value):
		return true, nil
	case c.kind == boolean && schema.IsFalse(value):
		return false, nil
	case c.kind == boolean:
		return nil, &fault{c.name + " is neither true nor false", ""}
	}
	return value, nil
}

// maxDigits is how many digits of a number with decimals are kept exactly.
const maxDigits = 15

// number reads a number without losing a digit.
func (c *cell) number(value string) (any, error) {
	if n, err := strconv.Atoi(value); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || strings.Trim(value, "+-.eE0123456789") != "" {
		return nil, &fault{c.name + " is no number", ""}
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(value), "e")
	if len(strings.TrimLeft(strings.Trim(strings.NewReplacer(".", "", "-", "", "+", "").Replace(mantissa), " "), "0")) > maxDigits {
		return nil, &fault{c.name + " has more digits than a rule computes with", ""}
	}
	return f, nil
}

// exact is where whole numbers begin that a number with decimals cannot hold.
const exact = 1 << 53

// asText is a result as it is written; empty: nothing is.
func asText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		if v != math.Trunc(v) || math.IsInf(v, 0) || math.IsNaN(v) {
			return "", &fault{"it gives a number that is not whole", "round it: round(…), or write it as it is: string(…)"}
		}
		if math.Abs(v) >= exact {
			return "", errTooLarge
		}
		return strconv.FormatFloat(v+0, 'f', -1, 64), nil
	}
	return "", &fault{"it gives no text, whole number, true or false", ""}
}

// decimal writes a number with its decimals.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

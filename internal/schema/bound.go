package schema

import (
	"math/big"
	"strings"
)

// bound is a limit of a number.
type bound struct {
	text  string
	exact *big.Rat
	floor int64 // the whole number at or below it, if small
	small bool  // floor holds it
}

// limit reads a bound, which the API writes as a string.
func limit(text string, otherwise *bound) *bound {
	text = strings.TrimSpace(text)
	if !isNumber(text) {
		return otherwise
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return otherwise
	}
	b := &bound{text: text, exact: exact}
	floor := new(big.Int).Div(exact.Num(), exact.Denom())
	if b.small = floor.IsInt64(); b.small {
		b.floor = floor.Int64()
	}
	return b
}

// compare compares a number with a bound, exactly.
func (b *bound) compare(number string) int {
	if n, ok := smallWhole(number); ok && b.small {
		switch {
		case n > b.floor:
			return 1
		case n < b.floor || !b.exact.IsInt():
			return -1
		default:
			return 0
		}
	}
	exact, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0
	}
	return exact.Cmp(b.exact)
}

// smallWhole reads a whole number of up to 18 digits, as almost all are, without allocating.
func smallWhole(s string) (int64, bool) {
	digits := withoutSign(s)
	if !isDigits(digits) || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(digits) {
		n = n*10 + int64(digits[i]-'0')
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

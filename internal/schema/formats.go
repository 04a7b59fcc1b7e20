package schema

import (
	"strings"
	"time"
	"unicode"
)

// format is the written form of a standard attribute.
type format struct {
	code  string
	wants string // completes "value is not "
	hint  string
	fits  func(string) bool
}

// The formats that the service checks (the developer guide's "Working with user attributes"). What
// it takes for an e-mail address is not documented: only what no address can be is refused.
var (
	emailFormat = format{"BadEmail", "an e-mail address",
		"write it as name@example.com", isEmail}
	phoneFormat = format{"BadPhoneNumber", "a phone number: a + and 1 to 15 digits",
		"write it with the country code and nothing between the digits, as +15555550100", isPhone}
	birthdateFormat = format{"BadBirthdate", "a date of the form YYYY-MM-DD",
		"write it as 1987-02-28; only an import job of Cognito takes mm/dd/yyyy", isDate}
)

func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if strings.IndexByte(local, '@') >= 0 && local[0] != '"' {
		return false
	}
	return (visible(s) || !strings.ContainsFunc(s, isBlank)) && domain[0] != '.' && !strings.Contains(domain, "..")
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func isPhone(s string) bool {
	return len(s) >= 2 && len(s) <= 16 && s[0] == '+' && isDigits(s[1:])
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isDateTime accepts a point in time as RFC 3339 writes it, or a date. The form that the service wants is not
// documented.
func isDateTime(s string) bool {
	if isDate(s) {
		return true
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isDecimal accepts a decimal number: a minus, digits, a fraction. Whether the service takes more is not documented.
func isDecimal(s string) bool {
	whole, fraction, dotted := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return isDigits(whole) && (!dotted || isDigits(fraction))
}

// isNumber accepts a number as a pool may write its bounds: a decimal one with any sign, and an exponent of at most
// three digits (so that nobody computes with a number of a billion digits).
func isNumber(s string) bool {
	s = withoutSign(s)
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		power := withoutSign(s[e+1:])
		if !isDigits(power) || len(power) > 3 {
			return false
		}
		s = s[:e]
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	return isDigits(whole) && (!dotted || isDigits(fraction))
}

func withoutSign(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

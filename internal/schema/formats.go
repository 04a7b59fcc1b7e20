package schema

import "strings"

// format is the written form of a standard attribute.
type format struct {
	code  string
	wants string // completes "value is not "
	hint  string
	// fits tells whether a value is of the form, and otherwise what is wrong with it, if that can be told.
	fits func(string) (why string, ok bool)
}

// The formats that the service checks (the developer guide's "Working with user attributes").
var (
	emailFormat = format{"BadEmail", "an e-mail address",
		"write one address alone, as name@example.com", fitsEmail}
	phoneFormat = format{"BadPhoneNumber", "a phone number",
		"write it with the country code and nothing between the digits, as +15555550100", fitsPhone}
	birthdateFormat = format{"BadBirthdate", "a date of the form YYYY-MM-DD",
		"write it as 1987-02-28 (in a spreadsheet, format the column as YYYY-MM-DD); only an import job of Cognito takes MM/DD/YYYY", fitsDate}
)

func fitsPhone(s string) (why string, ok bool) {
	return "a + and 1 to 15 digits", len(s) >= 2 && len(s) <= 16 && s[0] == '+' && isDigits(s[1:])
}

// because adds a reason to what a value is not.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
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

// notDecimal says what a text has that a decimal number has not, "" if it looks like none at all.
func notDecimal(s string) string {
	switch {
	case isNumber(s) && strings.ContainsAny(s, "eE"):
		return "it has an exponent"
	case isNumber(s):
		return "it has a plus before it"
	case strings.Trim(s, "+-.0123456789") == "":
		return "its signs and points do not stand as in a number"
	case strings.Trim(s, "+-.,'0123456789") == "":
		return "it has a comma, or something between thousands"
	default:
		return ""
	}
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

package schema

import (
	"strings"
	"time"
)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isDateTime accepts a point in time as RFC 3339 writes it, or a date. The form that the service wants is not
// documented. Go reads hours of one digit and a comma before a fraction, too.
func isDateTime(s string) bool {
	if isDate(s) {
		return true
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil && s[len("2006-01-02T15")] == ':' && !strings.Contains(s, ",")
}

func fitsDate(s string) (why string, ok bool) {
	if isDate(s) {
		return "", true
	}
	return dateShape(s), false
}

// timeShape says what a text looks like that is no point in time, "" if it looks like none.
func timeShape(s string) string {
	switch shape := shapeOf(s); {
	case shape == "9999-99-99T99:99:99Z":
		return "there is no such day, or time"
	case shape == "9999-99-99T99:99:99", strings.HasPrefix(shape, "9999-99-99T99:99:99.") && strings.Trim(shape[20:], "9") == "":
		return "it has no zone, as Z or +01:00"
	case strings.HasPrefix(shape, "9999-99-99 99:99"):
		return "it has a blank for the T between day and time"
	default:
		return dateShape(s)
	}
}

// dateShape says what a text looks like that is no date, "" if it looks like none.
func dateShape(s string) string {
	shape := shapeOf(s)
	switch shape {
	case "9999-99-99":
		return "there is no such day"
	case "99/99/9999", "9/99/9999", "99/9/9999", "9/9/9999":
		return "it looks like MM/DD/YYYY, or DD/MM/YYYY"
	case "99/99/99", "9/9/99", "99.99.99", "9.9.99":
		return "its year has two digits"
	case "99.99.9999", "9.99.9999", "99.9.9999", "9.9.9999":
		return "it looks like DD.MM.YYYY"
	case "99-99-9999":
		return "it looks like DD-MM-YYYY, or MM-DD-YYYY"
	case "9999/99/99", "9999.99.99", "99999999":
		return "it looks like " + strings.NewReplacer("9999", "YYYY", "99", "MM").Replace(shape[:len(shape)-2]) + "DD"
	case "9999-9-9", "9999-99-9", "9999-9-99":
		return "its month and day have not two digits each"
	case "99999":
		return "it looks like a spreadsheet's number of a day"
	case "9999999999":
		return "it looks like seconds since 1970"
	case "9999999999999":
		return "it looks like milliseconds since 1970"
	case "9999":
		return "it is a year alone"
	}
	switch {
	case strings.HasPrefix(shape, "99999."):
		return "it looks like a spreadsheet's number of a day"
	case strings.HasPrefix(shape, "9999-99-99"):
		return "something else stands behind the day"
	default:
		return ""
	}
}

// shapeOf is a text with 9 for each digit.
func shapeOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '9'
		}
		return r
	}, s)
}

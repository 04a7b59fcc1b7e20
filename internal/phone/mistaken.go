package phone

import (
	"errors"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

var (
	errDate = errors.New("it looks like a date")
	errTwo  = errors.New("it may be two numbers: a slash stands behind more than an area code")
)

// mistaken refuses a text that has the digits of a number, and the signs of something else: read as one, it would be
// somebody's.
func mistaken(spelled, region string) error {
	switch {
	case isDate(spelled):
		return errDate
	case partsNumbers(spelled, region):
		return errTwo
	default:
		return nil
	}
}

// isDate tells whether a text is a day of these two centuries, as people write it.
func isDate(s string) bool {
	for _, layout := range [...]string{"2006-1-2", "2006/1/2", "2006.1.2", "2.1.2006", "2/1/2006", "1/2/2006", "2-1-2006", "1-2-2006"} {
		if day, err := time.Parse(layout, s); err == nil && day.Year() >= 1900 && day.Year() < 2100 {
			return true
		}
	}
	return false
}

// partsNumbers tells whether a slash stands elsewhere than behind the country code or the area code. An area code has
// five digits at most, without its zero.
func partsNumbers(s, region string) bool {
	const longest, country = 5, 3
	parts := strings.Split(s, "/")
	first := phonenumbers.NormalizeDigitsOnly(parts[0])
	code, abroad := strings.CutPrefix(first, "00")
	if abroad = abroad || strings.ContainsAny(parts[0], "+＋"); abroad && len(parts) > 2 && len(code) <= country {
		parts, abroad = parts[1:], false
		code = phonenumbers.NormalizeDigitsOnly(parts[0])
	}
	room := longest
	if area, ok := strings.CutPrefix(code, CallingCode(region)); abroad && ok {
		code = area
	} else if abroad {
		room += country
	}
	return len(parts) > 2 || len(parts) == 2 && len(strings.TrimPrefix(code, "0")) > room
}

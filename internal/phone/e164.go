package phone

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Why a text is no number of a region. They complete "not a phone number of DE: ".
var (
	errEmpty     = errors.New("it has no digits")
	errLetters   = errors.New("it has letters: a number alone is wanted, without an extension")
	errPlus      = errors.New("it has a + that is not its first character")
	errShort     = errors.New("it is too short")
	errLocal     = errors.New("its area code is missing")
	errLong      = errors.New("it is too long, or two numbers")
	errCountry   = errors.New("it begins with no country code")
	errNotNumber = errors.New("it cannot be read as one")
)

// E164 returns a number as people write it in a region ([Region]) in the form +4915112345678. A text in that form is returned as it is.
func E164(text, region string) (string, error) {
	if isE164(text) {
		return text, nil
	}
	spelled, err := spelledAlone(text)
	if err != nil {
		return "", err
	}
	if err := mistaken(spelled, region); err != nil {
		return "", err
	}
	n, err := phonenumbers.Parse(spelled, region)
	if err != nil {
		return "", reason(err)
	}
	if err := possible(n); err != nil {
		return "", err
	}
	number := phonenumbers.Format(n, phonenumbers.E164)
	if !isE164(number) { // a region may have longer ones
		return "", errLong
	}
	if other := withPlus(spelled, region); other != "" && other != number && !Doubtful(number) && !Doubtful(other) {
		return "", fmt.Errorf("its first digits are the area code, or the country code %s without a +: write it with a +", CallingCode(region))
	}
	return number, nil
}

// Spelled tells whether a text is a number as people may write it, and nothing else.
func Spelled(text string) bool {
	_, err := spelledAlone(text)
	return err == nil
}

// Doubtful tells whether no region's plan has a number of the form E.164: it may be new, or made up.
func Doubtful(number string) bool {
	n, err := phonenumbers.Parse(number, "")
	return err != nil || !phonenumbers.IsValidNumber(n)
}

func isE164(s string) bool {
	if len(s) < 3 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// spelledAlone is the number of a text that holds nothing else. The library would look for one in any text, leave out what
// stands around it, and dial letters.
func spelledAlone(text string) (string, error) {
	const scheme = "tel:"
	s := strings.Trim(text, blank)
	if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		s = s[len(scheme):]
	}
	digits, first := 0, true
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Nd, r):
			digits++
		case r == '+' || r == '＋':
			if !first {
				return "", errPlus
			}
		case unicode.IsLetter(r):
			return "", errLetters
		case !strings.ContainsRune(between, r):
			return "", fmt.Errorf("it has a character that no phone number has (U+%04X)", r)
		}
		first = first && strings.ContainsRune(before, r)
	}
	if digits == 0 {
		return "", errEmpty
	}
	return s, nil
}

// What may stand between the digits of a number, and before its +.
const (
	blank   = " \u00a0\u2007\u2009\u202f\u3000"
	between = blank + "-\u2010\u2011\u2012\u2013\u2014\u2212.·()[]（）/"
	before  = blank + "(["
)

// possible refuses a number whose length its region does not have.
func possible(n *phonenumbers.PhoneNumber) error {
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
		return nil
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return errLocal
	case phonenumbers.TOO_SHORT:
		return errShort
	case phonenumbers.TOO_LONG:
		return errLong
	case phonenumbers.INVALID_COUNTRY_CODE:
		return errCountry
	default: // between two lengths that there are
		return errNotNumber
	}
}

// withPlus is the number that a text would be with a + before it, if that is one of the region; else "".
func withPlus(spelled, region string) string {
	digits := phonenumbers.NormalizeDigitsOnly(spelled)
	if strings.ContainsAny(spelled, "+＋") || !strings.HasPrefix(digits, CallingCode(region)) {
		return ""
	}
	n, err := phonenumbers.Parse("+"+digits, "")
	if err != nil || possible(n) != nil {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// reason is the library's in our words.
func reason(err error) error {
	switch {
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return errShort
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return errLong
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return errCountry
	default:
		return errNotNumber
	}
}

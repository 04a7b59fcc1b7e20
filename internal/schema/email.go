package schema

import (
	"strings"
	"unicode"
)

// fitsEmail tells whether a text may be an e-mail address, and why it can be none. Which addresses the service takes is not
// documented: refused is what no address has, and what people write around one. A domain without a dot may be one.
func fitsEmail(s string) (why string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	switch {
	case strings.ContainsAny(s, "<>"):
		return "it has angle brackets, as behind a name", false
	case strings.ContainsAny(s, ",;") && strings.Count(s, "@") > 1:
		return "it is several addresses", false
	case at < 0:
		return "", false
	}
	if why = notLocal(s[:at]); why == "" {
		why = notDomain(s[at+1:])
	}
	return why, why == ""
}

// notLocal says why a text can't stand before the @, "" if it can.
func notLocal(s string) string {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' && !strings.Contains(s[1:len(s)-1], `"`) {
		return "" // in quotes almost anything may
	}
	switch {
	case s == "":
		return "it has nothing before the @"
	case strings.Contains(s, "@"):
		return "it has more than one @"
	case strings.Contains(s, ":"):
		return "it has a colon before the address, as behind mailto"
	}
	if why := badDots(s); why != "" {
		return why + " before the @"
	}
	return badCharacter(s, func(r rune) bool {
		return r != '.' && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) && !isLetterLike(r) && !unicode.IsSymbol(r)
	}, "before the @")
}

// notDomain says why a text can't stand behind the @, "" if it can.
func notDomain(s string) string {
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' { // a number of the network
		return badCharacter(s[1:len(s)-1], func(r rune) bool { return r != '.' && r != ':' && !isLetterLike(r) }, "in its domain")
	}
	if s == "" {
		return "it has nothing behind the @"
	}
	if why := badDots(s); why != "" {
		return why + " in its domain"
	}
	for label := range strings.SplitSeq(s, ".") {
		if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return "it has a hyphen at the end of a part of its domain"
		}
	}
	return badCharacter(s, func(r rune) bool { return r != '.' && r != '-' && r != '_' && !isLetterLike(r) }, "in its domain")
}

// badDots says which dot is one too many.
func badDots(s string) string {
	switch {
	case s[0] == '.':
		return "it has a dot first"
	case s[len(s)-1] == '.':
		return "it has a dot last"
	case strings.Contains(s, ".."):
		return "it has two dots together"
	default:
		return ""
	}
}

// badCharacter names the first character that can't be in a part of an address.
func badCharacter(s string, bad func(rune) bool, where string) string {
	i := strings.IndexFunc(s, bad)
	if i < 0 {
		return ""
	}
	for _, r := range s[i:] {
		return "it has " + CharName(r) + " " + where
	}
	return ""
}

// isLetterLike tells of letters and digits of any script, with their marks.
func isLetterLike(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

package schema

import (
	"strings"
	"unicode"

	"attrmigrate/sources"
)

// checkCharacters refuses characters that nobody sees, or that do something, in what people sign in with or get
// messages by: it would look right, and be another address.
func checkCharacters(a *sources.Attribute) *ValueError {
	if visible(a.Value) {
		return nil
	}
	var odd Oddity
	code := ""
	switch a.Name {
	case "email":
		code, odd = "BadEmail", firstOdd(a.Value, unicode.IsSpace, hiddenAnywhere)
	case "phone_number": // a blank between digits is of its form
		code, odd = "BadPhoneNumber", firstOdd(a.Value, isNone, hiddenAnywhere)
	case "preferred_username":
		code, odd = "BadUsername", oddInPreferred(a.Value)
	}
	if odd.Kind == "" {
		return nil
	}
	return &ValueError{a.Name, "value " + odd.String(), code, odd.hint()}
}

// oddInPreferred finds what no preferred username has. It may have blanks in it, and be written in any script.
func oddInPreferred(value string) Oddity {
	for _, o := range oddCharacters("preferred_username", value) {
		if o.Kind != Replacement {
			return o
		}
	}
	return Oddity{}
}

// oddInUsername finds what no username has.
func oddInUsername(name string) Oddity {
	if odd := firstOdd(name, unfitForUsername, isNone); odd.Kind != "" {
		return odd
	}
	for _, o := range oddCharacters("username", name) {
		if o.Kind == Invisible { // such as a selector of a form, which the API takes
			return o
		}
	}
	return Oddity{}
}

// firstOdd finds the first blank at an end, control character, format character, or other one that is invisible or unfit.
func firstOdd(text string, isUnfit, isInvisible func(rune) bool) Oddity {
	begin := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	end := len(strings.TrimRightFunc(text, unicode.IsSpace))
	for i, r := range text {
		kind := OddityKind("")
		switch {
		case i < begin, i >= end:
			kind = Blanks
		case unicode.IsControl(r):
			kind = Control
		case unicode.Is(unicode.Cf, r), isInvisible(r):
			kind = Invisible
		case !isUnfit(r):
			continue
		case unicode.IsSpace(r):
			kind = within
		default:
			kind = unfit
		}
		return Oddity{Kind: kind, Char: r, At: placeOf(text, i)}
	}
	return Oddity{}
}

// hiddenAnywhere tells whether a character cannot be seen, unless a script or a picture is around it.
func hiddenAnywhere(r rune) bool { return !unicode.IsSpace(r) && hidden(0, r, 0) }

func isNone(rune) bool { return false }

// checkCut refuses an address at the end of a row that ends without a line end, where it is shorter than any that
// people have: what is left of one that was cut would be somebody else's.
func checkCut(c *sources.Change) *ValueError {
	if !c.Cut || c.Undo || len(c.Attributes) == 0 {
		return nil
	}
	const shortest = len("+2901234") // of Saint Helena
	last := &c.Attributes[len(c.Attributes)-1]
	domain := last.Value[strings.LastIndexByte(last.Value, '@')+1:]
	code := ""
	switch {
	case last.Delete:
	case last.Name == "email" && !strings.ContainsAny(domain, ".["):
		code = "BadEmail"
	case last.Name == "phone_number" && len(last.Value) < shortest:
		code = "BadPhoneNumber"
	}
	if code == "" {
		return nil
	}
	return &ValueError{last.Name, "value looks cut short, as the row does, which has no line end", code, "if it is whole, end the row with a line end"}
}

package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// Limits of the API: of a value in bytes ("Quotas in Amazon Cognito"), of a username in characters
// (the reference of AdminUpdateUserAttributes).
const (
	maxValue    = 2048
	maxUsername = 128
)

// Check returns nil if the pool would accept the record, as far as its schema tells. Otherwise the
// error names every problem; errors.As finds the first as a [*ValueError]. A good record costs no
// allocation, unless it has numbers that are not whole.
func (s *Schema) Check(c *sources.Change) error {
	var found problems
	if e := checkUsername(c.Username); e != nil && !(s.tokens && c.Username == "") {
		found = append(found, e)
	}
	for i := range c.Attributes {
		if e := s.checkAttribute(&c.Attributes[i], c.Undo); e != nil {
			found = append(found, e)
		}
	}
	if e := checkCut(c); e != nil && len(found) == 0 {
		found = append(found, e)
	}
	if e := checkMetadata(c.ClientMetadata); e != nil {
		found = append(found, e)
	}
	for i := range c.Expect {
		if e := s.checkExpected(&c.Expect[i]); e != nil {
			found = append(found, e)
		}
	}
	return found.asError()
}

// maxMetadata is how long a key, or a value, of the client metadata may be, in characters (API
// reference, ClientMetadata).
const maxMetadata = 131072

// CheckMetadata refuses client metadata that the API would not take; the error is a [*ValueError].
func CheckMetadata(m map[string]string) error {
	return asError(checkMetadata(m))
}

func checkMetadata(m map[string]string) *ValueError {
	if len(m) == 0 {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		field := "metadata:" + key
		switch {
		case !utf8.ValidString(key) || !utf8.ValidString(m[key]):
			return badEncoding(field)
		case utf8.RuneCountInString(key) > maxMetadata:
			return &ValueError{field, fmt.Sprintf("the key is over %d characters", maxMetadata), "MetadataTooLong", "shorten it"}
		case utf8.RuneCountInString(m[key]) > maxMetadata:
			return &ValueError{field, fmt.Sprintf("value is %d characters, the API allows %d", utf8.RuneCountInString(m[key]), maxMetadata),
				"MetadataTooLong", "shorten it"}
		}
	}
	return nil
}

// Writable tells whether the pool lets an attribute be changed.
func (s *Schema) Writable(name string) bool {
	err := s.Check(&sources.Change{Username: "x", Attributes: []sources.Attribute{{Name: name, Delete: true}}})
	e, refused := errors.AsType[*ValueError](err)
	return !refused || e.Code() != "NotWritable" && e.Code() != "ImmutableAttribute"
}

// Deletable tells whether the pool lets an attribute be taken away.
func (s *Schema) Deletable(name string) bool {
	return s.Check(&sources.Change{Username: "x", Attributes: []sources.Attribute{{Name: name, Delete: true}}}) == nil
}

// CheckUsername refuses a username that the API would not take; the error is a [*ValueError].
func CheckUsername(name string) error {
	return asError(checkUsername(name))
}

// checkUsername follows the pattern of the API's UsernameType: letters, marks, symbols, numbers and
// punctuation, which excludes spaces.
func checkUsername(name string) *ValueError {
	const attribute = "username"
	if visible(name) && name != "" && len(name) <= maxUsername {
		return nil
	}
	n := utf8.RuneCountInString(name)
	switch odd := oddInUsername(name); {
	case n == 0:
		return &ValueError{attribute, "is empty", "BadUsername", "give the username, an alias or the sub"}
	case n > maxUsername:
		return &ValueError{attribute, fmt.Sprintf("is %d characters, Cognito allows %d", n, maxUsername),
			"BadUsername", "check that the column holds usernames"}
	case !utf8.ValidString(name):
		return badEncoding(attribute)
	case odd.Kind != "":
		return &ValueError{attribute, odd.String(), "BadUsername", odd.hint()}
	}
	return nil
}

// visible tells whether a text is of visible ASCII characters alone. Most names and addresses are, and need no
// closer look.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func unfitForUsername(r rune) bool {
	if r > ' ' && r < 0x7f {
		return false
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P)
}

// checkAttribute holds an attribute against its rule. What was in the pool already goes back if it can be sent at all:
// the service judges it.
func (s *Schema) checkAttribute(a *sources.Attribute, was bool) *ValueError {
	if e := s.reserved(a.Name, a.Name); e != nil {
		return e
	}
	r := s.rule(a.Name)
	switch {
	case r == nil:
		return s.unknown(a.Name, a.Name, !a.Delete)
	case r.never != "":
		return &ValueError{a.Name, "nobody can write it: " + r.never, "NotWritable", leaveOut(a.Name)}
	case r.immutable:
		return &ValueError{a.Name, "the pool allows no change of it once the user exists",
			"ImmutableAttribute", leaveOut(a.Name)}
	case a.Delete || a.Value == "":
		if r.required {
			return &ValueError{a.Name, "the pool requires it, so it can't be deleted",
				"RequiredAttribute", "give a value, or leave the cell empty and --empty keep"}
		}
		return nil
	}
	e := checkText(a)
	if e == nil && !was { // a date of another form is rather that than too short
		e = s.checkWritten(a, r)
	}
	if e == nil && !was {
		e = r.checkLength(a)
	}
	if e != nil && isPlaceholder(a.Value) {
		e.hint = "if it means no value: --empty-value " + shell.Quote(a.Value)
	}
	return e
}

// checkWritten looks at how a value is written. What stands around an address explains the blanks in it.
func (s *Schema) checkWritten(a *sources.Attribute, r *rule) *ValueError {
	characters, form := checkCharacters(a), s.explained(a, r.checkForm(a))
	if characters == nil || form != nil && a.Name == "email" && strings.ContainsAny(a.Value, "<>,;:") {
		return form
	}
	return characters
}

// reserved refuses what only an administrator can write, where users are to.
func (s *Schema) reserved(name, column string) *ValueError {
	var why string
	switch {
	case !s.tokens:
		return nil
	case name == "email_verified", name == "phone_number_verified":
		why = "it becomes true when they enter the code that Cognito sends"
	case isDeveloper(name):
		why = "it is for administrators"
	default:
		return nil
	}
	return &ValueError{name, "users can't write it: " + why, "NotWritable",
		leaveOut(column) + ", or change these users with --as admin"}
}

// checkText refuses what no request can hold.
func checkText(a *sources.Attribute) *ValueError {
	if len(a.Value) > maxValue {
		return &ValueError{a.Name, fmt.Sprintf("value is %d bytes, Cognito allows %d", len(a.Value), maxValue),
			"ValueTooLong", "shorten it"}
	}
	if !utf8.ValidString(a.Value) {
		return badEncoding(a.Name)
	}
	return nil
}

// checkLength counts as the service does in its own words: "String must be no longer than 20 characters".
func (r *rule) checkLength(a *sources.Attribute) *ValueError {
	// There are no more characters than bytes.
	if r.longest >= 0 && len(a.Value) > r.longest {
		if n := utf8.RuneCountInString(a.Value); n > r.longest {
			return &ValueError{a.Name, fmt.Sprintf("value is %s, the pool allows %d", length(n, a.Value), r.longest),
				"ValueTooLong", "shorten it; the pool's limit can't be changed"}
		}
	}
	if n := utf8.RuneCountInString(a.Value); n < r.shortest {
		return &ValueError{a.Name, fmt.Sprintf("value is %s, the pool asks for %d", length(n, a.Value), r.shortest),
			"ValueTooShort", "give a longer one; the pool's limit can't be changed"}
	}
	return nil
}

// length is how long a value of n characters is: in bytes, where that is the same.
func length(n int, value string) string {
	switch {
	case n != len(value):
		return fmt.Sprintf("%s (%d bytes)", characters(n), len(value))
	case n == 1:
		return "1 byte"
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

func (r *rule) checkForm(a *sources.Attribute) *ValueError {
	switch {
	case r.format != nil:
		if why, ok := r.format.fits(a.Value); !ok {
			return &ValueError{a.Name, "value is not " + r.format.wants + because(why), r.format.code, r.format.hint}
		}
	case r.kind == Boolean && !isBoolean(a.Value):
		return &ValueError{a.Name, "value is neither true nor false", "BadBoolean",
			"write true or false, in any case; yes, no, 1 and 0 are not taken"}
	case r.kind == DateTime && !isDateTime(a.Value):
		return &ValueError{a.Name, "value is not a date and time" + because(timeShape(a.Value)), "BadDateTime", "write it as 2026-02-28T12:00:00Z; " + strictest}
	case r.kind == Number:
		return r.checkNumber(a)
	}
	return nil
}

// strictest is said of forms that AWS does not document.
const strictest = "AWS does not say which other forms it takes"

func (r *rule) checkNumber(a *sources.Attribute) *ValueError {
	const hint = "correct the value; the pool's limit can't be changed"
	switch {
	case !isDecimal(a.Value):
		e := &ValueError{a.Name, "value is not a number" + because(notDecimal(a.Value)), "NotANumber",
			"write digits, with a minus before and a point between them where needed, as -12.5"}
		if isNumber(a.Value) {
			e.hint += "; " + strictest
		}
		return e
	case r.least != nil && r.least.compare(a.Value) < 0:
		return &ValueError{a.Name, "value is under the pool's minimum of " + r.least.text, "OutOfRange", hint}
	case r.most != nil && r.most.compare(a.Value) > 0:
		return &ValueError{a.Name, "value is over the pool's maximum of " + r.most.text, "OutOfRange", hint}
	}
	return nil
}

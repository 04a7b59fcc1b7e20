package schema

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// ValueError is a record that the pool would not accept, found without a call. Its text does not
// repeat the value.
type ValueError struct {
	// Attribute is the name of the attribute, or "username".
	Attribute string
	// Msg is what is wrong.
	Msg string

	code string
	hint string
}

func (e *ValueError) Error() string { return shown(e.Attribute) + ": " + e.Msg }

// shown is a name from the input as a message may show it: in one line, and not endless.
func shown(name string) string {
	const most = 64
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// Class is "schema".
func (e *ValueError) Class() string { return "schema" }

// Code names the rule that is broken: UnknownAttribute, ImmutableAttribute, RequiredAttribute,
// NotWritable, NotReadable, ValueTooLong, ValueTooShort, NotANumber, OutOfRange, BadBoolean, BadStatus, BadDateTime, BadEmail,
// BadPhoneNumber, BadBirthdate, BadEncoding, BadUsername, NoAddress, and Suspicious of [CheckStrict].
func (e *ValueError) Code() string { return e.code }

// Hint says how to mend it, in one line.
func (e *ValueError) Hint() string { return e.hint }

// asError is nil where there is none.
func asError(e *ValueError) error {
	if e == nil {
		return nil
	}
	return e
}

// problems is several of them in one record. The first one gives the code.
type problems []*ValueError

// asError is nil where there are none, and one alone where it is.
func (p problems) asError() error {
	switch len(p) {
	case 0:
		return nil
	case 1:
		return p[0]
	default:
		return p
	}
}

func (p problems) Error() string {
	texts := make([]string, len(p))
	for i, e := range p {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

func (p problems) Class() string { return p[0].Class() }
func (p problems) Code() string  { return p[0].Code() }
func (p problems) Hint() string  { return p[0].Hint() }

func (p problems) Unwrap() []error {
	list := make([]error, len(p))
	for i, e := range p {
		list[i] = e
	}
	return list
}

func badEncoding(attribute string) *ValueError {
	return &ValueError{attribute, "is not UTF-8", "BadEncoding", "save the file as UTF-8"}
}

func leaveOut(column string) string {
	return "leave it out (--ignore " + shell.Quote(shell.List(column)) + ")"
}

// CheckName returns a *[ValueError], with a hint, if the pool has no attribute of that name.
func (s *Schema) CheckName(name string) error {
	if s.Known(name) {
		return nil
	}
	return s.unknown(name, name, true)
}

// CheckColumn returns a *[ValueError], with a hint, if the pool has no attribute of that name, or if users
// can't write it with their own tokens and are to: a column that expects is only read. The hint is for the
// column, which may have another name than the attribute.
func (s *Schema) CheckColumn(name, column string, expects bool) error {
	if expects {
		return asError(s.checkExpectedName(name, column))
	}
	if e := s.reserved(name, column); e != nil {
		return e
	}
	if s.Known(name) {
		return nil
	}
	return s.unknown(name, column, true)
}

// unknown tells of an attribute that the pool lacks, what may be meant, and, if it is to be set, how to add it: whatever else is
// asked of it holds of no user.
func (s *Schema) unknown(name, column string, set bool) *ValueError {
	if isOfAccount(name) && !s.Known("custom:"+name) { // whoever has that one has forgotten the prefix
		return onlyExpected(name, column)
	}
	e := &ValueError{Attribute: name, Msg: "the pool has no such attribute", code: "UnknownAttribute"}
	adding := s.Adding(name)
	switch meant, ok := sources.Suggest(name, s.names); {
	case ok:
		e.Msg += fmt.Sprintf(", did you mean %s?", meant)
		pair := strings.TrimPrefix(column, expectPrefix) + "=" + meant // --map leaves the prefix where it is
		e.hint = fmt.Sprintf("rename it (--map %s) or %s", shell.Quote(pair), leaveOut(column))
	case adding != "" && set:
		e.hint = leaveOut(column) + ", or " + adding
	case adding != "":
		e.hint = leaveOut(column)
	default:
		e.hint = "custom attributes are written custom:NAME; " + leaveOut(column)
	}
	return e
}

// Adding says how to add a custom attribute to the pool, by a command at its end, and that this is for good: the API has no call
// that takes one away. Empty: the name is none of a custom attribute.
func (s *Schema) Adding(name string) string {
	custom, isCustom := strings.CutPrefix(name, "custom:")
	if !isCustom || !plain(custom) {
		return ""
	}
	return "add it to the pool, for good, as AWS takes no custom attribute back: aws cognito-idp add-custom-attributes " + cmp.Or(s.flags, "--user-pool-id POOL") +
		" --custom-attributes Name=" + custom + ",AttributeDataType=String,Mutable=true"
}

// plain tells whether a name can stand in a command as it is.
func plain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
}

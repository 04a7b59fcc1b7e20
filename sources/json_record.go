package sources

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// record decodes one JSONL object into a change. A thing that has several spellings (username and
// Username) may stand once; the fields remember under which key it stood.
type record struct {
	lines  *jsonLines
	change *Change

	user, token, attributes, metadata string // keys that were met
	sub                               string // the value of the top-level sub
	raw, other                        bool   // _raw was met; a key that does not begin with _ was met
}

// recordKeys are the keys to suggest for a misspelt one.
var recordKeys = []string{"username", "attributes", "expect", "client_metadata", "order",
	"Username", "UserPoolId", "UserAttributes", "Attributes", "ClientMetadata", "sub", "access_token", "AccessToken"}

// isObject refuses what is no object.
func (r *record) isObject() error {
	dec := &r.lines.dec
	if kind := dec.PeekKind(); kind != '{' && kind != 0 {
		return malformedRecord(int(dec.InputOffset()), "the line is no JSON object", oneALine)
	}
	return nil
}

// object decodes the whole object. Its errors are *RecordError or errors of jsontext.
func (r *record) object() error {
	dec := &r.lines.dec
	if err := r.isObject(); err != nil {
		return err
	}
	return r.members(func(key string) error {
		if strings.HasPrefix(key, "_") {
			r.raw = r.raw || key == rawColumn
			return dec.SkipValue()
		}
		r.other = true
		return r.member(key)
	})
}

// members reads an object, calling member for each key to read the value.
func (r *record) members(member func(key string) error) error {
	dec := &r.lines.dec
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		key, err := r.lines.name()
		if err != nil {
			return err
		}
		if isToken(key) { // which no error may repeat
			return &RecordError{code: codeUnknownKey, msg: "a key looks like an access token", hint: `write {"access_token": "TOKEN", …}`}
		}
		if err := member(key); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// member reads the value of a key of the record.
func (r *record) member(key string) (err error) {
	if r.leftOut(key) {
		return r.lines.dec.SkipValue()
	}
	switch key {
	case "access_token", "AccessToken":
		if err = once(&r.token, key); err == nil {
			var token string
			token, err = r.lines.scalar(key)
			r.change.Token = Secret(token)
		}
	case "username", "Username":
		if err = once(&r.user, key); err == nil {
			r.change.Username, err = r.text(key)
		}
	case "sub":
		r.sub, err = r.text(key)
	case "attributes", "UserAttributes", "Attributes":
		if err = once(&r.attributes, key); err == nil {
			err = r.attributeList(key, "")
		}
	case "expect":
		err = r.attributeList(key, expectPrefix)
	case "client_metadata", "ClientMetadata":
		if err = once(&r.metadata, key); err == nil {
			err = r.clientMetadata(key)
		}
	case "order":
		r.change.Order, err = r.lines.scalar(key)
	case "UserPoolId":
		err = r.userPool(key)
	default:
		if isListed(key) {
			return r.lines.dec.SkipValue()
		}
		err = unknownKey(key)
	}
	return err
}

// leftOut tells whether a key that would name the user is to be ignored.
func (r *record) leftOut(key string) bool {
	names := isTokenName(key) || r.lines.opts.Tokens && (key == "username" || key == "Username")
	return names && r.lines.opts.ignores(key)
}

// once keeps the key under which a thing stands, and refuses a second.
func once(slot *string, key string) error {
	if *slot != "" {
		return &RecordError{code: codeDuplicateKey, msg: fmt.Sprintf("%q and %q are the same thing, and only one may stand", *slot, key),
			hint: "leave one of them out"}
	}
	*slot = key
	return nil
}

func unknownKey(key string) *RecordError {
	otherwise := `attributes stand in "attributes": {"NAME": "VALUE"}; keys that begin with _ are ignored`
	if key == "Users" {
		otherwise = "for what list-users prints: jq -c \".Users[]\" FILE"
	}
	return &RecordError{code: codeUnknownKey, msg: fmt.Sprintf("unknown key %q", key), hint: didYouMean(key, recordKeys, otherwise)}
}

// attributeList reads attributes, as an object or as the API's array. Their names get the prefix.
func (r *record) attributeList(key, prefix string) error {
	dec := &r.lines.dec
	switch kind := dec.PeekKind(); kind {
	case '{':
		return r.members(func(name string) error {
			value, err := r.lines.scalar(name)
			if err != nil {
				return err
			}
			return r.add(prefix, name, value)
		})
	case '[':
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
		for dec.PeekKind() != ']' {
			if err := r.element(key, prefix); err != nil {
				return err
			}
		}
		_, err := dec.ReadToken()
		return err
	case 'n', 0:
		return dec.SkipValue()
	default:
		return &RecordError{code: codeInvalidValue, field: key, msg: "must be an object of names and values",
			hint: `such as {"custom:tier": "gold"}`}
	}
}

// element reads one {"Name": …, "Value": …}.
func (r *record) element(key, prefix string) error {
	if kind := r.lines.dec.PeekKind(); kind != '{' && kind != 0 {
		return &RecordError{code: codeInvalidValue, field: key, msg: `must hold objects of "Name" and "Value"`,
			hint: `such as {"Name": "custom:tier", "Value": "gold"}`}
	}
	var name, value string
	var hasValue bool
	err := r.members(func(part string) (err error) {
		switch part {
		case "Name":
			name, err = r.lines.scalar(key + ".Name")
		case "Value":
			value, err = r.lines.scalar(key + ".Value")
			hasValue = true
		default:
			err = &RecordError{code: codeUnknownKey, field: key, msg: fmt.Sprintf("unknown key %q", part),
				hint: didYouMean(part, []string{"Name", "Value"}, `an attribute has a "Name" and a "Value"`)}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case name == "":
		return &RecordError{code: codeMissingAttribute, field: key, msg: `an attribute has no "Name"`}
	case !hasValue:
		return &RecordError{code: codeMissingValue, field: name, msg: `the attribute has no "Value"`, hint: `null or "" deletes it`}
	}
	return r.add(prefix, name, value)
}

// text returns the next value, the name of a user, as the options have it.
func (r *record) text(key string) (string, error) {
	text, err := r.lines.scalar(key)
	return r.meant(text), err
}

// meant is a value as the options have it.
func (r *record) meant(value string) string {
	return r.lines.opts.meant(value, &r.change.Trimmed, &r.change.Emptied)
}

// add adds an attribute to the change. An empty value deletes; one that is only meant as empty is as an empty cell.
func (r *record) add(prefix, name, value string) error {
	opts := r.lines.opts
	name = strings.TrimSpace(name) // as the names of columns are
	attribute, use := opts.use(prefix + name)
	if name == "" || attribute == "" && use != useNothing {
		return &RecordError{code: codeMissingAttribute, msg: "an attribute has no name"}
	}
	if use == useMetadata {
		opts.addMetadata(r.change, attribute, value)
		return nil
	}
	if use == useNothing {
		return nil
	}
	meant := r.meant(value)
	a := Attribute{Name: attribute, Value: meant, Delete: meant == ""}
	switch emptied := meant == "" && value != ""; {
	case emptied && use == useSet:
		if err := opts.addEmpty(r.change, name, attribute); err != nil {
			err.msg, err.hint = "the value stands for none", "give it a value, or null to delete the attribute"
			return err
		}
	case emptied: // it expects nothing
	case use == useSet:
		r.change.Attributes = append(r.change.Attributes, a)
	case use == useExpect && (attribute != "sub" || prefix != "" || value != ""):
		r.change.Expect = append(r.change.Expect, a)
	}
	return nil
}

func (r *record) clientMetadata(key string) error {
	dec := &r.lines.dec
	switch kind := dec.PeekKind(); kind {
	case '{':
	case 'n', 0:
		return dec.SkipValue()
	default:
		return &RecordError{code: codeInvalidValue, field: key, msg: "must be an object of names and values"}
	}
	r.change.ClientMetadata = map[string]string{}
	return r.members(func(name string) (err error) {
		if dec.PeekKind() == 'n' {
			return &RecordError{code: codeInvalidValue, field: key + "." + name, msg: "null is no value here"}
		}
		value, err := r.lines.scalar(key + "." + name)
		if meant := r.meant(value); err == nil && (meant != "" || value == "") {
			r.change.ClientMetadata[name] = meant
		}
		return err
	})
}

func (r *record) userPool(key string) error {
	pool, err := r.lines.scalar(key)
	if want := r.lines.opts.UserPoolID; err == nil && want != "" && pool != want {
		return &RecordError{code: codeWrongUserPool, field: key, msg: fmt.Sprintf("the record is for the pool %s, not %s", pool, want)}
	}
	return err
}

// check finds what only the whole record shows, and settles what the sub is for.
func (r *record) check() *RecordError {
	c := r.change
	if r.raw && !r.other {
		return &RecordError{code: codeMalformedRecord, msg: "this record could not be decoded before",
			hint: "mend what stands in " + rawColumn + ", and put it in the place of the whole line"}
	}
	named := r.user != "" || r.lines.opts.Tokens
	switch {
	case !named:
		c.Username = r.sub
	case r.sub != "":
		c.Expect = append(c.Expect, Attribute{Name: "sub", Value: r.sub})
	}
	if r.lines.opts.Tokens {
		if err := r.checkToken(); err != nil {
			return err
		}
		return duplicate(c)
	}
	switch {
	case r.token != "":
		return &RecordError{code: codeUnwantedToken, field: r.token, msg: "the record has an access token",
			hint: r.lines.opts.unwantedTokens("it", "a username", r.token, "the token")}
	case strings.TrimSpace(c.Username) == "":
		return &RecordError{code: codeMissingUsername, msg: "the record names no user", hint: `give it a "username"`}
	}
	return duplicate(c)
}

// checkToken refuses a record that does not name its user by an access token, and by that alone.
func (r *record) checkToken() *RecordError {
	if r.user != "" {
		return &RecordError{code: codeDuplicateKey, field: r.user, msg: "the user is named by the access token, and only one of them may stand",
			hint: r.lines.opts.setting("Ignore", r.user) + " leaves it out"}
	}
	return checkToken(cmp.Or(r.token, tokenNames[0]), string(r.change.Token))
}

const oneALine = "JSONL has one object a line; for objects over several lines: jq -c . FILE"

// malformedRecord describes a line that is no JSON object; offset is where, from 0.
func malformedRecord(offset int, msg, hint string) *RecordError {
	return &RecordError{code: codeMalformedRecord, msg: fmt.Sprintf("column %d: %s", offset+1, msg), hint: hint}
}

// failure makes the error of a record of what decoding it returned.
func (r *record) failure(err error) *RecordError {
	var failed *RecordError
	if errors.As(err, &failed) {
		if failed.code == codeMalformedRecord && strings.HasPrefix(string(r.change.Text), "[") {
			failed.hint = "JSONL has one object a line; for an array of objects: jq -c \".[]\" FILE"
		}
		return failed
	}
	var syntax *jsontext.SyntacticError
	switch {
	case !errors.As(err, &syntax):
		return malformedRecord(int(r.lines.dec.InputOffset()), err.Error(), "")
	case errors.Is(syntax.Err, jsontext.ErrDuplicateName):
		name := syntax.JSONPointer.LastToken()
		return &RecordError{code: codeDuplicateAttribute, field: name, msg: "the name stands twice in one object", hint: "leave one of them out"}
	case errors.Is(syntax.Err, io.ErrUnexpectedEOF):
		return malformedRecord(int(syntax.ByteOffset), "the object does not end on its line", oneALine)
	}
	return malformedRecord(int(syntax.ByteOffset), strings.TrimPrefix(syntax.Err.Error(), "jsontext: "), "")
}

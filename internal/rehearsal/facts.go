package rehearsal

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/prose"
)

// identities is the attribute that no change set has a value for: it links a user to identity providers.
const identities = "identities"

// facts gives a person what a JSON record tells beside the values that a change set could write: an export of everything
// under names that begin with _, and what ListUsers prints under the service's own.
func (p *person) facts(record []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(record), jsontext.AllowDuplicateNames(true)) // it was decoded before, and had none
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		key := token.String()
		raw, err := d.ReadValue()
		if err == nil {
			err = p.fact(key, raw)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// fact takes what a member of a record tells; of most it is nothing.
func (p *person) fact(key string, raw jsontext.Value) (err error) {
	if raw.Kind() == 'n' { // it tells nothing
		return nil
	}
	switch key {
	case "_status", "UserStatus":
		p.Status, err = text(raw, "a text")
	case "_enabled", "Enabled":
		var enabled bool
		enabled, err = read[bool](raw, "true or false")
		p.Disabled = !enabled
	case "_groups":
		p.Groups, err = read[[]string](raw, "a list of names")
	case "_created", "UserCreateDate":
		p.Created, err = date(raw)
	case "_modified", "UserLastModifiedDate":
		p.Modified, err = date(raw)
	case "attributes", "Attributes", "UserAttributes":
		p.identities(raw)
		return nil
	default:
		name, readOnly := strings.CutPrefix(key, "_")
		if !readOnly || !isAttribute(name) {
			return nil
		}
		p.Attributes[name], err = text(raw, "a text")
		p.readOnly = append(p.readOnly, name)
	}
	p.exported = true
	return err
}

// read reads a member as what it has to be.
func read[T any](raw jsontext.Value, want string) (value T, err error) {
	if json.Unmarshal(raw, &value) != nil {
		return value, fmt.Errorf("want %s", want)
	}
	return value, nil
}

// text is read for a text, of which a large export has millions.
func text(raw jsontext.Value, want string) (string, error) {
	unquoted, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", fmt.Errorf("want %s", want)
	}
	return string(unquoted), nil
}

// lastSecond is that of the year 9999, the last one that a date is written in.
const lastSecond = 253402300799

// date reads a date as an export or the AWS CLI has it, or the service itself: in seconds since 1970.
func date(raw jsontext.Value) (time.Time, error) {
	if raw.Kind() == '0' {
		seconds, err := read[float64](raw, "a date")
		if err == nil && math.Abs(seconds) > lastSecond {
			err = errors.New("want seconds since 1970")
		}
		return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), err
	}
	written, err := text(raw, "a date")
	if err != nil || written == "" {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no date such as 2026-01-02T15:04:05Z", prose.Printable(written))
	}
	return at.UTC(), nil
}

// identities takes the attribute out of those of a record, which are an object or a list of names and values.
func (p *person) identities(raw jsontext.Value) {
	if !bytes.Contains(raw, []byte(`"`+identities+`"`)) {
		return
	}
	var object map[string]any
	if json.Unmarshal(raw, &object) == nil {
		if text, ok := object[identities].(string); ok {
			p.Attributes[identities] = text
		}
		return
	}
	var list []struct{ Name, Value string }
	_ = json.Unmarshal(raw, &list) // the record was decoded before
	for _, a := range list {
		if a.Name == identities {
			p.Attributes[identities] = a.Value
		}
	}
}

// standard are the attributes that every pool has, but for the sub.
var standard = []string{"address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", identities, "locale",
	"middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile",
	"updated_at", "website", "zoneinfo"}

// isAttribute tells names of attributes from others that may stand behind a _.
func isAttribute(name string) bool { return isCustom(name) || slices.Contains(standard, name) }

// isCustom tells the attributes that a pool has for itself.
func isCustom(name string) bool {
	return strings.HasPrefix(name, "custom:") || strings.HasPrefix(name, "dev:")
}

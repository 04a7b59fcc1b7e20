package schema

import (
	"slices"
	"strings"

	"attrmigrate/internal/phone"
	"attrmigrate/sources"
)

// phoneNumber is the attribute that holds one.
const phoneNumber = "phone_number"

// Normal returns a record as it is sent: truth values in lower case, and phone numbers of the region
// ([Schema.WithPhoneRegion]) in the form E.164, also where they are expected. A value that cannot be read stays as it
// is, and a username does. A record that is so already, or is of an undo file, is returned itself; another is copied.
func (s *Schema) Normal(c *sources.Change) *sources.Change {
	if c.Err != nil || c.Undo {
		return c
	}
	attributes, respelled := s.normal(c.Attributes)
	expect, alsoRespelled := s.normal(c.Expect)
	if attributes == nil && expect == nil {
		return c
	}
	normal := *c
	if attributes != nil {
		normal.Attributes = attributes
	}
	if expect != nil {
		normal.Expect = expect
	}
	normal.Respelled = respelled || alsoRespelled
	return &normal
}

// normal is a list as it is sent, nil where it is so already; and whether there is a phone number in another spelling.
func (s *Schema) normal(list []sources.Attribute) (changed []sources.Attribute, respelled bool) {
	for i, a := range list {
		value := s.normalValue(a)
		if value == a.Value {
			continue
		}
		if changed == nil {
			changed = slices.Clone(list)
		}
		changed[i].Value = value
		respelled = respelled || a.Name == phoneNumber
	}
	return changed, respelled
}

func (s *Schema) normalValue(a sources.Attribute) string {
	switch {
	case a.Name == phoneNumber && s.region != "" && a.Value != "":
		if number, err := phone.E164(a.Value, s.region); err == nil {
			return number
		}
	case isBoolean(a.Value) && s.IsBoolean(a.Name):
		return strings.ToLower(a.Value)
	}
	return a.Value
}

// explained says of a refused phone number why it is none of the region, or how national ones are read.
func (s *Schema) explained(a *sources.Attribute, e *ValueError) *ValueError {
	switch {
	case e == nil || e.code != phoneFormat.code:
	case s.region != "":
		if _, err := phone.E164(a.Value, s.region); err != nil {
			e.Msg = "value is not a phone number of " + s.region + ": " + err.Error()
		}
	case phone.Spelled(a.Value):
		e.hint += "; or give the region that these numbers are of, such as --phone-region DE"
	}
	return e
}

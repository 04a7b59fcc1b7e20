package schema

import (
	"strings"

	"attrmigrate/sources"
)

// The service keeps a truth value as it was sent, True or TRUE (aws-amplify/amplify-js#8205). So it is read in any case,
// and sent in lower case.

// IsTrue tells whether a value is true, in any case.
func IsTrue(value string) bool { return len(value) == len("true") && strings.EqualFold(value, "true") }

// IsFalse tells whether a value is false, in any case.
func IsFalse(value string) bool {
	return len(value) == len("false") && strings.EqualFold(value, "false")
}

func isBoolean(s string) bool { return IsTrue(s) || IsFalse(s) }

// IsBoolean tells whether the values of an attribute are true or false.
func (s *Schema) IsBoolean(name string) bool {
	r := s.rule(name)
	return r != nil && r.kind == Boolean
}

// Normal returns a record as it is sent: truth values in lower case. A record that is so already, or is of an undo file,
// is returned as it is; another is copied.
func (s *Schema) Normal(c *sources.Change) *sources.Change {
	if c.Err != nil || c.Undo {
		return c
	}
	normal := c
	for i := range c.Attributes {
		a := &c.Attributes[i]
		if a.Value == "true" || a.Value == "false" || !isBoolean(a.Value) || !s.IsBoolean(a.Name) {
			continue
		}
		if normal == c {
			normal = copied(c)
		}
		normal.Attributes[i].Value = strings.ToLower(a.Value)
	}
	return normal
}

// copied is a record whose attributes may be changed.
func copied(c *sources.Change) *sources.Change {
	other := *c
	other.Attributes = append([]sources.Attribute(nil), c.Attributes...)
	return &other
}

package schema

import "strings"

// The service keeps a truth value as it was sent, True or TRUE (aws-amplify/amplify-js#8205). So it is read in any case,
// and sent in lower case.

// IsTrue tells whether a value is true, in any case.
func IsTrue(value string) bool { return len(value) == len("true") && strings.EqualFold(value, "true") }

// IsFalse tells whether a value is false, in any case.
func IsFalse(value string) bool {
	return len(value) == len("false") && strings.EqualFold(value, "false")
}

func isBoolean(s string) bool { return IsTrue(s) || IsFalse(s) }

// IsBoolean tells whether the values of an attribute are true or false, or whether it is [Enabled].
func (s *Schema) IsBoolean(name string) bool {
	if name == Enabled {
		return true
	}
	r := s.rule(name)
	return r != nil && r.kind == Boolean
}

// KindOf is what the values of an attribute are, in the API's words; empty where the pool does not tell.
func (s *Schema) KindOf(name string) Kind {
	if r := s.rule(name); r != nil {
		return r.kind
	}
	return ""
}

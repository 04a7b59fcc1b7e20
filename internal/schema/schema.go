package schema

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Schema is what a user pool accepts as attributes. It is not modified once it is built.
type Schema struct {
	rules  map[string]*rule
	names  []string // sorted
	flags  string   // of the AWS CLI, that lead to the pool, for hints; may be empty
	custom *rule    // for custom attributes that are not listed; nil: there are none
	tokens bool     // users write with their own tokens
	region string   // whose national phone numbers are read; empty: none are
}

// New returns the schema of a pool that lists these attributes. The standard attributes are known even
// if they are not listed, as some endpoints leave them out.
func New(attributes []Attribute) *Schema {
	s := &Schema{rules: standardRules()}
	for _, a := range attributes {
		s.add(a)
	}
	s.names = slices.Sorted(maps.Keys(s.rules))
	return s
}

// Standard returns the schema of a pool that has the standard attributes only, all mutable and none
// required.
func Standard() *Schema { return New(nil) }

// BuiltIn returns what is known of a pool that can't be described: the rules of the standard
// attributes, and of every custom attribute that it can be set.
func BuiltIn() *Schema {
	s := Standard()
	s.custom = &rule{longest: -1}
	return s
}

// ForTokens returns the schema for changes that users make with their own tokens: they write no
// developer attribute, nor that an address is verified. A record needs no username then, since the
// token tells it. Which attributes the app client of a token may write is not in the schema.
func (s *Schema) ForTokens() *Schema {
	own := *s
	own.tokens = true
	own.names = slices.DeleteFunc(slices.Clone(s.names), isDeveloper)
	return &own
}

// WithFlags returns the schema with the flags of the AWS CLI that lead to the pool. They stand in hints that
// are commands; without them, a placeholder does.
func (s *Schema) WithFlags(flags string) *Schema {
	led := *s
	led.flags = flags
	return &led
}

// WithPhoneRegion returns the schema with national phone numbers of a region, in the spellings of people: [Schema.Normal]
// writes them as the pool takes them. Empty: they are refused.
func (s *Schema) WithPhoneRegion(region string) *Schema {
	led := *s
	led.region = region
	return &led
}

// PhoneRegion is the region whose national phone numbers are read; empty: none are.
func (s *Schema) PhoneRegion() string { return s.region }

// Known tells whether the pool has the attribute, under this very name.
func (s *Schema) Known(name string) bool { return s.rule(name) != nil }

// rule returns what the pool asks of an attribute, nil if it has none of that name.
func (s *Schema) rule(name string) *rule {
	if r := s.rules[name]; r != nil || s.custom == nil || !isCustom(name) {
		return r
	}
	return s.custom
}

// maxName is the length of an attribute's name with its prefix, in characters (API reference,
// AttributeNameType).
const maxName = 32

// isCustom tells whether a name can be that of a custom attribute.
func isCustom(name string) bool {
	bare, prefixed := strings.CutPrefix(strings.TrimPrefix(name, developer), "custom:")
	return prefixed && bare != "" && utf8.RuneCountInString(name) <= maxName &&
		!strings.ContainsFunc(bare, unfitForUsername)
}

// developer is the prefix of what only an administrator writes.
const developer = "dev:"

func isDeveloper(name string) bool { return strings.HasPrefix(name, developer) }

// Names returns the names of all attributes, sorted.
func (s *Schema) Names() []string { return slices.Clone(s.names) }

// add takes an attribute as the pool lists it.
func (s *Schema) add(a Attribute) {
	if a.Name == "" {
		return
	}
	r := s.rules[a.Name]
	if r == nil {
		r = &rule{longest: -1}
		s.rules[a.Name] = r
	}
	if a.Kind != "" {
		r.kind = a.Kind
	}
	r.immutable = a.Immutable
	r.required = a.Required
	r.shortest = lengthLimit(a.MinLength, r.shortest)
	r.longest = lengthLimit(a.MaxLength, r.longest)
	r.least = limit(a.MinValue, r.least)
	r.most = limit(a.MaxValue, r.most)
}

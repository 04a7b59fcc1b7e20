package cognito

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// Schema is what a user pool accepts as attributes. It is not modified once it is built.
type Schema struct {
	rules  map[string]*rule
	names  []string // sorted
	flags  string   // of the AWS CLI, that lead to the pool, for hints; may be empty
	custom *rule    // for custom attributes that are not listed; nil: there are none
	tokens bool     // users write with their own tokens
}

// rule is what the pool asks of one attribute.
type rule struct {
	kind      types.AttributeDataType
	immutable bool
	required  bool
	shortest  int // characters; 0: any
	longest   int // characters; -1: any
	least     *bound
	most      *bound
	format    *format // of a standard attribute
	never     string  // why nobody may write it, if so
}

// bound is a limit of a number.
type bound struct {
	text  string
	exact *big.Rat
	floor int64 // the whole number at or below it, if small
	small bool  // floor holds it
}

// NewSchema returns the schema that DescribeUserPool's SchemaAttributes tell of. The standard
// attributes are known even if they are not listed, as some endpoints leave them out.
func NewSchema(attributes []types.SchemaAttributeType) *Schema {
	s := &Schema{rules: standardRules()}
	for _, a := range attributes {
		s.add(a)
	}
	s.names = slices.Sorted(maps.Keys(s.rules))
	return s
}

// StandardSchema returns the schema of a pool that has the standard attributes only, all mutable and
// none required.
func StandardSchema() *Schema { return NewSchema(nil) }

// BuiltInSchema returns what is known of a pool that can't be described: the rules of the standard
// attributes, and of every custom attribute that it can be set.
func BuiltInSchema() *Schema {
	s := NewSchema(nil)
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
func (s *Schema) add(a types.SchemaAttributeType) {
	name := aws.ToString(a.Name)
	if name == "" {
		return
	}
	r := s.rules[name]
	if r == nil {
		r = &rule{longest: -1}
		s.rules[name] = r
	}
	if a.AttributeDataType != "" {
		r.kind = a.AttributeDataType
	}
	r.immutable = a.Mutable != nil && !*a.Mutable
	r.required = aws.ToBool(a.Required)
	if c := a.StringAttributeConstraints; c != nil {
		r.shortest = lengthLimit(c.MinLength, r.shortest)
		r.longest = lengthLimit(c.MaxLength, r.longest)
	}
	if c := a.NumberAttributeConstraints; c != nil {
		r.least = limit(c.MinValue, r.least)
		r.most = limit(c.MaxValue, r.most)
	}
}

// lengthLimit reads a length, which the API writes as a string.
func lengthLimit(s *string, otherwise int) int {
	n, err := strconv.Atoi(aws.ToString(s))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// limit reads a bound, which the API writes as a string.
func limit(s *string, otherwise *bound) *bound {
	text := strings.TrimSpace(aws.ToString(s))
	if !isNumber(text) {
		return otherwise
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return otherwise
	}
	b := &bound{text: text, exact: exact}
	floor := new(big.Int).Div(exact.Num(), exact.Denom())
	if b.small = floor.IsInt64(); b.small {
		b.floor = floor.Int64()
	}
	return b
}

// standardRules are those of the OpenID Connect claims that every pool has (the developer guide's
// "Working with user attributes"). Lengths are left to the pool's own list, and to the 2,048 bytes.
func standardRules() map[string]*rule {
	rules := map[string]*rule{
		"sub":                   {immutable: true, never: "the service gives it"},
		"identities":            {never: "the service keeps it, for users of identity providers"},
		"email_verified":        {kind: types.AttributeDataTypeBoolean},
		"phone_number_verified": {kind: types.AttributeDataTypeBoolean},
		"updated_at":            {kind: types.AttributeDataTypeNumber, least: limit(aws.String("0"), nil)},
		"email":                 {format: &emailFormat},
		"phone_number":          {format: &phoneFormat},
		"birthdate":             {format: &birthdateFormat},
	}
	for _, name := range []string{
		"address", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
		"picture", "preferred_username", "profile", "website", "zoneinfo",
	} {
		rules[name] = &rule{}
	}
	for _, r := range rules {
		r.longest = -1
		if r.kind == "" {
			r.kind = types.AttributeDataTypeString
		}
	}
	return rules
}

package sandbox

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxValue          = 2048 // bytes
	maxAttributeName  = 32
	maxCustomName     = 20
	maxCustomCount    = 50
	maxUsername       = 128
	maxMetadata       = 131_072 // characters of a key or a value
	customPrefix      = "custom:"
	developerPrefix   = "dev:"
	subAttribute      = "sub"
	identityAttribute = "identities"
)

// attribute is the value of an attribute, in the API's own shape. In a request, an empty value
// deletes; in the state of a user there are no empty values.
type attribute struct {
	Name  string
	Value string `json:",omitempty"`
}

// attributeSchema is an attribute of a pool, in the API's own shape.
type attributeSchema struct {
	Name                       string
	AttributeDataType          string
	DeveloperOnlyAttribute     bool
	Mutable                    *bool // nil: true
	Required                   bool
	StringAttributeConstraints *stringConstraints `json:",omitempty"`
	NumberAttributeConstraints *numberConstraints `json:",omitempty"`
}

type stringConstraints struct {
	MinLength string `json:",omitempty"`
	MaxLength string `json:",omitempty"`
}

type numberConstraints struct {
	MinValue string `json:",omitempty"`
	MaxValue string `json:",omitempty"`
}

// rule is an attributeSchema made ready for checking. It is not modified.
type rule struct {
	name                 string
	kind                 string // String, Number, DateTime, Boolean
	mutable, required    bool
	minLength, maxLength int      // characters
	least, most          *big.Rat // nil: no bound
}

// schema holds the rules of a pool by the full name of the attribute.
type schema map[string]*rule

// standardAttributes returns the attributes that every pool has, with AWS's default constraints.
func standardAttributes() []attributeSchema {
	text := func(name, least, most string) attributeSchema {
		mutable := name != subAttribute
		return attributeSchema{Name: name, AttributeDataType: "String", Mutable: &mutable, Required: !mutable,
			StringAttributeConstraints: &stringConstraints{least, most}}
	}
	mutable := true
	all := []attributeSchema{
		text(subAttribute, "1", "2048"),
		text("birthdate", "10", "10"),
		{Name: "email_verified", AttributeDataType: "Boolean", Mutable: &mutable},
		{Name: "phone_number_verified", AttributeDataType: "Boolean", Mutable: &mutable},
		{Name: "updated_at", AttributeDataType: "Number", Mutable: &mutable,
			NumberAttributeConstraints: &numberConstraints{MinValue: "0"}},
		{Name: identityAttribute, AttributeDataType: "String", Mutable: &mutable,
			StringAttributeConstraints: &stringConstraints{}},
	}
	for _, name := range []string{"name", "given_name", "family_name", "middle_name", "nickname",
		"preferred_username", "profile", "picture", "website", "email", "gender", "zoneinfo", "locale",
		"phone_number", "address"} {
		all = append(all, text(name, "0", "2048"))
	}
	return all
}

// newSchema returns the rules of the given attributes, which have their full names, and of the
// standard attributes that are not among them.
func newSchema(attributes []attributeSchema) (schema, error) {
	s := schema{}
	for _, a := range append(standardAttributes(), attributes...) {
		r, err := newRule(a)
		if err != nil {
			return nil, err
		}
		s[a.Name] = r
	}
	return s, nil
}

func newRule(a attributeSchema) (*rule, error) {
	r := &rule{
		name: a.Name, kind: a.AttributeDataType, required: a.Required,
		mutable: a.Mutable == nil || *a.Mutable, maxLength: maxValue,
	}
	if !slices.Contains([]string{"String", "Number", "DateTime", "Boolean"}, r.kind) {
		return nil, invalidParameter("%s: %q is no attribute data type", a.Name, a.AttributeDataType)
	}
	var err error
	if c := a.StringAttributeConstraints; c != nil {
		if r.minLength, err = length(c.MinLength, 0); err == nil {
			r.maxLength, err = length(c.MaxLength, maxValue)
		}
	}
	if c := a.NumberAttributeConstraints; c != nil && err == nil {
		if r.least, err = bound(c.MinValue); err == nil {
			r.most, err = bound(c.MaxValue)
		}
	}
	if err != nil {
		return nil, invalidParameter("%s: %v", a.Name, err)
	}
	return r, nil
}

// length reads a length constraint. AWS allows lengths beyond any value; those bind nothing.
func length(text string, none int) (int, error) {
	n, err := bound(text)
	switch {
	case err != nil || n == nil:
		return none, err
	case n.Sign() < 0 || !n.IsInt():
		return 0, fmt.Errorf("%q is no length", text)
	case n.Cmp(big.NewRat(maxValue+1, 1)) > 0:
		return maxValue + 1, nil
	default:
		return int(n.Num().Int64()), nil
	}
}

// bound reads a decimal number, nil if there is none.
func bound(text string) (*big.Rat, error) {
	if text == "" {
		return nil, nil
	}
	if !decimal.MatchString(text) || len(text) > maxValue {
		return nil, fmt.Errorf("%.40q is no number", text)
	}
	n, _ := new(big.Rat).SetString(text)
	return n, nil
}

var (
	decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	phone   = regexp.MustCompile(`^\+[0-9]+$`)
	email   = regexp.MustCompile(`^("[^"\s]+"|[^@\s]+)@[^@\s.]+(\.[^@\s.]+)*$`)
)

// check validates the attributes of a request as a whole and returns them under the schema's names,
// in order, each once: of a repeated one the last. In a creation, immutable attributes may be set.
func (s schema) check(attributes []attribute, creation bool) ([]attribute, error) {
	checked := make([]attribute, 0, len(attributes))
	var wrong []string
	for _, a := range attributes {
		if err := checkShape(a); err != nil {
			return nil, err
		}
		r := s[a.Name]
		if problem := r.problem(a.Value, creation); problem != "" {
			wrong = append(wrong, a.Name+": "+problem)
			continue
		}
		a.Name = r.name
		checked = with(checked, a)
	}
	if wrong != nil {
		return nil, invalidParameter("Attributes did not conform to the schema: %s", strings.Join(wrong, "\n"))
	}
	for _, a := range checked {
		if err := checkAddress(a); err != nil {
			return nil, err
		}
	}
	return checked, nil
}

// checkShape holds an attribute of a request against the API's model.
func checkShape(a attribute) error {
	switch {
	case a.Name == "":
		return invalidMember("userAttributes.member.name", "have length greater than or equal to 1")
	case utf8.RuneCountInString(a.Name) > maxAttributeName:
		return invalidMember("userAttributes.member.name", "have length less than or equal to 32")
	case len(a.Value) > maxValue:
		return invalidMember("userAttributes.member.value", "have length less than or equal to 2048")
	case !utf8.ValidString(a.Value):
		return invalidMember("userAttributes.member.value", "be valid UTF-8")
	default:
		return nil
	}
}

// problem says what is wrong with a value, "" for nothing. A nil rule is an unknown attribute.
func (r *rule) problem(value string, creation bool) string {
	switch {
	case r == nil:
		return "Attribute does not exist in the schema."
	case r.name == subAttribute || r.name == identityAttribute || !r.mutable && !creation:
		return "Attribute cannot be updated."
	case value == "" && r.required && !creation:
		return "The attribute is required"
	case value == "":
		return ""
	}
	switch r.kind {
	case "Number":
		return r.numberProblem(value)
	case "Boolean":
		if !isTrue(value) && !isFalse(value) {
			return "Boolean must be true or false"
		}
	case "DateTime":
		if !isDateTime(value) {
			return "DateTime must be in the form of RFC 3339"
		}
	default:
		return r.textProblem(value)
	}
	return ""
}

func (r *rule) textProblem(value string) string {
	switch n := utf8.RuneCountInString(value); {
	case n < r.minLength:
		return fmt.Sprintf("String must be no shorter than %d characters", r.minLength)
	case n > r.maxLength:
		return fmt.Sprintf("String must be no longer than %d characters", r.maxLength)
	case r.name == "birthdate" && !isDate(value):
		return "Date must be in the form YYYY-MM-DD"
	default:
		return ""
	}
}

func (r *rule) numberProblem(value string) string {
	n, err := bound(value)
	switch {
	case err != nil:
		return "Number must be decimal"
	case r.least != nil && n.Cmp(r.least) < 0:
		return "Number must be no less than " + r.least.RatString()
	case r.most != nil && n.Cmp(r.most) > 0:
		return "Number must be no more than " + r.most.RatString()
	default:
		return ""
	}
}

// isTrue and isFalse read a truth value in any case.
func isTrue(value string) bool { return len(value) == len("true") && strings.EqualFold(value, "true") }
func isFalse(value string) bool {
	return len(value) == len("false") && strings.EqualFold(value, "false")
}

func checkAddress(a attribute) error {
	switch {
	case a.Value == "":
		return nil
	case a.Name == "phone_number" && !phone.MatchString(a.Value):
		return invalidParameter("Invalid phone number format.")
	case a.Name == "email" && !email.MatchString(a.Value):
		return invalidParameter("Invalid email address format.")
	default:
		return nil
	}
}

func isDate(value string) bool {
	_, err := time.Parse(time.DateOnly, value)
	return err == nil
}

func isDateTime(value string) bool {
	_, err := time.Parse(time.RFC3339, value)
	return err == nil || isDate(value)
}

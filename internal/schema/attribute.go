package schema

import "strconv"

// Attribute is an attribute as a pool lists it. An empty field, and a limit that is no number, asks for
// nothing that the rules of a standard attribute don't ask for.
type Attribute struct {
	Name string
	Kind Kind
	// Immutable says that it can't be changed once the user exists, Required that it can't be deleted.
	Immutable, Required bool
	// MinLength and MaxLength are the limits of a text in characters, MinValue and MaxValue those of a
	// number, all in digits, as the API writes them.
	MinLength, MaxLength, MinValue, MaxValue string
}

// Kind is what the values of an attribute are, in the API's words (AttributeDataType).
type Kind string

// The kinds that there are.
const (
	String   Kind = "String"
	Number   Kind = "Number"
	Boolean  Kind = "Boolean"
	DateTime Kind = "DateTime"
)

// rule is what the pool asks of one attribute.
type rule struct {
	kind      Kind
	immutable bool
	required  bool
	shortest  int // characters; 0: any
	longest   int // characters; -1: any
	least     *bound
	most      *bound
	format    *format // of a standard attribute
	never     string  // why nobody may write it, if so
}

// lengthLimit reads a length, which the API writes as a string.
func lengthLimit(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// standardRules are those of the OpenID Connect claims that every pool has (the developer guide's
// "Working with user attributes"). Lengths are left to the pool's own list, and to the 2,048 bytes.
func standardRules() map[string]*rule {
	rules := map[string]*rule{
		"sub":                   {immutable: true, never: "the service gives it"},
		"identities":            {never: "the service keeps it, for users of identity providers"},
		"email_verified":        {kind: Boolean},
		"phone_number_verified": {kind: Boolean},
		"updated_at":            {kind: Number, least: limit("0", nil)},
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
			r.kind = String
		}
	}
	return rules
}

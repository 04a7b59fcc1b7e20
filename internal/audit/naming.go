package audit

import (
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// naming knows what may name a user in a pool: the username, the sub, and the values of some
// attributes.
type naming struct {
	ignoreCase bool
	// attributes are those whose value may name a user: aliases, or username attributes.
	attributes []string
	// unverified says that they do so before they are verified: they are username attributes.
	unverified bool
}

func newNaming(p *cognito.Pool) naming {
	return naming{
		ignoreCase: !p.CaseSensitive,
		attributes: slices.Concat(p.UsernameAttributes, p.AliasAttributes),
		unverified: len(p.UsernameAttributes) > 0,
	}
}

// names tells whether the value of an attribute may name a user.
func (n naming) names(attribute string) bool { return slices.Contains(n.attributes, attribute) }

// key is a name in the form in which names are compared.
func (n naming) key(name string) string {
	if n.ignoreCase {
		return strings.ToLower(name)
	}
	return name
}

// alias is the value of an attribute if it names the user, else "". An alias does so once it is
// verified, a preferred username once the user is confirmed.
func (n naming) alias(u *cognito.User, attribute string) string {
	value := u.Attributes[attribute]
	switch {
	case value == "" || !n.names(attribute):
		return ""
	case n.unverified:
		return value
	case IsAddress(attribute):
		if !schema.IsTrue(u.Attributes[attribute+flagSuffix]) {
			return ""
		}
	case u.Status != "CONFIRMED":
		return ""
	}
	return value
}

// changedName returns the address attribute by which a record names its user and which it changes, as
// far as that can be told without reading the user, and "" for none. Once such a record is applied its
// name finds no user.
func changedName(p *cognito.Pool, c *sources.Change) (attribute string) {
	n := newNaming(p)
	for _, a := range c.Attributes {
		if IsAddress(a.Name) && n.names(a.Name) && looksLike(a.Name, c.Username) && n.key(target(a)) != n.key(c.Username) {
			return a.Name
		}
	}
	return ""
}

// keys are all names of a user, each once: the username first, then the sub.
func (n naming) keys(u *cognito.User) []string {
	keys := make([]string, 0, 2+len(n.attributes))
	add := func(name string) {
		if key := n.key(name); name != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	add(u.Username)
	add(u.Attributes["sub"])
	for _, attribute := range n.attributes {
		add(n.alias(u, attribute))
	}
	return keys
}

// search lists the filters of ListUsers that could find a name, the likeliest first: an attribute and
// a spelling of the name. Where the pool ignores case a filter does not, so there are two spellings.
func (n naming) search(name string) [][2]string {
	var filters [][2]string
	for _, attribute := range n.attributes {
		if looksLike(attribute, name) {
			filters = n.spellings(filters, attribute, name)
		}
	}
	byUsername := n.spellings(nil, "username", name)
	if isUUID(name) {
		byUsername = append(byUsername, [2]string{"sub", strings.ToLower(name)})
	}
	if slices.ContainsFunc(filters, func(f [2]string) bool { return IsAddress(f[0]) }) {
		return append(filters, byUsername...)
	}
	return append(byUsername, filters...)
}

// spellings adds the filters that find a value of an attribute.
func (n naming) spellings(filters [][2]string, attribute, value string) [][2]string {
	filters = append(filters, [2]string{attribute, value})
	if lower := strings.ToLower(value); n.ignoreCase && lower != value {
		filters = append(filters, [2]string{attribute, lower})
	}
	return filters
}

// looksLike tells whether a name could be the value of an attribute.
func looksLike(attribute, name string) bool {
	switch attribute {
	case "email":
		return strings.Contains(name, "@")
	case "phone_number":
		return strings.HasPrefix(name, "+")
	default:
		return true
	}
}

// isUUID tells whether a name has the form of a sub: 8-4-4-4-12 hexadecimal digits.
func isUUID(name string) bool {
	if len(name) != 36 {
		return false
	}
	for i, r := range []byte(name) {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", rune(r)) {
				return false
			}
		}
	}
	return true
}

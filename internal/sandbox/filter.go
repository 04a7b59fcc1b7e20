package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// filter is the Filter of ListUsers: one attribute, equal to a value or beginning with it. The zero
// value lets everyone through.
type filter struct {
	attribute string
	prefix    bool
	value     string
	fold      func(string) string // the pool's view of the case of usernames
}

const maxFilter = 256

// userStatus is the one attribute of filters whose case does not matter.
const userStatus = "cognito:user_status"

// filterable are the attributes that can be searched.
var filterable = []string{"username", "email", "phone_number", "name", "given_name", "family_name",
	"preferred_username", userStatus, "status", subAttribute}

// filterForm is: attribute, = or ^=, and a value in quotation marks, in which quotation marks and
// backslashes have a backslash before them.
var filterForm = regexp.MustCompile(`^\s*([A-Za-z_:]+)\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$`)

var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

func parseFilter(text string) (filter, error) {
	if text == "" {
		return filter{}, nil
	}
	if utf8.RuneCountInString(text) > maxFilter {
		return filter{}, invalidMember("filter", "have length less than or equal to 256")
	}
	parts := filterForm.FindStringSubmatch(text)
	if parts == nil {
		return filter{}, invalidParameter("Error while parsing filter.")
	}
	if !slices.Contains(filterable, parts[1]) {
		return filter{}, invalidParameter("Invalid search attribute: %s", parts[1])
	}
	f := filter{attribute: parts[1], prefix: parts[2] == "^=", value: unescape.Replace(parts[3])}
	if f.attribute == userStatus {
		f.value = strings.ToLower(f.value)
	}
	return f, nil
}

func (f filter) matches(u *user, s *userState) bool {
	var have string
	switch f.attribute {
	case "":
		return true
	case "username":
		if !f.prefix {
			return true // found by the index, which knows the pool's view of case
		}
		return strings.HasPrefix(f.fold(u.username), f.fold(f.value))
	case userStatus:
		have = strings.ToLower(s.status)
	case "status":
		have = "Enabled"
		if s.disabled {
			have = "Disabled"
		}
	default:
		have = value(s.attributes, f.attribute)
	}
	if f.prefix {
		return have != "" && strings.HasPrefix(have, f.value)
	}
	return have == f.value
}

package sandbox

import (
	"regexp"
	"slices"
	"strings"
)

// filter is the Filter of ListUsers: one attribute, equal to a value or beginning with it. The zero
// value lets everyone through.
type filter struct {
	attribute string
	prefix    bool
	value     string
	fold      func(string) string // the pool's view of the case of usernames
}

// userStatus is the name that filters have for the status of a user; status is for whether it is enabled.
const userStatus = "cognito:user_status"

// filterable are the attributes that can be searched.
var filterable = []string{"username", "email", "phone_number", "name", "given_name", "family_name",
	"preferred_username", userStatus, "status", subAttribute}

// filterForm is: attribute, which may be in quotation marks, = or ^=, and a value in quotation marks, in which
// quotation marks and backslashes have a backslash before them.
var filterForm = regexp.MustCompile(`(?s)^\s*(?:([^\s"^=]+)|"([^\s"^=]+)")\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$`)

var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

func parseFilter(text string) (filter, error) {
	if text == "" {
		return filter{}, nil
	}
	parts := filterForm.FindStringSubmatch(text)
	if parts == nil {
		return filter{}, invalidParameter("Error while parsing filter.")
	}
	f := filter{attribute: parts[1] + parts[2], prefix: parts[3] == "^=", value: unescape.Replace(parts[4])}
	if !slices.Contains(filterable, f.attribute) {
		return filter{}, invalidParameter("Invalid search attribute: %s", f.attribute)
	}
	return f, nil
}

// matches says whether a filter lets a user through. An empty value lets nobody.
func (f filter) matches(u *user, s *userState) bool {
	have, fold := "", strings.ToLower
	switch f.attribute {
	case "":
		return true
	case "username":
		have, fold = u.username, f.fold
	case userStatus:
		have = s.status
	case "status":
		have, fold = "Enabled", asItIs
		if s.disabled {
			have = "Disabled"
		}
	case subAttribute: // of every user for each chain of a pool that is read in chains
		return f.value != "" && len(u.sub) >= len(f.value) && strings.EqualFold(u.sub[:len(f.value)], f.value) &&
			(f.prefix || len(u.sub) == len(f.value))
	default:
		have = value(s.attributes, f.attribute)
	}
	if f.value == "" {
		return false
	}
	if f.prefix {
		return strings.HasPrefix(fold(have), fold(f.value))
	}
	return fold(have) == fold(f.value)
}

func asItIs(text string) string { return text }

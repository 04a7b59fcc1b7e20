package sources

import (
	"slices"
	"strings"
)

// listedFields are what ListUsers and AdminGetUser print of a user beside the attributes: nobody can write them by an
// update. Columns and JSON fields of these names are passed over.
var listedFields = []string{"UserCreateDate", "UserLastModifiedDate", "Enabled", "UserStatus", "MFAOptions",
	"UserMFASettingList", "PreferredMfaSetting"}

func isListed(name string) bool { return slices.Contains(listedFields, name) }

// ignores tells whether a name of the input is to be left out. A pattern does not mean what another option names, nor
// a precondition or client metadata unless it begins as they do: what it takes away must be what was meant.
func (o *Options) ignores(name string) bool {
	if slices.Contains(o.Ignore, name) {
		return true
	}
	if _, renamed := o.Rename[name]; renamed || name == o.UsernameColumn {
		return false
	}
	return slices.ContainsFunc(o.Ignore, func(pattern string) bool { return isLike(name, pattern) })
}

// isPattern tells whether a name to be ignored stands for several.
func isPattern(name string) bool { return strings.Contains(name, "*") }

// isLike tells whether a name is like a pattern, in which * is any text.
func isLike(name, pattern string) bool {
	if !isPattern(pattern) {
		return false
	}
	for _, prefix := range []string{expectPrefix, metadataPrefix} {
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(pattern, prefix) {
			return false
		}
	}
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, behind, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = behind
	}
	return strings.HasSuffix(rest, parts[last])
}

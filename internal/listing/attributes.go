package listing

import (
	"slices"
	"strings"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/schema"
)

// sub is the attribute that the service gives to a user: a condition in a change set.
const sub = "sub"

// Attributes are those of an export: that were named, or else the sub and all that can be written. With absent, what a user does
// not have is deleted where the export is applied, as far as the pool lets it be.
func Attributes(s *schema.Schema, named []string, absent bool) ([]report.ExportedAttribute, error) {
	names := writableNames(s)
	if len(named) > 0 {
		var err error
		if names, err = checkNamed(s, named); err != nil {
			return nil, err
		}
	}
	var attributes []report.ExportedAttribute
	for _, name := range names {
		attributes = append(attributes, report.ExportedAttribute{Name: name, ReadOnly: name != sub && !s.Writable(name), Absent: absent && s.Deletable(name)})
	}
	return attributes, nil
}

// writableNames are the sub and the attributes that can be written: the standard ones, of which a
// verified flag stands behind its address, then the pool's own.
func writableNames(s *schema.Schema) []string {
	standard, custom := []string{sub}, []string(nil)
	for _, name := range s.Names() {
		switch {
		case !s.Writable(name):
		case strings.Contains(name, ":"):
			custom = append(custom, name)
		default:
			standard = append(standard, name)
		}
	}
	return append(standard, custom...)
}

// checkNamed refuses attributes that the pool does not know. The username is there in any case.
func checkNamed(s *schema.Schema, named []string) ([]string, error) {
	var names []string
	for _, name := range named {
		name = strings.TrimSpace(name)
		switch err := s.CheckName(name); {
		case name == "username":
			continue
		case name == "":
			return nil, refusal.Usagef("an attribute has no name")
		case slices.Contains(names, name):
			return nil, refusal.Usagef("%s is given twice", name)
		case err != nil:
			return nil, &refusal.UsageError{Err: err, Remedy: "the pool has " + strings.Join(s.Names(), ", ")}
		}
		names = append(names, name)
	}
	return names, nil
}

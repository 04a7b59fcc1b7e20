package rules

import (
	"slices"

	"attrmigrate/internal/schema"
)

// Scope is what the expressions of a program may speak of.
type Scope struct {
	// Schema is that of the pool: its attributes, and what their values are.
	Schema *schema.Schema
	// Columns are those of the file whose rows the rules see; nil: there is no file.
	Columns []string
	// Groups says that the groups of users are known.
	Groups bool
}

// kind is what a value of an expression is.
type kind int

const (
	text kind = iota
	number
	boolean
	moment // a point in time
	list   // of texts
)

// Names that are no attributes. The first are values of a user, the others lead to values.
var (
	ofUser     = map[string]kind{"username": text, "status": text, "enabled": boolean, "created": moment, "modified": moment, "groups": list}
	namespaces = []string{"custom", "dev", "attr", "row"}
)

// kindOf is what an expression reads of an attribute.
func (s Scope) kindOf(name string) kind {
	switch s.Schema.KindOf(name) {
	case schema.Number:
		return number
	case schema.Boolean:
		return boolean
	default: // a DateTime is a text, too: date() reads it
		return text
	}
}

// attribute is the attribute that a member of custom or dev means, and whether the pool has it.
func (s Scope) attribute(namespace, member string) (string, bool) {
	if namespace == "dev" {
		if plain := "dev:" + member; s.Schema.Known(plain) {
			return plain, true
		}
		namespace = "dev:custom"
	}
	name := namespace + ":" + member
	return name, s.Schema.Known(name)
}

// names are all names that stand alone in an expression.
func (s Scope) names() []string {
	names := []string{"username", "status", "enabled", "created", "modified"}
	if s.Groups {
		names = append(names, "groups")
	}
	for _, n := range s.Schema.Names() {
		if isIdentifier(n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

package rules

import (
	"fmt"
	"slices"
	"strings"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
)

// Column is a column of an export.
type Column struct {
	// Name is that of an attribute of the pool, or whatever else the column is called.
	Name string
	// Expr gives the cells; empty: they are the values of the attribute, as the pool has them.
	Expr string
	// Written says that apply is to write the attribute. Else the column is there to be read.
	Written bool
}

// ParseColumns reads columns as people write them: names, with commas between them, or one NAME:=EXPRESSION.
func ParseColumns(text string) ([]Column, error) {
	name, expr, computed := strings.Cut(text, ":=")
	fail := func(msg, hint string) ([]Column, error) {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--columns %s: %s", strings.TrimSpace(name), msg), Remedy: hint}
	}
	const shape = "write NAME:=EXPRESSION, such as 'domain:=split(email, \"@\")[1]'"
	switch {
	case !computed && strings.ContainsAny(text, `()"'=+?<>| `):
		return fail("it is no name, and a column that is computed has one", "to compute it: "+shell.Join("--columns", "NAME:="+strings.TrimSpace(text)))
	case !computed:
		return named(text)
	case strings.TrimSpace(name) == "":
		return fail("the column has no name", shape)
	case strings.TrimSpace(name) != name:
		return fail("there are blanks beside its name", shape)
	case strings.Contains(name, ","):
		return fail("a column that is computed stands alone", "give --columns once for the names, and once for each that is computed")
	case strings.TrimSpace(expr) == "":
		return fail("its expression is empty", shape)
	}
	return []Column{{Name: name, Expr: expr}}, nil
}

// named are the columns of a list of names.
func named(text string) (columns []Column, _ error) {
	for name := range strings.SplitSeq(text, ",") {
		if name == "" {
			return nil, &refusal.UsageError{Err: fmt.Errorf("--columns %s: a column has no name", text), Remedy: "write NAME,NAME, without a comma at the end"}
		}
		columns = append(columns, Column{Name: name})
	}
	return columns, nil
}

// resolve finds out what the names of columns mean. The username is no column of its own: it stands first in any export.
func resolve(columns []Column, in Scope) (resolved []Column, _ error) {
	seen := map[string]bool{}
	for _, c := range columns {
		if c.Name == "username" && c.Expr == "" {
			continue
		}
		c, err := c.resolve(in)
		if err != nil {
			return nil, err
		}
		if seen[c.header()] {
			return nil, refusal.Usagef("--columns: %s is there twice", c.header())
		}
		seen[c.header()] = true
		resolved = append(resolved, c)
	}
	return resolved, nil
}

// header is what tells a column from others.
func (c Column) header() string {
	if c.Written || c.Name == "sub" {
		return c.Name
	}
	return "_" + c.Name
}

func (c Column) resolve(in Scope) (Column, error) {
	name, toRead := strings.CutPrefix(c.Name, "_") // as an export writes it
	_, ofUser := ofUser[name]
	attribute := name
	if namespace, member, found := strings.Cut(name, "."); found && slices.Contains(namespaces[:2], namespace) {
		attribute, _ = in.attribute(namespace, member) // one that is not there is refused below
	}
	known := in.Schema.Known(attribute)
	switch {
	case c.Expr != "" && (name == "sub" || name == "username"):
		return c, &refusal.UsageError{Err: fmt.Errorf("--columns %s: it says who the user is, and cannot be computed", name), Remedy: "give the column another name"}
	case c.Expr == "" && ofUser && !known:
		return Column{Name: name, Expr: name}, nil
	case known:
		return Column{Name: attribute, Expr: c.Expr, Written: !toRead && in.Schema.Writable(attribute)}, nil
	case strings.Contains(attribute, ":") && !toRead:
		return c, unknownTarget(attribute, "--columns "+attribute, in, false)
	case c.Expr == "": // no expression tells better what is wrong with the name
		return Column{Name: name, Expr: name}, nil
	}
	return Column{Name: name, Expr: c.Expr}, nil
}

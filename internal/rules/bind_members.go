package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"attrmigrate/internal/phone"
	"attrmigrate/internal/prose"
)

// member binds custom.tier, dev.x, attr["…"] and row["…"]; others are elements of lists, and methods.
func (b *binder) member(n *ast.MemberNode) ast.Node {
	base, isName := n.Node.(*ast.IdentifierNode)
	if !isName || slices.Contains(b.variables, base.Value) || !slices.Contains(namespaces, base.Value) {
		b.bind(&n.Node, false)
		if _, constant := n.Property.(*ast.StringNode); !constant {
			b.bind(&n.Property, false)
		}
		return n
	}
	n.SetLocation(base.Location())
	key, constant := n.Property.(*ast.StringNode)
	switch {
	case !constant:
		b.keyIsNoText(base.Value, n.Property)
		return n
	case base.Value == "row":
		return b.cell(n, key)
	case base.Value == "attr" && (key.Value == "sub" || b.scope.Schema.Known(key.Value)):
		return b.attribute(n, key.Value)
	case base.Value == "attr":
		b.unknownAttribute(key, key.Value)
		return n
	}
	name, known := b.scope.attribute(base.Value, key.Value)
	if !known {
		b.unknownAttribute(key, name)
		return n
	}
	return b.attribute(n, name)
}

// cell is a read of the row.
func (b *binder) cell(n ast.Node, key *ast.StringNode) ast.Node {
	if b.scope.Columns == nil {
		b.refuse(n, "a rule with a file finds its users by --match COLUMN=ATTRIBUTE", "there is no row: no file is given")
		return n
	}
	if !slices.Contains(b.scope.Columns, key.Value) {
		msg := "the file has no column " + key.Value
		if near := nearest(key.Value, b.scope.Columns); near != "" {
			msg += ", did you mean " + near + "?"
		}
		b.refuse(key, "its columns: "+prose.Some(b.scope.Columns, 20), "%s", msg)
		return n
	}
	column := key.Value
	b.facts.columns = append(b.facts.columns, column)
	return b.read(n, "row["+quoted(column)+"]", text, func(e *Evaluator) (any, error) {
		if cell := e.subject.Row[column]; cell != "" {
			return cell, nil
		}
		return nil, nil
	})
}

// keyIsNoText refuses row[Mobile].
func (b *binder) keyIsNoText(base string, key ast.Node) {
	what := map[string]string{"row": "the name of a column"}[base]
	what = cmp.Or(what, "the name of an attribute")
	hint := "write " + base + `["NAME"]`
	if id, isName := key.(*ast.IdentifierNode); isName {
		hint = "write " + base + "[" + quoted(id.Value) + "]"
		if !b.inFile {
			hint += "; " + shellTookThem
		}
	}
	b.refuse(key, hint, "%s is a text, and stands in quotation marks", what)
}

// shellTookThem is said where quotation marks are missing.
const shellTookThem = "if a shell has taken them away, put the whole of it in single ones (cmd: \\\" for each \")"

// unknownAttribute refuses a name that the pool does not have.
func (b *binder) unknownAttribute(n ast.Node, name string) {
	msg, hint := "the pool has no attribute "+name, ""
	if near := nearest(name, b.scope.Schema.Names()); near != "" {
		msg += ", did you mean " + spelled(near) + "?"
	} else if near := b.longer(name); near != "" {
		msg += ", did you mean " + spelled(near) + "?"
	} else {
		hint = b.scope.Schema.Adding(name)
	}
	b.refuse(n, hint, "%s", msg)
}

// longer is an attribute whose name goes on with what is no letter of a name, such as custom:my-tier: custom.my is read of it.
func (b *binder) longer(name string) string {
	for _, known := range b.scope.Schema.Names() {
		if rest, ok := strings.CutPrefix(known, name); ok && rest != "" && !isIdentifier("x"+rest[:1]) {
			return known
		}
	}
	return ""
}

// call binds a call of a function, or of a method.
func (b *binder) call(n *ast.CallNode) ast.Node {
	if method, isMethod := n.Callee.(*ast.MemberNode); isMethod {
		b.bind(&method.Node, false)
		b.bindAll(n.Arguments)
		return n
	}
	callee, isName := n.Callee.(*ast.IdentifierNode)
	if !isName {
		b.refuse(n, "", "this is no function")
		return n
	}
	if !isFunction(callee.Value) {
		b.unknownFunction(callee, callee.Value)
		return n
	}
	b.bindAll(n.Arguments)
	switch {
	case callee.Value == "uuid" && len(n.Arguments) == 0:
		b.facts.uuid = true
		return b.read(n, "uuid()", text, (*Evaluator).uuid)
	case callee.Value == "e164" && len(n.Arguments) == 2:
		region, constant := n.Arguments[1].(*ast.StringNode)
		if !constant {
			b.refuse(n.Arguments[1], `write e164(TEXT, "DE")`, "the region is a text in quotation marks, the same for all users")
			return n
		}
		known, err := phone.Region(region.Value)
		if err != nil {
			b.refuse(region, "", "%s", err.Error())
		}
		region.Value = known
	}
	return n
}

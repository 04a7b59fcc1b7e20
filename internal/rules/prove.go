package rules

import (
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker/nature"

	"attrmigrate/internal/schema"
)

// prove refuses what expr's checker lets pass because it does not know a type: where types mix, a comparison would be false for
// everyone, and nobody would be told.
func (b *binder) prove(root ast.Node) {
	switch b.as {
	case condition:
		b.known(root)
		if n := root.Nature(); !n.IsBool() && b.mistake == nil {
			b.refuse(root, conditionHint(root), "a condition is true or false, this is %s", kindly(n))
		}
	default:
		b.tail(root)
	}
}

// conditionHint says what may be meant by a value that is no condition.
func conditionHint(n ast.Node) string {
	if isOurs(n) {
		return "compare it: … == VALUE, or … != nil where it is there"
	}
	if s, isText := n.(*ast.StringNode); isText && s.Value != "" {
		return "the expression itself stands in quotation marks: leave the inner ones out"
	}
	return ""
}

// tail proves a node whose value is that of the expression. Its branches may be of several types, for each becomes text.
func (b *binder) tail(n ast.Node) {
	switch t := n.(type) {
	case *ast.ConditionalNode:
		b.known(t.Cond)
		b.tail(t.Exp1)
		b.tail(t.Exp2)
		return
	case *ast.VariableDeclaratorNode:
		b.known(t.Value)
		b.tail(t.Expr)
		return
	case *ast.BinaryNode:
		if t.Operator == "??" {
			b.tail(t.Left)
			b.tail(t.Right)
			return
		}
	}
	b.known(n)
	is := n.Nature()
	if b.mistake != nil || is.Nil || is.IsString() || is.IsBool() || is.IsNumber() || is.Type == reflect.TypeFor[deletion]() {
		return
	}
	if b.as == column && (is.IsTime() || is.IsArray()) {
		return
	}
	hint := "a value is a text, a whole number, true or false"
	switch {
	case is.IsTime():
		hint = `write it as a text: .Format("2006-01-02")`
	case is.IsArray():
		hint = `join its texts: join(LIST, ","), or take one: LIST[0]`
	}
	b.refuse(n, hint, "%s is no value of an attribute", kindly(is))
}

// known proves a node and all below it.
func (b *binder) known(n ast.Node) {
	for _, below := range slots(n) {
		b.known(*below)
	}
	if b.mistake != nil {
		return
	}
	switch t := n.(type) {
	case *ast.ArrayNode:
		b.alike(t)
		return
	case *ast.BinaryNode:
		if t.Operator == "in" {
			b.in(t)
		}
		b.status(t)
	case *ast.MemberNode:
		if is := t.Node.Nature(); is.IsTime() || is.IsDuration() {
			b.method(t)
			return
		}
	case *ast.PredicateNode, *ast.ConstantNode:
		return
	}
	if is := n.Nature(); is.Type == nil && !is.Nil || is.Kind == reflect.Interface {
		b.unclear(n)
	}
}

// unclear tells of a node whose type cannot be told.
func (b *binder) unclear(n ast.Node) {
	one, other := ast.Node(nil), ast.Node(nil)
	switch t := n.(type) {
	case *ast.ConditionalNode:
		one, other = t.Exp1, t.Exp2
	case *ast.BinaryNode:
		one, other = t.Left, t.Right
	}
	switch {
	case one == nil:
		b.refuse(n, "", "it cannot be told what this gives: a text, a number, or true and false")
	case one.Nature().IsNumber() && other.Nature().IsNumber():
		b.refuse(n, "write float(…) around both", "one is a whole number, the other may have decimals")
	default:
		b.refuse(n, "make them alike, by string(…) or int(…)", "it gives %s or %s: both have to be of one type", kindly(one.Nature()), kindly(other.Nature()))
	}
}

// methods are those of times and durations that give the same everywhere.
var methods = []string{"Format", "Year", "YearDay", "Day", "Hour", "Minute", "Second", "Unix", "Hours", "Minutes", "Seconds"}

func (b *binder) method(n *ast.MemberNode) {
	if name, ok := n.Property.(*ast.StringNode); !ok || !slices.Contains(methods, name.Value) {
		b.refuse(n.Property, "there are: "+strings.Join(methods, ", "), "a time has no such method here")
	}
}

// alike refuses a list of several types. nil may stand among others.
func (b *binder) alike(n *ast.ArrayNode) {
	var first *nature.Nature
	for _, e := range n.Nodes {
		is := e.Nature()
		if is.Nil {
			continue
		}
		if first != nil && !sameType(first, is) {
			b.refuse(e, "", "a list is of one type, this has %s and %s", kindly(first), kindly(is))
			return
		}
		first = is
	}
}

// in holds what is looked for against a list that expr does not know, for it has a nil in it.
func (b *binder) in(n *ast.BinaryNode) {
	l, isList := n.Right.(*ast.ArrayNode)
	if !isList || n.Left.Nature().Nil {
		return
	}
	for _, e := range l.Nodes {
		if is := e.Nature(); !is.Nil && !sameType(is, n.Left.Nature()) {
			b.refuse(n, "", "%s is looked for in a list that has %s", kindly(n.Left.Nature()), kindly(is))
			return
		}
	}
}

// status refuses to compare the status of a user with what none has: it would differ from everyone's.
func (b *binder) status(n *ast.BinaryNode) {
	var texts []ast.Node
	switch {
	case n.Operator == "in" && b.names[n.Left] == "status":
		for _, e := range slots(n.Right) {
			texts = append(texts, *e)
		}
	case n.Operator != "==" && n.Operator != "!=":
	case b.names[n.Left] == "status":
		texts = []ast.Node{n.Right}
	case b.names[n.Right] == "status":
		texts = []ast.Node{n.Left}
	}
	for _, t := range texts {
		s, isText := t.(*ast.StringNode)
		if !isText || slices.Contains(schema.Statuses(), s.Value) {
			continue
		}
		msg := "no user has the status " + quoted(s.Value)
		if near := nearest(s.Value, schema.Statuses()); near != "" {
			msg += ", did you mean " + quoted(near) + "?"
		}
		b.refuse(s, "there are: "+strings.Join(schema.Statuses(), ", "), "%s", msg)
	}
}

func sameType(a, b *nature.Nature) bool {
	return a.Kind == b.Kind || a.IsNumber() && b.IsNumber()
}

// kindly is what people call a type.
func kindly(n *nature.Nature) string {
	switch {
	case n.Nil:
		return "nil"
	case n.IsString():
		return "a text"
	case n.IsNumber():
		return "a number"
	case n.IsBool():
		return "true or false"
	case n.IsTime():
		return "a time"
	case n.IsDuration():
		return "a duration"
	case n.IsArray():
		return "a list"
	case n.IsFunc():
		return "a function"
	default:
		return "something else"
	}
}

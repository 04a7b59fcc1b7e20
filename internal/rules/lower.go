package rules

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm/runtime"
)

// lower makes the tree ready to run: what expr would do to nil, or to a number that grows too large, our functions do instead. No type
// is needed any more, and where expr would make use of one it is taken away, since it knows nothing of nil.
func (b *binder) lower(n ast.Node) ast.Node {
	isBoolean, isOfList := false, false // told before what is below is lowered, and has no type any more
	switch t := n.(type) {
	case *ast.CallNode:
		if method, isMethod := t.Callee.(*ast.MemberNode); isMethod {
			return b.lowerMethod(t, method)
		}
	case *ast.MemberNode:
		isOfList = t.Node.Nature().IsArray()
	case *ast.PredicateNode:
		isBoolean = t.Node.Nature().IsBool()
	}
	for _, below := range slots(n) {
		*below = b.lower(*below)
	}
	switch t := n.(type) {
	case *ast.BinaryNode:
		return b.lowerBinary(t)
	case *ast.UnaryNode:
		return b.lowerUnary(t)
	case *ast.SliceNode:
		return b.lowerSlice(t)
	case *ast.MemberNode:
		if isOfList {
			return b.ours(t, element, t.Node, t.Property)
		}
	case *ast.BuiltinNode:
		t.Arguments[0] = b.ours(t.Arguments[0], listed, t.Arguments[0])
	case *ast.PredicateNode:
		t.Node = b.ours(t.Node, step, &ast.IdentifierNode{Value: environment}, t.Node)
		if isBoolean {
			t.Node = b.truth(t.Node)
		}
	case *ast.ConditionalNode:
		t.Cond = b.truth(t.Cond)
	}
	return n
}

func (b *binder) lowerUnary(n *ast.UnaryNode) ast.Node {
	switch n.Operator {
	case "-":
		return b.ours(n, b.operation("-", n.Node, nil, negate), n.Node)
	case "+":
		return n.Node
	}
	n.Node = b.truth(n.Node)
	return n
}

func (b *binder) lowerBinary(n *ast.BinaryNode) ast.Node {
	switch n.Operator {
	case "and", "&&", "or", "||":
		n.Left, n.Right = b.truth(n.Left), b.truth(n.Right)
	case "==", "!=":
		return b.lowerEqual(n)
	case "in":
		n.Right = withBoth(n.Right)
	default:
		if does := operations[n.Operator]; does != nil {
			return b.ours(n, b.operation(n.Operator, n.Left, n.Right, does), n.Left, n.Right)
		}
	}
	return n
}

// lowerEqual compares. An empty text is as much as none: whoever asks for name == "" means those who have no name.
func (b *binder) lowerEqual(n *ast.BinaryNode) ast.Node {
	if !isValue(n.Left) && !isValue(n.Right) {
		same := ast.Node(b.ours(n, same, n.Left, n.Right))
		if n.Operator == "!=" {
			same = replaced(n, &ast.UnaryNode{Operator: "not", Node: same})
		}
		return same
	}
	// Of two texts expr would compare the texts, and stumble over nil.
	for _, side := range []ast.Node{n.Left, n.Right} {
		if !isValue(side) {
			side.SetType(nil)
		}
	}
	return n
}

// isValue tells whether a node is a constant that is not empty.
func isValue(n ast.Node) bool {
	switch t := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	case *ast.StringNode:
		return t.Value != ""
	}
	return false
}

// same compares as expr does, but for empty texts.
func same(args ...any) (any, error) {
	a, b := args[0], args[1]
	if a == "" {
		a = nil
	}
	if b == "" {
		b = nil
	}
	return equal(a, b), nil
}

// withBoth adds nil to a list that has an empty text, and one to a list that has nil.
func withBoth(n ast.Node) ast.Node {
	list, isList := n.(*ast.ArrayNode)
	if !isList {
		return n
	}
	for _, e := range list.Nodes {
		switch t := e.(type) {
		case *ast.NilNode:
			list.Nodes = append(list.Nodes, replaced(e, &ast.StringNode{}))
			return n
		case *ast.StringNode:
			if t.Value == "" {
				list.Nodes = append(list.Nodes, replaced(e, &ast.NilNode{}))
				return n
			}
		}
	}
	return n
}

// lowerSlice cuts by characters, as len counts them; expr would by bytes.
func (b *binder) lowerSlice(n *ast.SliceNode) ast.Node {
	args := []ast.Node{n.Node, &ast.NilNode{}, &ast.NilNode{}}
	if n.From != nil {
		args[1] = n.From
	}
	if n.To != nil {
		args[2] = n.To
	}
	return b.ours(n, slice, args...)
}

// lowerMethod calls a method of a time, or of a duration, and passes nil on.
func (b *binder) lowerMethod(n *ast.CallNode, method *ast.MemberNode) ast.Node {
	for i := range n.Arguments {
		n.Arguments[i] = b.lower(n.Arguments[i])
	}
	name := method.Property.(*ast.StringNode).Value
	return b.ours(n, func(args ...any) (any, error) { return callMethod(name, args) },
		append([]ast.Node{b.lower(method.Node)}, n.Arguments...)...)
}

// truth makes false of a boolean that is absent, where a condition is wanted: email_verified alone is email_verified == true.
func (b *binder) truth(n ast.Node) ast.Node {
	switch t := n.(type) {
	case *ast.BoolNode:
		return n
	case *ast.BinaryNode: // what is left of them is true or false
		if t.Operator != "??" {
			return n
		}
	case *ast.UnaryNode:
		return n
	case *ast.BuiltinNode:
		return n
	}
	return b.ours(n, func(args ...any) (any, error) {
		holds, _ := args[0].(bool)
		return holds, nil
	}, n)
}

// operation puts an operation into a function that tells what is absent.
func (b *binder) operation(sign string, left, right ast.Node, does func(a, b any) (any, error)) func(...any) (any, error) {
	names := []string{b.names[left], b.names[right]}
	return func(args ...any) (any, error) {
		for i, a := range args {
			if a == nil {
				return nil, absent(names[i], sign)
			}
		}
		if len(args) == 1 {
			return does(args[0], nil)
		}
		return does(args[0], args[1])
	}
}

// equal compares as expr does.
func equal(a, b any) bool { return runtime.Equal(a, b) }

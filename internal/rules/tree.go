package rules

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// slots are where the nodes below a node hang. What we made is a leaf, and so is what is refused.
func slots(n ast.Node) []*ast.Node {
	switch t := n.(type) {
	case *ast.UnaryNode:
		return []*ast.Node{&t.Node}
	case *ast.BinaryNode:
		return []*ast.Node{&t.Left, &t.Right}
	case *ast.PredicateNode:
		return []*ast.Node{&t.Node}
	case *ast.VariableDeclaratorNode:
		return []*ast.Node{&t.Value, &t.Expr}
	case *ast.ConditionalNode:
		return []*ast.Node{&t.Cond, &t.Exp1, &t.Exp2}
	case *ast.MemberNode:
		if _, constant := t.Property.(*ast.StringNode); constant {
			return []*ast.Node{&t.Node}
		}
		return []*ast.Node{&t.Node, &t.Property}
	case *ast.SliceNode:
		list := []*ast.Node{&t.Node}
		for _, end := range []*ast.Node{&t.From, &t.To} {
			if *end != nil {
				list = append(list, end)
			}
		}
		return list
	case *ast.BuiltinNode:
		return each(t.Arguments)
	case *ast.ArrayNode:
		return each(t.Nodes)
	case *ast.CallNode:
		if isOurs(t) {
			return nil
		}
		if _, isMethod := t.Callee.(*ast.MemberNode); isMethod {
			return append([]*ast.Node{&t.Callee}, each(t.Arguments)...)
		}
		return each(t.Arguments)
	}
	return nil
}

func each(list []ast.Node) []*ast.Node {
	made := make([]*ast.Node, len(list))
	for i := range list {
		made[i] = &list[i]
	}
	return made
}

// isOurs tells whether a node was made by [binder.ours].
func isOurs(n ast.Node) bool {
	call, isCall := n.(*ast.CallNode)
	if !isCall {
		return false
	}
	callee, isName := call.Callee.(*ast.IdentifierNode)
	return isName && strings.HasPrefix(callee.Value, "@")
}

// replaced gives a node the place of another.
func replaced(old, made ast.Node) ast.Node {
	made.SetLocation(old.Location())
	return made
}

// at is where a node stands in the source, for people: a choice by its condition, which expr places behind it.
func at(n ast.Node) int {
	if choice, is := n.(*ast.ConditionalNode); is {
		n = choice.Cond
	}
	return n.Location().From
}

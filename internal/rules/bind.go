package rules

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
)

// binder makes an expression of ours of expr's tree: names become reads of a user, and what is not allowed is refused.
type binder struct {
	scope  Scope
	cells  *cells
	source []rune
	config *conf.Config
	as     role
	inFile bool // of rules, not on a command line

	variables []string            // of let, from the outside
	names     map[ast.Node]string // of reads, as expressions spell them
	calls     int
	facts     facts
	mistake   *mistake // the first
}

func (b *binder) refuse(n ast.Node, hint, format string, args ...any) {
	b.refuseAt(at(n), hint, format, args...)
}

func (b *binder) refuseAt(from int, hint, format string, args ...any) {
	if b.mistake == nil {
		b.mistake = &mistake{from, fmt.Sprintf(format, args...), hint}
	}
}

// bindRoot binds a whole tree.
func (b *binder) bindRoot(n *ast.Node) {
	b.names = map[ast.Node]string{}
	b.bind(n, b.as != condition)
}

// bind binds a node and what is below. A tail is a node whose value is that of the expression.
func (b *binder) bind(n *ast.Node, tail bool) {
	if b.mistake != nil {
		return
	}
	switch t := (*n).(type) {
	case *ast.IdentifierNode:
		*n = b.name(t, tail)
	case *ast.MemberNode:
		*n = b.member(t)
	case *ast.CallNode:
		*n = b.call(t)
	case *ast.ChainNode:
		*n = t.Node
		b.bind(n, tail)
	case *ast.BinaryNode:
		b.binary(t, tail)
	case *ast.ConditionalNode:
		b.bind(&t.Cond, false)
		b.bind(&t.Exp1, tail)
		b.bind(&t.Exp2, tail)
	case *ast.VariableDeclaratorNode:
		b.let(t, tail)
	default:
		b.refuseNode(t)
		for _, below := range slots(t) {
			b.bind(below, false)
		}
	}
}

// refuseNode refuses what the language has and we do not.
func (b *binder) refuseNode(n ast.Node) {
	switch t := n.(type) {
	case *ast.BuiltinNode:
		switch {
		case !predicates[t.Name]:
			b.unknownFunction(t, t.Name)
		case len(t.Arguments) == 1:
			b.refuse(t, "len(LIST) counts all", "%s() wants a condition", t.Name)
		}
	case *ast.MapNode:
		b.refuse(t, "", "a map { } has no use here")
	case *ast.BytesNode:
		b.refuse(t, "write it as a text, without the b", "bytes have no use here")
	case *ast.SequenceNode:
		b.refuse(t, "", "several expressions, where one is wanted")
	}
}

// let binds a variable. It takes no name that has a meaning.
func (b *binder) let(n *ast.VariableDeclaratorNode, tail bool) {
	if slices.Contains(namespaces, n.Name) || slices.Contains(b.scope.names(), n.Name) {
		b.refuse(n, "let wants another name", "%s has a meaning already", n.Name)
	}
	b.bind(&n.Value, false)
	b.variables = append(b.variables, n.Name)
	b.bind(&n.Expr, tail)
	b.variables = b.variables[:len(b.variables)-1]
}

func (b *binder) bindAll(list []ast.Node) {
	for i := range list {
		b.bind(&list[i], false)
	}
}

// binary binds an operation. a < b < c, which expr reads as a < b and b < c with b standing twice in its tree, is refused.
func (b *binder) binary(n *ast.BinaryNode, tail bool) {
	left, isLeft := n.Left.(*ast.BinaryNode)
	right, isRight := n.Right.(*ast.BinaryNode)
	if isLeft && isRight && left.Right == right.Left {
		b.refuse(right, "write a < b and b < c", "two comparisons in a row")
		return
	}
	if n.Operator == ".." {
		b.refuse(n, "", "there are no ranges")
	}
	b.bind(&n.Left, tail && n.Operator == "??")
	b.bind(&n.Right, tail && n.Operator == "??")
}

// deletion is what DELETE stands for.
type deletion struct{}

// name binds a name that stands alone.
func (b *binder) name(n *ast.IdentifierNode, tail bool) ast.Node {
	k, isUser := ofUser[n.Value]
	switch {
	case slices.Contains(b.variables, n.Value):
		return n
	case n.Value == "DELETE" && b.as == result:
		if !tail {
			b.refuse(n, "write CONDITION ? DELETE : VALUE", "DELETE is no value: it can only be what an expression gives")
		}
		return replaced(n, &ast.ConstantNode{Value: deletion{}})
	case n.Value == "groups" && !b.scope.Groups:
		b.refuse(n, "choose the users of one group by --group NAME", "the groups of users are not read here")
		return n
	case isUser:
		return b.ofUser(n, n.Value, k)
	case n.Value == "sub" || b.scope.Schema.Known(n.Value):
		return b.attribute(n, n.Value)
	}
	b.unknownName(n)
	return n
}

// attribute is a read of one.
func (b *binder) attribute(n ast.Node, name string) ast.Node {
	k := b.scope.kindOf(name)
	slot := b.cells.of(name, k)
	if !slices.Contains(b.facts.slots, slot) {
		b.facts.slots = append(b.facts.slots, slot)
	}
	return b.read(n, spelled(name), k, func(e *Evaluator) (any, error) { return e.attribute(slot) })
}

// ofUser is a read of what is no attribute.
func (b *binder) ofUser(n ast.Node, name string, k kind) ast.Node {
	b.facts.dates = b.facts.dates || k == moment
	b.facts.groups = b.facts.groups || k == list
	return b.read(n, name, k, map[string]func(*Evaluator) (any, error){
		"username": func(e *Evaluator) (any, error) { return e.subject.Username, nil },
		"status":   func(e *Evaluator) (any, error) { e.sawStatus = true; return e.subject.Status, nil },
		"enabled":  func(e *Evaluator) (any, error) { e.sawEnabled = true; return e.subject.Enabled, nil },
		"created":  func(e *Evaluator) (any, error) { return e.subject.Created.UTC(), nil },
		"modified": func(e *Evaluator) (any, error) { return e.subject.Modified.UTC(), nil },
		"groups":   func(e *Evaluator) (any, error) { return e.subject.Groups, nil },
	}[name])
}

// Types by which expr's checker knows the kinds. A number is a whole one to it: those with decimals are found when they are there.
var goTypes = map[kind]reflect.Type{
	text: reflect.TypeFor[string](), number: reflect.TypeFor[int](), boolean: reflect.TypeFor[bool](),
	moment: reflect.TypeFor[time.Time](), list: reflect.TypeFor[[]string](),
}

// read is a node that reads a value, of a kind, of the user.
func (b *binder) read(n ast.Node, name string, k kind, get func(*Evaluator) (any, error)) ast.Node {
	call := b.ours(n, func(args ...any) (any, error) { return get(args[0].(*Evaluator)) }, &ast.IdentifierNode{Value: environment})
	call.SetType(goTypes[k])
	b.names[call] = name
	return call
}

// environment is expr's name for what an expression runs in: the Evaluator.
const environment = "$env"

// ours is a call of a function that no expression can call by name. Each has one of its own: the name is what the compiler knows it by.
func (b *binder) ours(n ast.Node, f func(args ...any) (any, error), args ...ast.Node) *ast.CallNode {
	b.calls++
	name := fmt.Sprintf("@%d", b.calls)
	b.config.Functions[name] = &builtin.Function{Name: name, Func: f}
	call := &ast.CallNode{Callee: replaced(n, &ast.IdentifierNode{Value: name}), Arguments: args}
	replaced(n, call)
	for _, a := range args {
		if a.Location() == (file.Location{}) {
			a.SetLocation(n.Location())
		}
	}
	return call
}

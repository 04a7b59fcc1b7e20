package rules

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Origins are what the value that an attribute gets may be made of, as expressions spell it, sorted: email, custom.tier, username. What
// only decides which value it is, as a condition does, is not among them; what an earlier rule has written stands for what that
// was made of.
func (p *Program) Origins(attribute string) []string {
	all := map[int]map[string]bool{} // by slot
	for _, r := range p.rules {
		made := map[int]map[string]bool{}
		for _, t := range r.set {
			made[t.slot] = map[string]bool{}
			if t.expr == nil {
				continue
			}
			for _, name := range t.expr.facts.origins {
				made[t.slot][name] = true
				if slot, ok := p.cells.slot[p.cells.spelled[name]]; ok {
					maps.Copy(made[t.slot], all[slot])
				}
			}
		}
		for slot, names := range made {
			if all[slot] == nil {
				all[slot] = map[string]bool{}
			}
			maps.Copy(all[slot], names) // where a rule does not fit, the value of an earlier one stands
		}
	}
	slot, ok := p.cells.slot[attribute]
	if !ok {
		return nil
	}
	return slices.Sorted(maps.Keys(all[slot]))
}

// origins are the names of the values that a bound node's own may be made of. What is true or false tells of no value.
func (b *binder) origins(n ast.Node) []string {
	if name, isRead := b.names[n]; isRead {
		return []string{name}
	}
	below := slots(n)
	switch t := n.(type) {
	case *ast.ConditionalNode:
		below = below[1:]
	case *ast.BinaryNode:
		if judges[t.Operator] {
			return nil
		}
	case *ast.UnaryNode:
		if t.Operator == "not" || t.Operator == "!" {
			return nil
		}
	}
	var names []string
	for _, one := range below {
		names = append(names, b.origins(*one)...)
	}
	return names
}

// judges are the operators whose value is true or false.
var judges = map[string]bool{
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "and": true, "&&": true, "or": true, "||": true,
	"in": true, "contains": true, "startsWith": true, "endsWith": true, "matches": true,
}

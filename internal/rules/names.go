package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// elsewhere is what other languages call our constants.
var elsewhere = map[string]string{
	"null": "nil", "none": "nil", "undefined": "nil", "nil": "nil", "na": "nil", "true": "true", "false": "false", "delete": "DELETE",
}

// unknownName refuses a name that nothing has.
func (b *binder) unknownName(n *ast.IdentifierNode) {
	name := n.Value
	ours, isConstant := elsewhere[strings.ToLower(name)]
	near := nearest(name, b.scope.names())
	switch {
	case name == "DELETE":
		b.refuse(n, "to choose users without an attribute, compare it with nil", "DELETE is what --set gives, and says nothing here")
	case isConstant:
		b.refuse(n, "write "+ours, "%s is called %s", name, ours)
	case slices.Contains(namespaces, name):
		b.refuse(n, map[string]string{"attr": `write attr["NAME"]`, "row": `write row["COLUMN"]`}[name], "%s leads to values, and is none", name)
	case isFunction(name):
		b.refuse(n, "write "+name+"(…)", "%s is a function", name)
	case b.scope.Schema.Known("custom:" + name):
		b.refuse(n, "", "%s is no name, did you mean %s?", name, spelled("custom:"+name))
	case near != "":
		b.refuse(n, "", "%s is no name, did you mean %s?", name, near)
	default:
		b.refuse(n, b.notText(), "%s is no name", name)
	}
}

// notText is said where a text may have been meant.
func (b *binder) notText() string {
	const hint = "if it is a text, it needs quotation marks"
	if b.inFile {
		return hint
	}
	return hint + "; " + shellTookThem
}

// known elsewhere by other names, or written otherwise here.
var otherwise = map[string]string{
	"now": `date("2026-01-31"): a plan is to be the same tomorrow`, "today": `date("2026-01-31"): a plan is to be the same tomorrow`,
	"tolower": "lower(TEXT)", "lowercase": "lower(TEXT)", "lcase": "lower(TEXT)", "tolowercase": "lower(TEXT)",
	"toupper": "upper(TEXT)", "uppercase": "upper(TEXT)", "ucase": "upper(TEXT)", "touppercase": "upper(TEXT)",
	"length": "len(TEXT)", "size": "len(TEXT)", "strip": "trim(TEXT)", "str": "string(VALUE)", "number": "int(TEXT)",
	"substr": "TEXT[0:3]", "substring": "TEXT[0:3]", "left": "TEXT[0:3]", "concat": "A + B",
	"contains": "TEXT contains PART", "startswith": "TEXT startsWith PART", "endswith": "TEXT endsWith PART", "like": "TEXT matches PATTERN",
	"coalesce": "A ?? B", "ifnull": "A ?? B", "nvl": "A ?? B", "isnull": "A == nil", "if": "CONDITION ? A : B", "iif": "CONDITION ? A : B",
	"in": "VALUE in [A, B]", "sum": "A + B", "reverse": "LIST[-1]", "take": "LIST[0:3]", "get": "LIST[0]", "upperfirst": "upper(TEXT[0:1]) + TEXT[1:]",
}

// unknownFunction refuses a call of what is no function.
func (b *binder) unknownFunction(n ast.Node, name string) {
	hint := "there are: " + strings.Join(slices.Sorted(maps.Keys(allFunctions())), ", ")
	near := nearest(name, slices.Sorted(maps.Keys(allFunctions())))
	switch write := otherwise[strings.ToLower(name)]; {
	case write != "":
		b.refuse(n, "write "+write, "there is no function %s()", name)
	case near != "":
		b.refuse(n, hint, "there is no function %s(), did you mean %s()?", name, near)
	default:
		b.refuse(n, hint, "there is no function %s()", name)
	}
}

func allFunctions() map[string]bool {
	all := maps.Clone(predicates)
	for name := range functions {
		all[name] = true
	}
	return all
}

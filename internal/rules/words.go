package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// unparsed says of an expression that cannot be read what expr says of it, in our words.
func (b *binder) unparsed(err error) *mistake {
	msg, from := asFileError(err)
	return &mistake{from, plainly(msg), ""}
}

// illTyped does it for one whose types do not fit.
func (b *binder) illTyped(err error) *mistake {
	msg, from := asFileError(err)
	return &mistake{from, plainly(msg), ""}
}

// phrases are what expr says, and what we do.
var phrases = []struct {
	said *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(`^unexpected token EOF$`), "it ends too early"},
	{regexp.MustCompile(`^unexpected token \w+\("(.*)"\)$`), "%s is not expected here"},
}

func plainly(msg string) string {
	for _, p := range phrases {
		if m := p.said.FindStringSubmatch(msg); m != nil {
			args := []any{}
			for _, s := range m[1:] {
				args = append(args, s)
			}
			return fmt.Sprintf(p.say, args...)
		}
	}
	return strings.TrimSpace(msg)
}

// unknownName refuses a name that nothing has.
func (b *binder) unknownName(n *ast.IdentifierNode) {
	msg := n.Value + " is no name"
	if near := nearest(n.Value, b.scope.names()); near != "" {
		msg += ", did you mean " + near + "?"
	}
	b.refuse(n, "", "%s", msg)
}

// unknownFunction refuses a call of what is no function.
func (b *binder) unknownFunction(n *ast.IdentifierNode) {
	b.refuse(n, "", "there is no function %s()", n.Value)
}

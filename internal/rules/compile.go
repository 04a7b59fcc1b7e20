package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// compile makes a rule of its texts.
func (p *Program) compile(r *Rule, in Scope) (compiled, error) {
	var made compiled
	if r.Where != "" {
		where, err := p.cells.expression(r.Where, r.place("where", r.WhereLine), in, condition)
		if err != nil {
			return made, err
		}
		made.where = where
	}
	taken := map[string]bool{}
	for i := range r.Set {
		a := &r.Set[i]
		place := r.place(a.verb()+" "+a.Name, a.Line)
		if taken[a.Name] {
			return made, refusal.Usagef("%s: the rule sets it twice", place(1))
		}
		taken[a.Name] = true
		t, err := p.assignment(a, place, in)
		if err != nil {
			return made, err
		}
		if isName(a.Text, in) {
			p.notes = append(p.notes, fmt.Sprintf("%s writes the text %s; the value of that name is written by %s:=", place(1), a.Text, a.Name))
		}
		made.set = append(made.set, t)
		p.writes = append(p.writes, a.Name)
	}
	return made, nil
}

// isName tells whether a text is the name of a value, too.
func isName(text string, in Scope) bool {
	bare, isCustom := strings.CutPrefix(text, "custom.")
	return slices.Contains(in.names(), text) || in.Schema.Known(text) || isCustom && in.Schema.Known("custom:"+bare)
}

func (a *Assignment) verb() string {
	if a.Delete {
		return "unset"
	}
	return "set"
}

// place is where a text of the rule stands, of which the first line is given, and a line of it is asked for.
func (r *Rule) place(what string, first int) func(line int) string {
	return func(line int) string {
		if r.File == "" {
			return "--" + what
		}
		return fmt.Sprintf("%s:%d: %s", r.File, first+line-1, what)
	}
}

// assignment makes a target. A constant is held against the schema as if it were in a record: that every user would be refused for
// it need not be found out user by user.
func (p *Program) assignment(a *Assignment, place func(int) string, in Scope) (target, error) {
	if !in.Schema.Known(a.Name) {
		return target{}, unknownTarget(a.Name, place(1), in, !a.Delete)
	}
	t := target{slot: p.cells.of(a.Name, in.kindOf(a.Name)), text: a.Text, none: a.Delete}
	if a.Expr != "" {
		var err error
		if t.expr, err = p.cells.expression(a.Expr, place, in, result); err != nil {
			return t, err
		}
	} else if !a.Delete && a.Text == "" {
		return t, &refusal.UsageError{Err: fmt.Errorf("%s: it has neither a text nor an expression", place(1)),
			Remedy: "to take the attribute away: " + shell.Join("--unset", a.Name)}
	}
	err := in.Schema.Check(&sources.Change{Username: "somebody", Attributes: []sources.Attribute{t.sample(a.Name, in)}})
	if e, ok := errors.AsType[*schema.ValueError](err); ok {
		hint := e.Hint()
		if strings.Contains(hint, "--ignore") { // that is for columns
			hint = ""
		}
		return t, &refusal.UsageError{Err: fmt.Errorf("%s: %s", place(1), e.Msg), Remedy: hint}
	}
	return t, nil
}

// sample is a value that the target may get: its text, or, where that is computed, whatever the attribute takes.
func (t *target) sample(name string, in Scope) sources.Attribute {
	a := sources.Attribute{Name: name, Value: t.text, Delete: t.none}
	if t.expr != nil {
		a.Value = "true"
		a.Delete = !in.Schema.IsBoolean(name)
	}
	return a
}

// unknownTarget refuses to set, to take away or to read what the pool does not have.
func unknownTarget(name, place string, in Scope, set bool) error {
	hint := "the pool has " + strings.Join(in.Schema.Names(), ", ")
	near := strings.Replace(name, ".", ":", 1) // as in an expression
	if !in.Schema.Known(near) {
		near = nearest(name, in.Schema.Names())
	}
	if near != "" {
		return &refusal.UsageError{Err: fmt.Errorf("%s: the pool has no such attribute, did you mean %s?", place, near), Remedy: ""}
	}
	if adding := in.Schema.Adding(name); adding != "" && set { // what is read or taken away, nobody has
		hint += "; or " + adding
	}
	return &refusal.UsageError{Err: fmt.Errorf("%s: the pool has no such attribute", place), Remedy: hint}
}

// nothingSet refuses rules that write nothing.
func nothingSet(all []Rule) error {
	where := "a rule"
	if len(all) > 0 && all[0].File != "" {
		where = all[0].File
	}
	return &refusal.UsageError{Err: errors.New(where + ": nothing is set"), Remedy: "add --set NAME=TEXT, --set NAME:=EXPRESSION or --unset NAME"}
}

// title is what a rule of several is called.
func title(i int, name string) string { return cmp.Or(name, "rule "+strconv.Itoa(i+1)) }

// role is what an expression is for.
type role int

const (
	condition role = iota // it is true or false
	result                // it gives a value of an attribute
	column                // it gives the cell of an export
)

// maxSource is how long an expression may be, in bytes.
const maxSource = 64 << 10

// expression compiles one. expr's own checker sees the types of attributes, nil aside; then what must not fail for nil is put into
// functions of ours.
func (c *cells) expression(source string, place func(int) string, in Scope, as role) (_ *expression, err error) {
	fail := func(m *mistake) (*expression, error) { return nil, m.inside(place, source) }
	if len(source) > maxSource {
		return fail(&mistake{msg: fmt.Sprintf("the expression is longer than %d bytes", maxSource)})
	}
	b := &binder{scope: in, cells: c, source: []rune(source), config: configuration(), as: as, inFile: !strings.HasPrefix(place(1), "--")}
	tree, err := parser.ParseWithConfig(source, b.config)
	if err != nil {
		return fail(b.unparsed(err))
	}
	b.bindRoot(&tree.Node)
	if b.mistake == nil {
		if _, err := checker.Check(tree, b.config); err != nil {
			return fail(plainly(asFileError(err)))
		}
		b.prove(tree.Node)
	}
	if b.mistake != nil {
		return fail(b.mistake)
	}
	b.facts.origins = b.origins(tree.Node)
	tree.Node = b.lower(tree.Node)
	if as == condition {
		tree.Node = b.truth(tree.Node)
	}
	code, err := compiler.Compile(tree, b.config)
	if err != nil { // the compiler recovers, and tells where it was: that is for nobody
		return fail(&mistake{msg: "the expression cannot be compiled"})
	}
	return &expression{place: place(1), code: code, facts: b.facts}, nil
}

// configuration is that of expr, with our functions and without those that we leave out.
func configuration() *conf.Config {
	c := conf.CreateNew()
	c.Env, c.Strict = types.Map{}.Nature(), true
	c.Optimize = false // it would work with types, which are nil's enemies
	for name := range c.Builtins {
		if functions[name] == nil && !predicates[name] {
			c.Disabled[name] = true
			delete(c.Builtins, name)
		}
	}
	for name, f := range functions {
		c.Functions[name] = f.builtin(name)
	}
	return c
}

// asFileError is what expr says of an expression.
func asFileError(err error) (msg string, from int) {
	if e, ok := errors.AsType[*file.Error](err); ok {
		return e.Message, e.From
	}
	return err.Error(), 0
}

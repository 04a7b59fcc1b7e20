package rules

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"

	"attrmigrate/internal/prose"
)

// Program is rules that were compiled. It is not modified, and may be used by any number of goroutines, each with an
// Evaluator of its own.
type Program struct {
	rules  []compiled
	cells  *cells
	seed   [16]byte // of uuid()
	text   string   // for people
	writes []string
	notes  []string
}

// compiled is a rule.
type compiled struct {
	where *expression // nil: all users
	set   []target
}

// target is an assignment.
type target struct {
	slot int // of its attribute
	text string
	expr *expression // nil: text, or none at all
	none bool
}

// expression is what was compiled of one.
type expression struct {
	place string // for people
	code  *vm.Program
	facts facts
}

// facts is what an expression does, however it runs.
type facts struct {
	slots               []int    // of the attributes that it may read
	columns             []string // of the row that it may read
	origins             []string // what its value may be made of, as expressions spell it
	uuid, dates, groups bool
}

// cells are the attributes that a program reads or writes, each in a slot of an Evaluator.
type cells struct {
	list    []cell
	slot    map[string]int
	spelled map[string]string // names of attributes, by how expressions spell them
}

type cell struct {
	name string
	kind kind
}

// of is the slot of an attribute, which it may get now.
func (c *cells) of(name string, k kind) int {
	if at, ok := c.slot[name]; ok {
		return at
	}
	c.list = append(c.list, cell{name, k})
	c.slot[name], c.spelled[spelled(name)] = len(c.list)-1, name
	return len(c.list) - 1
}

// Compile makes a program of rules, which are carried out in this order. What is wrong with one is a usage error ([Error]), told before
// anything is read.
func Compile(all []Rule, in Scope) (*Program, error) {
	p := newProgram()
	for i := range all {
		rule, err := p.compile(&all[i], in)
		if err != nil {
			return nil, err
		}
		p.rules = append(p.rules, rule)
	}
	if len(p.writes) == 0 {
		return nil, nothingSet(all)
	}
	slices.Sort(p.writes)
	p.writes = slices.Compact(p.writes)
	p.text = written(all)
	return p, nil
}

// newProgram has no rules yet.
func newProgram() *Program {
	p := &Program{cells: &cells{slot: map[string]int{}, spelled: map[string]string{}}}
	rand.Read(p.seed[:]) // never fails
	return p
}

// Writes are the names of the attributes that the rules write, sorted.
func (p *Program) Writes() []string { return slices.Clone(p.writes) }

// Text is the rules as they are carried out, a line for each part.
func (p *Program) Text() string { return p.text }

// Notes tell of texts that may be meant as expressions (custom:copy=email writes the word email), and of what no precondition can hold.
func (p *Program) Notes() []string {
	notes := slices.Clone(p.notes)
	for _, of := range []struct {
		what string
		read bool
	}{{"when users were created or modified", p.ReadsDates()}, {"the groups of users", p.ReadsGroups()}} {
		if of.read {
			notes = append(notes, "the rule reads "+of.what+": apply does not notice if that has changed since")
		}
	}
	return notes
}

// Repeats tells whether the same pool gives the same plan, or, once it is applied, an empty one: no uuid() is written but to an
// attribute that the condition of its rule reads, and so can ask for.
func (p *Program) Repeats() bool {
	for _, r := range p.rules {
		for _, t := range r.set {
			asked := r.where != nil && slices.Contains(r.where.facts.slots, t.slot)
			if t.expr != nil && t.expr.facts.uuid && !asked || r.where != nil && r.where.facts.uuid {
				return false
			}
		}
	}
	return true
}

// Columns are the columns of the file that the rules read, sorted.
func (p *Program) Columns() []string {
	columns := []string{}
	p.any(func(f *facts) bool {
		columns = append(columns, f.columns...)
		return false
	})
	slices.Sort(columns)
	return slices.Compact(columns)
}

// ReadsDates tells whether an expression reads when a user was created or modified: no precondition can hold that.
func (p *Program) ReadsDates() bool { return p.any(func(f *facts) bool { return f.dates }) }

// ReadsGroups tells whether an expression reads the groups of a user: no precondition can hold them.
func (p *Program) ReadsGroups() bool { return p.any(func(f *facts) bool { return f.groups }) }

func (p *Program) any(has func(*facts) bool) bool {
	for _, r := range p.rules {
		if r.where != nil && has(&r.where.facts) {
			return true
		}
		for _, t := range r.set {
			if t.expr != nil && has(&t.expr.facts) {
				return true
			}
		}
	}
	return false
}

// Digest is that of what rules say, wherever they stand and whatever they are called, such as "sha256:9f86d0…".
func Digest(all []Rule) string {
	h := sha256.New()
	for _, r := range all {
		fmt.Fprintf(h, "%q\n", r.Where)
		for _, a := range r.Set {
			fmt.Fprintf(h, "%q %q %q %t\n", a.Name, a.Text, a.Expr, a.Delete)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// written writes rules for people.
func written(all []Rule) string {
	var b strings.Builder
	for i, r := range all {
		if len(all) > 1 || r.Name != "" {
			b.WriteString(prose.Printable(title(i, r.Name)) + "\n")
		}
		if r.Where != "" {
			b.WriteString("where " + printable(r.Where))
		}
		for _, a := range r.Set {
			switch {
			case a.Delete:
				b.WriteString("unset " + printable(a.Name))
			case a.Expr != "":
				b.WriteString("set " + printable(a.Name+":="+strings.TrimSpace(a.Expr)))
			default:
				b.WriteString("set " + prose.Printable(a.Name+"="+a.Text) + "\n")
			}
		}
	}
	return b.String()
}

// printable is an expression without what a terminal would take for a command. It keeps its lines.
func printable(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", " ")
		b.WriteString(prose.Printable(line) + "\n")
	}
	return b.String()
}

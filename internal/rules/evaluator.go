package rules

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr/vm"

	"attrmigrate/sources"
)

// Subject is a user, as expressions see it.
type Subject struct {
	Username, Status  string
	Enabled           bool
	Created, Modified time.Time
	Attributes        map[string]string
	Groups            []string
	Row               map[string]string // of the file, by the names of columns
}

// Result is what the rules make of a user.
type Result struct {
	// Fits says that a rule has chosen the user.
	Fits bool
	// Attributes are what the user is to get, sorted by name; none where the rules leave it as it is. A value may be what the user has.
	Attributes []sources.Attribute
	// Reads are the live values that were read, sorted by name: had one of them been another, the result might be.
	// Beside attributes they are "status", and "enabled" (true or false).
	Reads []sources.Attribute
}

// Evaluator carries out a program, user by user. It is used by one goroutine.
type Evaluator struct {
	program *Program
	machine vm.VM
	subject *Subject

	seen    []bool   // by slot: its live value was read
	made    []change // by slot: what the rules before have made of it
	pending []change // by slot: what this rule makes of it

	sawStatus, sawEnabled bool
	uuids                 uint64
	steps                 int
}

// change is what becomes of an attribute.
type change struct {
	set, none bool
	value     string
}

// Evaluator returns one that carries out the program.
func (p *Program) Evaluator() *Evaluator {
	n := len(p.cells.list)
	return &Evaluator{program: p, seen: make([]bool, n), made: make([]change, n), pending: make([]change, n)}
}

// Apply evaluates the rules for a user. Its error is a *[UserError]. The same user gives the same result.
func (e *Evaluator) Apply(s *Subject) (Result, error) {
	e.begin(s)
	var result Result
	for i := range e.program.rules {
		fits, err := e.rule(&e.program.rules[i])
		if err != nil {
			return Result{}, err
		}
		result.Fits = result.Fits || fits
	}
	for slot, c := range e.made {
		if c.set {
			result.Attributes = append(result.Attributes, sources.Attribute{Name: e.program.cells.list[slot].name, Value: c.value, Delete: c.none})
		}
	}
	byName := func(a, b sources.Attribute) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(result.Attributes, byName)
	if result.Fits {
		result.Reads = e.reads()
		slices.SortFunc(result.Reads, byName)
	}
	return result, nil
}

// begin forgets the user before.
func (e *Evaluator) begin(s *Subject) {
	e.subject = s
	clear(e.seen)
	clear(e.made)
	clear(e.pending)
	e.sawStatus, e.sawEnabled, e.uuids, e.steps = false, false, 0, 0
}

// rule carries out one. All that it sets sees the user as it was before; the next sees what it made.
func (e *Evaluator) rule(r *compiled) (fits bool, err error) {
	if r.where != nil {
		holds, err := e.run(r.where)
		if err != nil {
			return false, err
		}
		if holds != true {
			return false, nil
		}
	}
	for i := range r.set {
		t := &r.set[i]
		c := change{set: true, value: t.text, none: t.none}
		if t.expr != nil {
			if c, err = e.value(t.expr); err != nil {
				return false, err
			}
		}
		e.pending[t.slot] = c
	}
	for i := range r.set {
		if c := e.pending[r.set[i].slot]; c.set {
			e.made[r.set[i].slot] = c
		}
	}
	return true, nil
}

// value is what an expression makes of its attribute.
func (e *Evaluator) value(x *expression) (change, error) {
	v, err := e.run(x)
	if err != nil {
		return change{}, err
	}
	if v == (deletion{}) {
		return change{set: true, none: true}, nil
	}
	t, err := asText(v)
	if err != nil {
		return change{}, failed(x.place, err)
	}
	return change{set: t != "", value: t}, nil
}

func (e *Evaluator) run(x *expression) (any, error) {
	v, err := e.machine.Run(x.code, e)
	if err != nil {
		return nil, failed(x.place, err)
	}
	return v, nil
}

// attribute reads an attribute: what a rule before has made of it, or what it is.
func (e *Evaluator) attribute(slot int) (any, error) {
	c := &e.program.cells.list[slot]
	if made := &e.made[slot]; made.set {
		return c.read(made.value)
	}
	e.seen[slot] = true
	return c.read(e.subject.Attributes[c.name])
}

// reads are the live values that were read. The sub never changes, and is no condition.
func (e *Evaluator) reads() []sources.Attribute {
	var list []sources.Attribute
	for slot, seen := range e.seen {
		if name := e.program.cells.list[slot].name; seen && name != "sub" {
			value := e.subject.Attributes[name]
			list = append(list, sources.Attribute{Name: name, Value: value, Delete: value == ""})
		}
	}
	if e.sawStatus {
		list = append(list, sources.Attribute{Name: "status", Value: e.subject.Status})
	}
	if e.sawEnabled {
		list = append(list, sources.Attribute{Name: "enabled", Value: fmt.Sprint(e.subject.Enabled)})
	}
	return list
}

// uuid is one that nobody else has: of the seed of the program, the user, and how many it had before.
func (e *Evaluator) uuid() (any, error) {
	e.uuids++
	h := sha256.New()
	h.Write(e.program.seed[:])
	h.Write(binary.BigEndian.AppendUint64(nil, e.uuids))
	h.Write([]byte(cmp.Or(e.subject.Attributes["sub"], e.subject.Username)))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x40 // version 4: random
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]), nil
}

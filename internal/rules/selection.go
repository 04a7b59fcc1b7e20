package rules

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Selection chooses users and computes cells of them. It is not modified, and may be used by any number of goroutines, each
// with a [Selector] of its own.
type Selection struct {
	where   *expression
	columns []Column
	cells   []*expression // of the columns; nil: the attribute as it is
	program *Program      // of no rules: what expressions of it run in
}

// CompileSelection makes a selection: of the users for which a condition holds (empty: all), some columns.
func CompileSelection(where string, columns []Column, in Scope) (*Selection, error) {
	s := &Selection{program: newProgram()}
	var err error
	if where != "" {
		if s.where, err = s.program.cells.expression(where, func(int) string { return "--where" }, in, condition); err != nil {
			return nil, err
		}
	}
	if s.columns, err = resolve(columns, in); err != nil {
		return nil, err
	}
	for _, c := range s.columns {
		var x *expression
		if c.Expr != "" {
			as := column
			if c.Written {
				as = result
			}
			if x, err = s.program.cells.expression(c.Expr, func(int) string { return "--columns " + c.Name }, in, as); err != nil {
				return nil, err
			}
		}
		s.cells = append(s.cells, x)
	}
	return s, nil
}

// Columns are those that were asked for, by their names in the pool. The username is not among them.
func (s *Selection) Columns() []Column { return slices.Clone(s.columns) }

// ReadsGroups tells whether the groups of users are needed.
func (s *Selection) ReadsGroups() bool {
	reads := func(x *expression) bool { return x != nil && x.facts.groups }
	return reads(s.where) || slices.ContainsFunc(s.cells, reads)
}

// Selector carries out a selection, user by user. It is used by one goroutine.
type Selector struct {
	selection *Selection
	evaluator *Evaluator
}

// Selector returns one.
func (s *Selection) Selector() *Selector {
	return &Selector{s, s.program.Evaluator()}
}

// Cell is what stands in a column for a user.
type Cell struct {
	Text string // empty: nothing
	// JSON is how JSONL writes what is no text: a number, true or false, a list.
	JSON string
	// Delete says that the attribute is to be taken away.
	Delete bool
}

// Select tells whether a user is chosen, and gives its cells: text, any number, true or false, a time as RFC 3339, the texts of a list
// with commas between them, and nothing for what is absent. What is to be written to an attribute is what a rule could set. Its error
// is a *[UserError].
func (s *Selector) Select(u *Subject) (bool, []Cell, error) {
	s.evaluator.begin(u)
	if w := s.selection.where; w != nil {
		if holds, err := s.evaluator.run(w); err != nil || holds != true {
			return false, nil, err
		}
	}
	row := make([]Cell, 0, len(s.selection.columns))
	for i, c := range s.selection.columns {
		cell, err := s.cell(c, s.selection.cells[i], u)
		if err != nil {
			return false, nil, err
		}
		row = append(row, cell)
	}
	return true, row, nil
}

// cell is what stands in a column.
func (s *Selector) cell(c Column, x *expression, u *Subject) (Cell, error) {
	switch {
	case x == nil:
		return Cell{Text: u.Attributes[c.Name]}, nil
	case c.Written:
		change, err := s.evaluator.value(x)
		return Cell{Text: change.value, Delete: change.none}, err
	}
	v, err := s.evaluator.run(x)
	if err != nil {
		return Cell{}, err
	}
	cell, err := asCell(v)
	if err != nil {
		return Cell{}, failed(x.place, err)
	}
	return cell, nil
}

// asCell writes more than asText does: a cell is for people.
func asCell(v any) (Cell, error) {
	switch v := v.(type) {
	case nil, string:
		text, err := asText(v)
		return Cell{Text: text}, err
	case time.Time:
		if v.IsZero() {
			return Cell{}, nil
		}
		return Cell{Text: v.Format(time.RFC3339Nano)}, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Cell{}, errTooLarge
		}
		return Cell{Text: decimal(v), JSON: decimal(v)}, nil
	case []string:
		return listCell(v)
	case []any:
		return listCell(v)
	}
	text, err := asText(v)
	return Cell{Text: text, JSON: text}, err
}

// listCell is a list: its elements with commas between them.
func listCell[E any](list []E) (Cell, error) {
	var texts, values []string
	for _, e := range list {
		cell, err := asCell(any(e))
		if err != nil {
			return Cell{}, err
		}
		if cell.JSON == "" {
			quoted, err := jsontext.AppendQuote(nil, cell.Text)
			if err != nil {
				return Cell{}, &fault{"it gives a text that is not UTF-8", ""}
			}
			cell.JSON = string(quoted)
		}
		texts, values = append(texts, cell.Text), append(values, cell.JSON)
	}
	if len(list) == 0 {
		return Cell{}, nil
	}
	return Cell{Text: strings.Join(texts, ","), JSON: "[" + strings.Join(values, ",") + "]"}, nil
}

package rules

import (
	"strings"
	"time"
)

// Column is a column of an export that is computed.
type Column struct {
	Name string
	Expr string
}

// Selection chooses users and computes cells of them. It is not modified, and may be used by any number of goroutines, each
// with a [Selector] of its own.
type Selection struct {
	where   *expression
	columns []*expression
	program *Program // of no rules: what expressions of it run in
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
	for _, c := range columns {
		x, err := s.program.cells.expression(c.Expr, func(int) string { return "--columns " + c.Name }, in, column)
		if err != nil {
			return nil, err
		}
		s.columns = append(s.columns, x)
	}
	return s, nil
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

// Select tells whether a user is chosen, and gives its cells: text, any number, true or false, a time as RFC 3339, the texts of a list
// with commas between them, and nothing for what is absent. Its error is a *[UserError].
func (s *Selector) Select(u *Subject) (bool, []string, error) {
	s.evaluator.begin(u)
	if w := s.selection.where; w != nil {
		if holds, err := s.evaluator.run(w); err != nil || holds != true {
			return false, nil, err
		}
	}
	row := make([]string, 0, len(s.selection.columns))
	for _, x := range s.selection.columns {
		v, err := s.evaluator.run(x)
		if err != nil {
			return false, nil, err
		}
		t, err := asCell(v)
		if err != nil {
			return false, nil, failed(x.place, err)
		}
		row = append(row, t)
	}
	return true, row, nil
}

// asCell writes more than asText does: a cell is for people.
func asCell(v any) (string, error) {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.RFC3339), nil
	case float64:
		return decimal(v), nil
	case []string:
		return strings.Join(v, ","), nil
	case []any:
		var texts []string
		for _, e := range v {
			t, err := asCell(e)
			if err != nil {
				return "", err
			}
			texts = append(texts, t)
		}
		return strings.Join(texts, ","), nil
	}
	return asText(v)
}

package cli

import (
	"fmt"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/job"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rules"
	"attrmigrate/internal/schema"
)

// choose settles which users are exported, and what of them. What is wrong with it is told before a user is read.
func (e *exportRun) choose(s *schema.Schema) (how listing.Exporting, err error) {
	how.Filter, how.Group, how.All = e.opts.filter, e.opts.group, e.opts.all
	selection, err := rules.CompileSelection(e.opts.where, e.opts.columns, rules.Scope{Schema: s, Groups: true})
	if err != nil {
		return how, err
	}
	if e.opts.where != "" || len(e.opts.columns) > 0 {
		how.Groups = selection.ReadsGroups()
		how.Choose = chooser(selection, len(e.opts.columns) > 0)
	}
	if len(e.opts.columns) > 0 {
		how.Attributes = exportedColumns(selection)
		e.tellComputed(selection.Columns())
	} else if how.Attributes, err = listing.Attributes(s, e.opts.attributes, e.opts.absent); err != nil {
		return how, &refusal.UsageError{Err: fmt.Errorf("--attributes: %w", err), Remedy: refusal.HintOf(err)}
	}
	e.tellReadOnly(how.Attributes)
	return how, nil
}

// exportedColumns are the columns of a selection as an export names them.
func exportedColumns(s *rules.Selection) (columns []report.ExportedAttribute) {
	for _, c := range s.Columns() {
		columns = append(columns, report.ExportedAttribute{Name: c.Name, ReadOnly: !c.Written && c.Name != "sub"})
	}
	return columns
}

// chooser has a selection choose users, and give their values where it has columns.
func chooser(s *rules.Selection, columns bool) func(*cognito.User, []string) (bool, []report.Value, error) {
	selector := s.Selector()
	return func(u *cognito.User, groups []string) (bool, []report.Value, error) {
		subject := job.Subject(u)
		subject.Groups = groups
		chosen, cells, err := selector.Select(subject)
		if err != nil || !chosen || !columns {
			return chosen, nil, err
		}
		values := make([]report.Value, len(cells))
		for i, c := range cells {
			values[i] = report.Value(c)
		}
		return true, values, nil
	}
}

// tellComputed says which attributes the file, once applied, would give other values than they have.
func (e *exportRun) tellComputed(columns []rules.Column) {
	var names []string
	for _, c := range columns {
		if c.Written && c.Expr != "" {
			names = append(names, c.Name)
		}
	}
	if names != nil {
		fmt.Fprintf(e.notes, "%-8s %s: computed, and written by apply\n", "note", prose.Printable(strings.Join(names, ", ")))
	}
}

// tellReadOnly says which of what was asked for apply will pass over.
func (e *exportRun) tellReadOnly(attributes []report.ExportedAttribute) {
	var names, columns []string
	for _, a := range attributes {
		if a.ReadOnly {
			names, columns = append(names, a.Name), append(columns, a.Column())
		} else if a.Name != "sub" {
			e.appliable = true
		}
	}
	switch {
	case names == nil:
	case len(e.opts.columns) > 0:
		fmt.Fprintf(e.notes, "%-8s there to be read, and passed over by apply: %s\n", "note", prose.Printable(strings.Join(columns, ", ")))
	default:
		fmt.Fprintf(e.notes, "%-8s nobody can write %s: exported as %s, which apply passes over\n", "note",
			prose.Printable(strings.Join(names, ", ")), prose.Printable(strings.Join(columns, ", ")))
	}
}

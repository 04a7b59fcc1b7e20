package audit

import (
	"errors"
	"maps"
	"slices"

	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// personal are the standard attributes whose values tell who a person is; they are not shown.
var personal = [...]string{"address", "birthdate", "email", "family_name", "given_name", "middle_name", "name",
	"nickname", "phone_number", "picture", "preferred_username", "profile", "website"}

// IsPersonal tells whether the values of a standard attribute tell who a person is.
func IsPersonal(name string) bool { return slices.Contains(personal[:], name) }

// tally counts what is found, and hands every row on to the writer.
type tally struct {
	writer Writer
	schema *schema.Schema
	hidden []string // attributes whose values are not shown, besides those that are personal

	result     Result
	failing    firsts
	attributes map[string]*attributeTally
}

type attributeTally struct {
	counts      Counts
	transitions transitions
}

func newTally(cfg Config) *tally {
	return &tally{writer: cfg.Writer, schema: cfg.Pool.Schema, hidden: cfg.Hidden, attributes: map[string]*attributeTally{}}
}

// rows counts and keeps the verdicts of records.
func (t *tally) rows(rows []Row) error {
	if err := t.count(rows); err != nil {
		return err
	}
	for _, r := range rows {
		if err := t.writer.Row(r); err != nil {
			return err
		}
	}
	return nil
}

// count counts verdicts that are not worth a row.
func (t *tally) count(rows []Row) error {
	for _, r := range rows {
		t.result.Verdicts.add(r.Verdict)
		if t.schema.Known(r.Attribute) { // what else files may name has no bound
			t.countOf(r)
		}
	}
	return nil
}

func (t *tally) countOf(r Row) {
	a := t.attributes[r.Attribute]
	if a == nil {
		a = &attributeTally{}
		t.attributes[r.Attribute] = a
	}
	a.counts.add(r.Verdict)
	changes := (r.Verdict == Change || r.Verdict == Delete) && r.Before != r.After
	if changes && !IsPersonal(r.Attribute) && !slices.Contains(t.hidden, r.Attribute) {
		a.transitions.add(r.Before, r.After)
	}
}

// user counts a user whose net change is known.
func (t *tally) user(s *subject) {
	t.result.Users++
	if s.merger.count > 1 {
		t.result.Repeated++
	}
}

const noUser = "the pool has no such user"

// fail counts a record that cannot be applied, and keeps the first few as examples.
func (t *tally) fail(c *sources.Change, why string) {
	t.result.Failing++
	t.failing.keep(spot{recordPlace(c), c.Place() + ": " + why})
}

// idle tells of a record that asks for nothing.
func (t *tally) idle(c *sources.Change) error { return t.rows([]Row{idleRow(c)}) }

func idleRow(c *sources.Change) Row {
	return Row{File: c.File, Line: c.Line, Username: c.Username, Verdict: Unchanged, Note: "nothing to change"}
}

// missing tells of a record whose user is not in the pool.
func (t *tally) missing(c *sources.Change, why string) error {
	t.fail(c, why)
	return t.rows(eachAttribute(c, Missing, func(string) string { return why }))
}

// invalid tells of a record that cannot be applied, and why.
func (t *tally) invalid(c *sources.Change, err error) error {
	t.fail(c, err.Error())
	t.result.Remedies = addRemedies(t.result.Remedies, err)
	reasons := map[string]string{}
	for _, e := range valueErrors(err) {
		reasons[e.Attribute] = e.Msg
	}
	if c.Err != nil || len(reasons) == 0 {
		return t.rows([]Row{{File: c.File, Line: c.Line, Username: c.Username, Verdict: Invalid, Note: err.Error()}})
	}
	return t.rows(eachAttribute(c, Invalid, func(name string) string {
		if reason, ok := reasons[name]; ok {
			return reason
		}
		return "refused with the record: " + err.Error()
	}))
}

// valueErrors lists the problems of a record, which may be one or several.
func valueErrors(err error) []*schema.ValueError {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var list []*schema.ValueError
		for _, err := range several.Unwrap() {
			list = append(list, valueErrors(err)...)
		}
		return list
	}
	if e, ok := errors.AsType[*schema.ValueError](err); ok {
		return []*schema.ValueError{e}
	}
	return nil
}

// eachAttribute gives all attributes of a record one verdict; a record without any gets one row.
func eachAttribute(c *sources.Change, v Verdict, note func(attribute string) string) []Row {
	row := Row{File: c.File, Line: c.Line, Username: c.Username, Verdict: v}
	if len(c.Attributes) == 0 {
		row.Note = note("")
		return []Row{row}
	}
	rows := make([]Row, 0, len(c.Attributes))
	for _, a := range c.Attributes {
		row.Attribute, row.After, row.Note = a.Name, target(a), note(a.Name)
		rows = append(rows, row)
	}
	return rows
}

// finish returns the counts, by attribute too.
func (t *tally) finish() *Result {
	r := &t.result
	for _, s := range t.failing {
		r.Examples = append(r.Examples, s.told)
	}
	r.Attributes = make([]AttributeResult, 0, len(t.attributes))
	for _, name := range slices.Sorted(maps.Keys(t.attributes)) {
		a := t.attributes[name]
		result := AttributeResult{Name: name, Counts: a.counts}
		a.transitions.told(&result)
		r.Attributes = append(r.Attributes, result)
	}
	return r
}

package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// Verdict says what would become of an attribute of a record.
type Verdict string

// The verdicts.
const (
	Change    Verdict = "change"
	Delete    Verdict = "delete"
	Unchanged Verdict = "unchanged" // it has the value already, or is absent already
	Missing   Verdict = "missing"   // the pool has no such user
	Invalid   Verdict = "invalid"   // the record cannot be decoded, or the schema refuses it
	Conflict  Verdict = "conflict"  // a live value is not what the record expects
	Skipped   Verdict = "skipped"   // the same, where that is no failure
	Duplicate Verdict = "duplicate" // a later record of the same user sets it again
	Taken     Verdict = "taken"     // another user's, who loses it to the user of the record
)

// Row is the verdict on one attribute of one record: a line of audit.csv. It has an empty Attribute
// where it is about the record as a whole.
type Row struct {
	File      string
	Line      int
	Username  string // as the record has it
	Attribute string
	Verdict   Verdict
	Before    string // the live value; "" for none, or if it was not read
	After     string // the value that the record gives; "" if it deletes
	Note      string

	begin sources.Position // of the record
	undo  bool             // the record is an entry of an undo file: the value was in the pool
}

// place is where a record begins: a line of a file, or, where a rule made the record, the user.
type place struct {
	file  string
	line  int // 0: of a user
	begin sources.Position
}

func (r Row) place() place { return place{r.File, r.Line, r.begin} }

func recordPlace(c *sources.Change) place { return place{c.File, c.Line, c.Begin} }

// String is the place for people.
func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

// Options are the choices that change what is sent.
type Options struct {
	// KeepVerified sends email_verified and phone_number_verified as true where they are true, their
	// address changes, and the record says nothing of them (--verified keep).
	KeepVerified bool
	// Schema tells which attributes are true or false, which is compared in any case; nil: only the verified flags are.
	Schema *schema.Schema
	// SkipConflicts says that a record which is in conflict is skipped, and is no failure, unless the name belongs to
	// another user than it is meant for (--on-conflict skip).
	SkipConflicts bool
	// Partial says that a user may have more attributes than were read, as with the user's own token,
	// which shows what its app client may read. What is to be deleted is deleted then, seen or not.
	Partial bool
}

// Diff is a record held against a live user.
type Diff struct {
	// Rows are the verdicts, one per attribute in the order of the record; then flags that are kept,
	// and conflicts of attributes that the record expects without setting them.
	Rows []Row
	// Send is what is left to send; nothing if there is a conflict.
	Send []sources.Attribute
	// Expect are the live values of what is sent, as preconditions.
	Expect []sources.Attribute

	conflicts []conflict
	skip      bool               // they are no failure
	refused   *schema.ValueError // it asks for what cannot be of this user
}

// same tells whether two values of an attribute say the same: the service keeps True and TRUE as they were sent.
func (o *Options) same(name, a, b string) bool {
	if a == b {
		return true
	}
	_, flag := addressOf(name)
	if !flag && name != schema.Enabled && (o.Schema == nil || !o.Schema.IsBoolean(name)) {
		return false
	}
	return schema.IsTrue(a) && schema.IsTrue(b) || schema.IsFalse(a) && schema.IsFalse(b)
}

// Compare holds a record against the user as it is. A value that the user has already is unchanged;
// only otherwise is it held against what the record expects, so that a record applied twice is no
// conflict. A sub is compared in any case. If one attribute is in conflict, none is sent.
//
// A flag that is to be true where the user has no such address is refused, with the whole record.
//
// A verified flag is sent even if it has its value already, if its address changes with it: Cognito
// resets the flag with the address.
//
// If live is nil the user was not read: everything counts as a change and nothing as expected.
func Compare(live *cognito.User, c *sources.Change, opts Options) Diff {
	wanted := c.Attributes
	if opts.KeepVerified {
		wanted = withKeptFlags(live, wanted)
	}
	d := Diff{Rows: make([]Row, 0, len(wanted))}
	for i, a := range wanted {
		row := Row{File: c.File, Line: c.Line, Username: c.Username, begin: c.Begin, undo: c.Undo,
			Attribute: a.Name, Before: valueOf(live, a.Name), After: target(a)}
		row.Verdict = Unchanged
		unseen := opts.Partial && row.Before == "" && a.Delete
		if live == nil || unseen || (!opts.same(a.Name, row.Before, row.After) || resetWith(live, a.Name, wanted)) && !moot(a, addressAfter(live, a.Name, wanted)) {
			row.Verdict = changing(row.After)
			d.Send = append(d.Send, attribute(a.Name, row.After))
			d.checkFlag(live, row, wanted, opts)
		}
		if i >= len(c.Attributes) {
			row.Note = "kept as it is, with the new address"
		}
		d.Rows = append(d.Rows, row)
	}
	if live == nil {
		return d
	}
	if d.findConflicts(live, c, opts); len(d.conflicts) > 0 {
		d.skip = opts.SkipConflicts && !ofOther(d.conflicts)
		d.holdBack(c)
		return d
	}
	if d.refused != nil {
		d.Send = nil
		return d
	}
	for _, a := range d.Send {
		d.Expect = append(d.Expect, attribute(a.Name, valueOf(live, a.Name)))
	}
	return d
}

// checkFlag refuses a flag that is to be true of no address. Who sees a part of the user cannot tell.
func (d *Diff) checkFlag(live *cognito.User, row Row, wanted []sources.Attribute, opts Options) {
	if _, ok := addressOf(row.Attribute); ok && live != nil && !opts.Partial && schema.IsTrue(row.After) &&
		addressAfter(live, row.Attribute, wanted) == "" {
		d.refused = schema.NoAddress(row.Attribute)
	}
}

// Conflict returns the conflicts as a *[ConflictError], or nil.
func (d *Diff) Conflict() error {
	if len(d.conflicts) == 0 {
		return nil
	}
	return &ConflictError{conflicts: d.conflicts, skip: d.skip}
}

// Err says why nothing is sent: a conflict, or what cannot be of this user. It is nil where nothing stands against it.
func (d *Diff) Err() error {
	if len(d.conflicts) == 0 && d.refused != nil {
		return d.refused
	}
	return d.Conflict()
}

// findConflicts compares what the record expects with what the user has.
func (d *Diff) findConflicts(live *cognito.User, c *sources.Change, opts Options) {
	for _, e := range c.Expect {
		has, want := valueOf(live, e.Name), target(e)
		if opts.same(e.Name, has, want) {
			continue
		}
		i := d.row(e.Name)
		switch {
		case e.Name == "sub":
		case i >= 0 && opts.same(e.Name, has, d.Rows[i].After): // it is as it is to be
			continue
		case i < 0 && len(d.Send) == 0: // nothing is sent that it could protect
			continue
		}
		d.conflicts = append(d.conflicts, conflict{e.Name, want, has})
	}
}

// row is the index of the verdict on an attribute, -1 for none.
func (d *Diff) row(name string) int {
	return slices.IndexFunc(d.Rows, func(r Row) bool { return r.Attribute == name })
}

// holdBack turns what would be sent into conflicts.
func (d *Diff) holdBack(c *sources.Change) {
	d.Send = nil
	verdict := Conflict
	if d.skip {
		verdict = Skipped
	}
	held := "held back: " + shown(d.conflicts[0].name) + " is in conflict"
	for i := range d.Rows {
		if d.Rows[i].Verdict != Unchanged {
			d.Rows[i].Verdict, d.Rows[i].Note = verdict, held
		}
	}
	for _, x := range d.conflicts {
		i := d.row(x.name)
		if i < 0 {
			i = len(d.Rows)
			d.Rows = append(d.Rows, Row{File: c.File, Line: c.Line, Username: c.Username, begin: c.Begin,
				Attribute: x.name, Before: x.has, After: x.has})
		}
		d.Rows[i].Verdict, d.Rows[i].Note = verdict, "expected "+quoted(x.want)
	}
}

// conflict is a live value that is not what a record expects.
type conflict struct{ name, want, has string }

// ConflictError says which live values are not what a record expects. The record is not sent.
type ConflictError struct {
	conflicts []conflict
	skip      bool
}

func (e *ConflictError) Error() string {
	texts := make([]string, len(e.conflicts))
	for i, c := range e.conflicts {
		texts[i] = fmt.Sprintf("%s: expected %s, the user has %s", shown(c.name), quoted(c.want), quoted(c.has))
	}
	return strings.Join(texts, "; ")
}

// Public names the attributes without their values, which are users' data.
func (e *ConflictError) Public() string {
	names := make([]string, len(e.conflicts))
	for i, c := range e.conflicts {
		names[i] = shown(c.name)
	}
	return strings.Join(names, ", ") + ": not as the record expects"
}

// Skip implements [pipeline.Skip].
func (e *ConflictError) Skip() bool { return e.skip }

// Class is "conflict".
func (e *ConflictError) Class() string { return "conflict" }

// Code is "Conflict", or "OtherUser" if it is the sub that differs.
func (e *ConflictError) Code() string {
	if ofOther(e.conflicts) {
		return "OtherUser"
	}
	return "Conflict"
}

// Hint says what to do.
func (e *ConflictError) Hint() string {
	if ofOther(e.conflicts) {
		return "the name belongs to another user than when the record was made: name the user by its sub"
	}
	return "the value was changed after the record was made: plan again, or take the precondition out"
}

// ofOther tells whether the user is another one than the record is meant for.
func ofOther(conflicts []conflict) bool {
	return slices.ContainsFunc(conflicts, func(c conflict) bool { return c.name == "sub" })
}

// changing is the verdict on an attribute that gets another value.
func changing(after string) Verdict {
	if after == "" {
		return Delete
	}
	return Change
}

// target is the value that an attribute is to have, "" for none.
func target(a sources.Attribute) string {
	if a.Delete {
		return ""
	}
	return a.Value
}

// attribute is the inverse of target.
func attribute(name, value string) sources.Attribute {
	return sources.Attribute{Name: name, Value: value, Delete: value == ""}
}

// valueOf is a live value, "" for none: of an attribute, or of the account.
func valueOf(u *cognito.User, name string) string {
	switch {
	case u == nil:
		return ""
	case name == schema.Status:
		return u.Status
	case name == schema.Enabled:
		return strconv.FormatBool(u.Enabled)
	default:
		return u.Attributes[name]
	}
}

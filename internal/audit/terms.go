package audit

import (
	"cmp"
	"errors"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// Terms are how the records of a change set are to be applied, as far as that decides which of them can
// be, what else happens and what it costs.
type Terms struct {
	Pool *cognito.Pool
	// Unknown says that the pool was not described, which users' own tokens do without: nobody knows what
	// it does with a new address, nor its triggers.
	Unknown bool
	// KeepVerified is that of Options.
	KeepVerified bool
	// AllowTakeover says that addresses may be taken from other users who sign in by them.
	AllowTakeover bool

	NoRead   bool // users are not read before they are changed
	AsUser   bool // each is changed with its own access token
	Strict   bool // values that nobody meant are refused
	Metadata bool // every call has client metadata, besides that of its record
	// Rate and ReadRate are the paces of updates and of reads, in calls a second, above 0; pipeline.Unlimited
	// is no limit.
	Rate, ReadRate float64
	Ruled          bool   // a rule makes the records of users, and nobody has written them
	Limit          int64  // how many records are taken; 0: all
	Long           *Long  // of a long CSV; nil for another change set
	Deletes        string // the cell that deletes; "" where none does, for it is no CSV of attributes
	Noun           string // what people call a record, where it has a word of its own: row
}

// Long is a long CSV.
type Long struct {
	Records int64  // about so many, if that is known: memory is then taken once
	Sort    string // the command that sorts it by its users; "" where there is none, or none any more
}

// Check says why a record cannot be applied, as far as that can be told without a call. [ErrExpect] is
// the fault of the terms rather than of the record.
func (t Terms) Check(c *sources.Change) error {
	if c.Err != nil {
		return c.Err
	}
	if t.NoRead && conditional(c) {
		return ErrExpect
	}
	if err := t.Pool.Schema.Check(c); err != nil {
		return err
	}
	if t.Strict {
		if err := schema.CheckStrict(c); err != nil {
			return err
		}
	}
	if address := changedName(t.Pool, c); t.NoRead && address != "" {
		return &nameChangedError{address}
	}
	return nil
}

// Warnings are those that hold whatever the records are.
func (t Terms) Warnings() []Warning { return newWarnings(t, true).list() }

// noun is what people call a record.
func (t *Terms) noun() string { return cmp.Or(t.Noun, "record") }

// conditional tells whether a record has preconditions. A sub is none, for it only tells of the user.
func conditional(c *sources.Change) bool {
	return slices.ContainsFunc(c.Expect, func(e sources.Attribute) bool { return e.Name != "sub" })
}

// ErrExpect says that a change set has preconditions where users are not to be read.
var ErrExpect error = expectError{errors.New("the change set has preconditions (expect), which --no-read cannot look at")}

type expectError struct{ error }

// Hint says how to mend it.
func (expectError) Hint() string {
	return "leave --no-read out, or take the expect columns or fields out (--ignore)"
}

// nameChangedError refuses a record that changes the address which names its user, where the user is not
// read first.
type nameChangedError struct{ address string }

func (e *nameChangedError) Error() string {
	return e.address + ": the record changes the address that names its user, and done again it would find nobody"
}

// Class is that of the records that the check refuses.
func (e *nameChangedError) Class() string { return "schema" }

// Code names the rule.
func (e *nameChangedError) Code() string { return "NameChanged" }

// Hint says how to mend it.
func (e *nameChangedError) Hint() string {
	return "name the user by its username or sub, or leave --no-read out"
}

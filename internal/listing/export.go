package listing

import (
	"cmp"
	"context"
	"errors"
	"io"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
)

// Exporting says what is exported, and how.
type Exporting struct {
	report.ExportConfig
	Filter string // of ListUsers; empty: all users
	Group  string // whose members are exported, instead; empty: all users
	// All is an export of everything: all attributes, the accounts and their groups, in JSONL. Else it has the attributes that it
	// names.
	All bool
	// Groups says that Choose asks for the groups of users.
	Groups bool
	// Choose tells whether a user is exported, and what the export holds of it: nil for its attributes, as they are. Nil: all are.
	Choose func(u *cognito.User, groups []string) (bool, []report.Value, error)
}

// Exported is what came of an export.
type Exported struct {
	Users   int64
	Of      int64 // of so many that were read
	LeftOut int64 // values that the format cannot carry
	Calls   int64 // of ListUsers, or of ListUsersInGroup for the group
	// GroupCalls are those for groups and their members.
	GroupCalls int64
	Notes      []string // of how they were read
}

// UserError says for whom it could not be told what the export is to hold.
type UserError struct {
	User string // by the sub, or else the username: the first
	More int64  // users of whom the same is true, for whatever reason
	Err  error
}

func (e *UserError) Error() string {
	text := "user " + e.User + ": " + e.Err.Error()
	if e.More > 0 {
		text += ", and so it is with " + prose.Plural(e.More, "other user")
	}
	return text
}

func (e *UserError) Unwrap() error { return e.Err }

// WriteError is the error of what an export is written to.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return e.Err.Error() }
func (e *WriteError) Unwrap() error { return e.Err }

// Export reads the users of a pool and writes them, once all are there, in the order of their subs.
func Export(ctx context.Context, from *Reader, to io.Writer, how Exporting) (*Exported, error) {
	out, err := report.NewExport(to, how.ExportConfig)
	if err != nil {
		return nil, &WriteError{err}
	}
	e := &exporting{how: how, out: out}
	r := &Exported{}
	if how.All || how.Groups {
		if e.groups, err = from.Memberships(ctx); err != nil {
			return nil, err
		}
		r.GroupCalls = from.Calls()
	}
	users, err := how.read(ctx, from)
	if err != nil {
		return nil, err
	}
	if err = e.check(ctx, users); err == nil {
		err = e.write(ctx, users)
	}
	if err := errors.Join(err, users.Close()); err != nil {
		return nil, err
	}
	r.Users, r.Of, r.LeftOut, r.Calls, r.Notes = e.users, users.Len(), out.LeftOut(), from.Calls()-r.GroupCalls, from.Notes()
	return r, nil
}

// read reads the users among which is chosen.
func (how *Exporting) read(ctx context.Context, from *Reader) (*Snapshot, error) {
	switch {
	case how.Group != "":
		return from.Group(ctx, how.Group)
	case how.Filter != "":
		return from.Filter(ctx, how.Filter)
	default:
		return from.Pool(ctx)
	}
}

// exporting is an export in the making.
type exporting struct {
	how    Exporting
	out    *report.Export
	groups map[string][]string // by username; nil: nobody asks for them
	users  int64               // that were written
}

// check looks for users for whom it cannot be told what the export is to hold, before any of it is written.
func (e *exporting) check(ctx context.Context, users *Snapshot) error {
	if e.how.Choose == nil {
		return nil
	}
	var failed *UserError
	for u, err := range users.Users() {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		_, _, err := e.how.Choose(u, e.groups[u.Username])
		switch {
		case err == nil:
		case failed == nil:
			failed = &UserError{User: cmp.Or(u.Attributes[sub], u.Username), Err: err}
		default:
			failed.More++
		}
	}
	if failed != nil {
		return failed
	}
	return nil
}

// write writes the users that are chosen.
func (e *exporting) write(ctx context.Context, users *Snapshot) error {
	for u, err := range users.Users() {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if err := e.user(u); err != nil {
			return err
		}
	}
	if err := e.out.Flush(); err != nil {
		return &WriteError{err}
	}
	return nil
}

// user writes a user, with all that is known of it or with what the export names, if it is chosen.
func (e *exporting) user(u *cognito.User) error {
	var values []report.Value
	groups := e.groups[u.Username]
	if e.how.Choose != nil {
		chosen, made, err := e.how.Choose(u, groups)
		if err != nil {
			return err
		}
		if !chosen {
			return nil
		}
		values = made
	}
	var err error
	switch {
	case e.how.All:
		err = e.out.Account(u.Username, u.Attributes, report.Account{
			Status: u.Status, Enabled: u.Enabled, Created: u.Created, Modified: u.Modified, Groups: groups,
		})
	case values != nil:
		err = e.out.Row(u.Username, values)
	default:
		err = e.out.User(u.Username, u.Attributes)
	}
	if err != nil {
		return &WriteError{err}
	}
	e.users++
	return nil
}

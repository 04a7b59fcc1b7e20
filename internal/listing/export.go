package listing

import (
	"context"
	"errors"
	"io"

	"attrmigrate/internal/report"
)

// Exporting says what is exported, and how.
type Exporting struct {
	report.ExportConfig
	Filter string // of ListUsers; empty: all users
	// All is an export of everything: all attributes, the accounts and their groups, in JSONL. Else it has the attributes that it
	// names.
	All bool
}

// Exported is what came of an export.
type Exported struct {
	Users   int64
	LeftOut int64 // values that the format cannot carry
	Calls   int64 // of ListUsers
	// GroupCalls are those for groups and their members.
	GroupCalls int64
	Notes      []string // of how they were read
}

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
	r := &Exported{}
	var groups map[string][]string
	if how.All {
		if groups, err = from.Memberships(ctx); err != nil {
			return nil, err
		}
		r.GroupCalls = from.Calls()
	}
	read := from.Pool
	if how.Filter != "" {
		read = func(ctx context.Context) (*Snapshot, error) { return from.Filter(ctx, how.Filter) }
	}
	users, err := read(ctx)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(writeUsers(ctx, out, users, how.All, groups), users.Close()); err != nil {
		return nil, err
	}
	r.Users, r.LeftOut, r.Calls, r.Notes = users.Len(), out.LeftOut(), from.Calls()-r.GroupCalls, from.Notes()
	return r, nil
}

// writeUsers writes users, with all that is known of them or with what the export names.
func writeUsers(ctx context.Context, out *report.Export, users *Snapshot, all bool, groups map[string][]string) error {
	for u, err := range users.Users() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if all {
			err = out.Account(u.Username, u.Attributes, report.Account{
				Status: u.Status, Enabled: u.Enabled, Created: u.Created, Modified: u.Modified, Groups: groups[u.Username],
			})
		} else {
			err = out.User(u.Username, u.Attributes)
		}
		if err != nil {
			return &WriteError{err}
		}
	}
	if err := out.Flush(); err != nil {
		return &WriteError{err}
	}
	return nil
}

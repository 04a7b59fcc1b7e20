package listing

import (
	"context"
	"io"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
)

// Exporting says what is exported, and how.
type Exporting struct {
	report.ExportConfig
	Filter string // of ListUsers; empty: all users
	// Groups lists who is in which group, for an export of everything: all attributes, the accounts and their groups, in JSONL.
	// Nil: the export has the attributes that it names.
	Groups   GroupLister
	ListRate float64 // calls a second, pipeline.Unlimited for any number
	Attempts int     // that a call has
	// Progress is told how many users of about how many are written.
	Progress func(done, total int64)
}

// Exported is what came of an export.
type Exported struct {
	Users   int64
	LeftOut int64 // values that the format cannot carry
	Calls   int64 // of ListUsers
	// GroupCalls are those for groups and their members.
	GroupCalls int64
}

// WriteError is the error of what an export is written to.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return e.Err.Error() }
func (e *WriteError) Unwrap() error { return e.Err }

// Export lists the users of a pool and writes each page as it comes.
func Export(ctx context.Context, from Lister, pool *cognito.Pool, to io.Writer, how Exporting) (*Exported, error) {
	out, err := report.NewExport(to, how.ExportConfig)
	if err != nil {
		return nil, &WriteError{err}
	}
	r := &Exported{}
	how.Progress(0, pool.EstimatedUsers)
	pager := NewPager(from, pool.ID, how.ListRate, how.Attempts, pipeline.Backoff{})
	var groups map[string][]string
	if how.Groups != nil {
		if groups, err = pager.memberships(ctx, how.Groups); err != nil {
			return nil, err
		}
		r.GroupCalls = pager.Calls()
	}
	err = pager.Pages(ctx, how.Filter, func(users []cognito.User) error {
		if err := writePage(out, users, how.Groups != nil, groups); err != nil {
			return &WriteError{err}
		}
		r.Users += int64(len(users))
		how.Progress(r.Users, max(r.Users, pool.EstimatedUsers))
		return nil
	})
	if err != nil {
		return nil, err
	}
	how.Progress(r.Users, r.Users) // the pool's own number is an estimate, and of all users
	r.LeftOut, r.Calls = out.LeftOut(), pager.Calls()-r.GroupCalls
	return r, nil
}

// writePage writes users, with all that is known of them or with what the export names.
func writePage(out *report.Export, users []cognito.User, all bool, groups map[string][]string) (err error) {
	for i := range users {
		switch u := &users[i]; {
		case all:
			err = out.Account(u.Username, u.Attributes, report.Account{
				Status: u.Status, Enabled: u.Enabled, Created: u.Created, Modified: u.Modified, Groups: groups[u.Username],
			})
		default:
			err = out.User(u.Username, u.Attributes)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

package cli

import (
	"context"
	"slices"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// preparer reads each user before it is changed: what holds already is left out, what is not as the
// record expects is a conflict, and what is left to send gets an undo entry first. It is used by many
// goroutines.
type preparer struct {
	users   userReader
	options audit.Options
	reports *report.Files // whose undo file takes the entries
	history history       // empty in a run that begins
}

// userReader reads the user of a record, in one attempt.
type userReader interface {
	// The name is the record's, or the Username of an earlier answer.
	user(ctx context.Context, c *sources.Change, name string) (*cognito.User, error)
}

// adminReader reads users with AWS credentials.
type adminReader struct {
	client *cognito.Client
	poolID string
}

func (r adminReader) user(ctx context.Context, _ *sources.Change, name string) (*cognito.User, error) {
	return r.client.GetUser(ctx, r.poolID, name)
}

var _ pipeline.Preparer = (*preparer)(nil)

// Prepare implements [pipeline.Preparer]. What is sent names the user by the Username that was read,
// so that a record which changes the address that names its user can be looked at again.
func (p *preparer) Prepare(ctx context.Context, c, sent *sources.Change) (*sources.Change, error) {
	name := c.Username
	if sent != nil {
		name = sent.Username
	}
	user, err := p.read(ctx, c, name)
	if err != nil {
		return nil, err
	}
	diff := audit.Compare(user, c, p.options)
	if err := diff.Conflict(); err != nil {
		return nil, err
	}
	if len(diff.Send) == 0 {
		return nil, nil
	}
	net := *c
	net.Username, net.Attributes = user.Username, diff.Send
	if sent != nil { // the first image stands
		return &net, nil
	}
	entry := report.UndoEntry{Username: user.Username, Before: audit.Before(user, net.Attributes), Wrote: net.Attributes,
		Input: c.Begin.Input, Line: c.Line}
	if user.Username != c.Username {
		entry.Name = c.Username
	}
	if err := p.reports.Undo(entry); err != nil {
		return nil, &pipeline.StopError{Reason: pipeline.NotKept, Err: err}
	}
	return &net, nil
}

// Holds implements [pipeline.Preparer].
func (p *preparer) Holds(ctx context.Context, sent *sources.Change) (bool, error) {
	user, err := p.users.user(ctx, sent, sent.Username)
	if err != nil {
		return false, err
	}
	diff := audit.Compare(user, &sources.Change{Username: sent.Username, Attributes: addresses(sent)}, audit.Options{})
	return len(diff.Send) == 0, nil
}

// addresses are those that a record sets.
func addresses(c *sources.Change) []sources.Attribute {
	return slices.DeleteFunc(slices.Clone(c.Attributes), func(a sources.Attribute) bool { return !audit.IsAddress(a.Name) })
}

// read reads the user that a record names: the one of before, if an earlier start has sent the record.
func (p *preparer) read(ctx context.Context, c *sources.Change, name string) (*cognito.User, error) {
	if username, ok := p.history.user(c); ok {
		name = username
	}
	return p.users.user(ctx, c, name)
}

package job

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
// record expects is a conflict, and what is left to send gets an undo entry first, as do those who lose an address
// by it. It is used by many goroutines.
type preparer struct {
	users    userReader
	options  audit.Options
	pool     *cognito.Pool
	takeover bool                       // addresses may be taken from other users
	await    func(context.Context) bool // waits for the permit of one more read, and tells whether there was one
	reports  *report.Files              // whose undo file takes the entries
	history  history                    // empty in a run that begins
}

// userReader reads the user of a record, in one attempt.
type userReader interface {
	// The name is the record's, or the Username of an earlier answer.
	User(ctx context.Context, c *sources.Change, name string) (*cognito.User, error)
}

var _ pipeline.Preparer = (*preparer)(nil)

// Prepare implements [pipeline.Preparer]. What is sent names the user by the Username that was read,
// so that a record which changes the address that names its user can be looked at again; and it expects the
// image of the user that was read, for which there is an undo entry then.
func (p *preparer) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	name := c.Username
	if earlier != nil {
		name = earlier.Username
	}
	user, err := p.read(ctx, c, name)
	if err != nil {
		return nil, err
	}
	diff := audit.Compare(user, c, p.options)
	if err := diff.Err(); err != nil {
		return nil, err
	}
	if len(diff.Send) == 0 {
		return nil, nil
	}
	net := *c
	net.Username, net.Attributes, net.Expect = user.Username, diff.Send, audit.Before(user, diff.Send)
	losses, err := p.losses(ctx, c, user, diff.Send)
	if err != nil {
		return nil, err
	}
	if earlier != nil && len(losses) == 0 && isWithin(net.Expect, earlier.Expect) {
		return &net, nil // the undo entry of before goes back to the same
	}
	entry := report.UndoEntry{Username: user.Username, Before: net.Expect, Wrote: net.Attributes,
		Input: c.Begin.Input, Line: c.Line, Order: c.Order}
	if user.Username != c.Username {
		entry.Name = c.Username
	}
	if err := pipeline.Keep(ctx, func() error { return p.reports.Undo(append(losses, entry)...) }); err != nil {
		return nil, &pipeline.StopError{Reason: pipeline.NotKept, Err: err}
	}
	return &net, nil
}

// isWithin says whether each attribute of an image is in another one, with the same value.
func isWithin(image, other []sources.Attribute) bool {
	return !slices.ContainsFunc(image, func(a sources.Attribute) bool { return !slices.Contains(other, a) })
}

// Holds implements [pipeline.Preparer].
func (p *preparer) Holds(ctx context.Context, sent *sources.Change) (bool, error) {
	user, err := p.users.User(ctx, sent, sent.Username)
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
	return p.users.User(ctx, c, name)
}

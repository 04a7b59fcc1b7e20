package job

import (
	"context"
	"unicode/utf8"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// A record that claims an address takes it from whoever signs in by it. So before it is sent that user is looked for, by the
// address itself, which is how the service would find one: AdminGetUser knows the pool's view of case, and is not
// behind as a list may be.

// longestName is how many characters a name may have that finds a user (UsernameType of the API model).
const longestName = 128

// losses are the undo entries of those who lose an address by an update of a user: they stand before the user's own, and
// so are applied after it. Where that is not allowed such an update is refused.
func (p *preparer) losses(ctx context.Context, c *sources.Change, user *cognito.User, sent []sources.Attribute) ([]report.UndoEntry, error) {
	var entries []report.UndoEntry
	for _, claim := range audit.Claims(p.pool, user, sent) {
		holder, err := p.holder(ctx, c, claim)
		switch {
		case err != nil:
			return nil, err
		case holder == nil || holder.Username == user.Username:
			continue
		case !p.takeover:
			return nil, &audit.HeldError{Attribute: claim.Attribute}
		}
		had, has := claim.Loss(holder)
		entries = append(entries, report.UndoEntry{Username: holder.Username, Before: had, Wrote: has,
			Input: c.Begin.Input, Line: c.Line, Order: c.Order})
	}
	return entries, nil
}

// holder is who signs in by an address now; nil is nobody. The read takes a permit of its own.
func (p *preparer) holder(ctx context.Context, c *sources.Change, claim audit.Claim) (*cognito.User, error) {
	if utf8.RuneCountInString(claim.Value) > longestName { // nobody can sign in by it
		return nil, nil
	}
	if p.await != nil && !p.await(ctx) {
		return nil, pipeline.ErrStopping
	}
	user, err := p.users.User(ctx, c, claim.Value)
	switch {
	case refusal.CodeOf(err) == "UserNotFoundException":
		return nil, nil
	case err != nil:
		return nil, err
	case !claim.HeldBy(p.pool, user):
		return nil, nil // found by another name
	default:
		return user, nil
	}
}

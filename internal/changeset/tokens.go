package changeset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// tokens reads what access tokens say, for --as user: the token of a record tells who its user is, and
// whether Cognito will take it. It is not modified, and used by many goroutines.
type tokens struct {
	poolID string    // the only pool whose tokens are taken
	since  time.Time // what has expired then is told before the first write
}

// name gives a record the sub of its token's user for a username, or the reason why Cognito would not
// take the token.
func (t *tokens) name(c *sources.Change) {
	if c.Err != nil {
		return
	}
	token, err := cognito.ParseToken(string(c.Token))
	if err == nil {
		c.Username, err = token.Subject, token.Check(t.since, t.poolID)
	}
	c.Err = err
}

// WithTokens is the set whose records are named by their access tokens: of one pool, and good at that time. A
// record whose token is not has the reason as its error.
func (s *Set) WithTokens(poolID string, since time.Time) *Set {
	other := s.as()
	other.tokens, other.decoding.UserPoolID = &tokens{poolID: poolID, since: since}, poolID
	return other
}

// Since is the set whose tokens have to be good at another time. One without tokens is left as it is.
func (s *Set) Since(at time.Time) *Set {
	if s.tokens == nil {
		return s
	}
	return s.WithTokens(s.tokens.poolID, at)
}

// FirstToken is the first access token of the change set that can be read: it tells the user pool, and its Region.
func (s *Set) FirstToken(ctx context.Context) (*cognito.Token, error) {
	in, err := s.Read()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var first error
	for {
		c, err := in.Next(ctx)
		switch {
		case errors.Is(err, io.EOF) && first == nil:
			return nil, &refusal.UsageError{Err: fmt.Errorf("%s has no records, and so no access tokens", prose.Printable(s.paths[0]))}
		case errors.Is(err, io.EOF):
			return nil, &refusal.UsageError{Err: fmt.Errorf("no access token can be read: %w", first), Remedy: refusal.HintOf(first)}
		case err != nil:
			return nil, err
		}
		token, err := cognito.ParseToken(string(c.Token))
		if c.Err == nil && err == nil {
			return token, nil
		}
		if c.Err != nil {
			err = c.Err
		}
		if first == nil {
			first = fmt.Errorf("%s: %w", prose.Printable(c.Place()), err)
		}
	}
}

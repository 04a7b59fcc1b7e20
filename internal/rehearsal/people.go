package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/sandbox"
	"attrmigrate/sources"
)

// person is a user as a record tells of it.
type person struct {
	sandbox.User
	place    string   // of the record
	readOnly []string // attributes that nobody can write
	exported bool     // it tells what no change set does: the record is one of an export
}

// people gives the users that the records of a set tell of, in their order, until f returns an error. A record that
// cannot be read ends them, with its place: users that are missing without a word would be told as missing later.
func people(ctx context.Context, set *changeset.Set, f func(*person) error) error {
	return records(ctx, set, func(c *sources.Change, format sources.Format) error {
		p, err := personOf(c, format)
		if err != nil {
			return err
		}
		return f(p)
	})
}

// records gives the records of a set, in their order, until f returns an error. Of a listing that was cut short the error is a
// *cutError, at the end.
func records(ctx context.Context, set *changeset.Set, f func(*sources.Change, sources.Format) error) error {
	in, err := set.Read()
	if err != nil {
		return err
	}
	defer in.Close()
	for c, err := range changeset.ReadAhead(ctx, in.Next) {
		if err != nil {
			return err
		}
		if err := f(c, in.Format()); err != nil {
			return err
		}
	}
	if file, line, cut := in.ListingCut(); cut && ctx.Err() == nil {
		return &cutError{fmt.Sprintf("%s:%d", file, line)}
	}
	return ctx.Err()
}

// cutError says that a listing lacks its last pages. It comes when all records were given.
type cutError struct{ place string }

func (e *cutError) Error() string {
	return e.place + ": the listing was cut short: its last page has a token for the next one, and the users behind it are missing"
}

// Hint says how to mend it.
func (*cutError) Hint() string {
	return "list all of them, without --max-items and --no-paginate; or, if these are enough, take the token out"
}

// subForm is that of a sub. Where addresses are usernames it is the username, too.
var subForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// personOf is the user of a record: it has the values that the record gives, or those that it expects instead.
func personOf(c *sources.Change, format sources.Format) (*person, error) {
	if c.Err != nil {
		return nil, unreadable(c.Place(), c.Err)
	}
	p := &person{User: sandbox.User{Username: c.Username, Attributes: map[string]string{}}, place: c.Place()}
	for _, a := range c.Attributes {
		give(&p.User, a)
	}
	for _, e := range c.Expect {
		expect(&p.User, e)
	}
	if p.Attributes["sub"] == "" && subForm.MatchString(p.Username) {
		p.Attributes["sub"] = p.Username
	}
	if format == sources.JSONL {
		if err := p.facts(c.Text); err != nil {
			return nil, unreadable(p.place, err)
		}
	}
	return p, nil
}

// unreadable is the error of a record that tells of no user, or of one that cannot be.
func unreadable(place string, err error) error {
	remedy := refusal.HintOf(err)
	if strings.Contains(remedy, noFlag) {
		remedy = usersHint
	}
	return &refusal.UsageError{Err: fmt.Errorf("%s: %w", place, err), Remedy: remedy}
}

// seeding puts people into a pool, each once.
type seeding struct {
	server   *sandbox.Server
	pool     string
	password string
	seen     map[string]string // the place of each user's first record
	left     []string          // the places of change sets' records whose user can't be
	cut      error             // the set is a listing without its last pages
}

func newSeeding(server *sandbox.Server, pool, password string) *seeding {
	return &seeding{server: server, pool: pool, password: password, seen: map[string]string{}}
}

// seed puts the people of a set into the pool. A user stands in an export once; of several records of a change set the first
// counts, and a user that cannot be is left out: such a record fails in a run, too.
func (s *seeding) seed(ctx context.Context, set *changeset.Set) error {
	err := people(ctx, set, func(p *person) error {
		first, again := s.seen[p.Username]
		switch {
		case again && p.exported:
			return unreadable(p.place, errTwice{first})
		case again:
			return nil
		}
		s.seen[p.Username] = p.place
		p.Password = s.password
		err := s.server.Seed(s.pool, p.User)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, sandbox.ErrNoName) && !p.exported:
			s.left = append(s.left, p.place)
			return nil
		default:
			return unreadable(p.place, err)
		}
	})
	if cut, ok := errors.AsType[*cutError](err); ok {
		s.cut, err = cut, nil
	}
	return err
}

// errTwice says that a user stands in an export twice.
type errTwice struct{ first string }

func (e errTwice) Error() string {
	return "the user stands here a second time; the first is " + e.first
}

// Hint says how to mend it.
func (errTwice) Hint() string { return "an export has each user once: leave one of the lines out" }

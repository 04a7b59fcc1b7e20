package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// users is a Lister over users in memory. It understands the filters that Filter writes.
type users struct {
	list  []cognito.User
	calls []string          // the filters that were asked for
	fail  func(n int) error // of the nth call, from 1
}

func (u *users) ListUsers(_ context.Context, pool, filter, token string, limit int) ([]cognito.User, string, error) {
	u.calls = append(u.calls, filter)
	if pool != poolID || limit != 60 {
		return nil, "", fmt.Errorf("pool %s, limit %d", pool, limit)
	}
	if u.fail != nil {
		if err := u.fail(len(u.calls)); err != nil {
			return nil, "", err
		}
	}
	if filter != "" {
		return u.filtered(filter), "", nil
	}
	from, _ := strconv.Atoi(token)
	to := min(from+limit, len(u.list))
	next := ""
	if to < len(u.list) {
		next = strconv.Itoa(to)
	}
	return u.list[from:to], next, nil
}

func (u *users) filtered(filter string) (found []cognito.User) {
	for _, user := range u.list {
		values := maps.Clone(user.Attributes)
		if values == nil {
			values = map[string]string{}
		}
		values["username"] = user.Username
		for name, value := range values {
			if f, _ := cognito.Filter(name, value); f == filter {
				found = append(found, user)
				break
			}
		}
	}
	return found
}

// reading reads a pool at any pace.
func reading(from listing.Lister) *listing.Reader {
	return listing.NewReader(listing.Config{Lister: from, PoolID: poolID, Rate: pipeline.Unlimited})
}

const poolID = "us-east-1_Example1"

// person is a confirmed, enabled user: attributes are name=value.
func person(name string, attributes ...string) cognito.User {
	u := cognito.User{Username: name, Attributes: map[string]string{"sub": subOf(name)}, Status: "CONFIRMED", Enabled: true}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		u.Attributes[name] = value
	}
	return u
}

// subOf is a made-up sub.
func subOf(name string) string {
	return fmt.Sprintf("%x", []byte(fmt.Sprintf("%04.4s", name))) + "-0000-4000-8000-000000000000"
}

// record makes a change: name=value sets, name= deletes, ?name=value expects.
func record(username string, attributes ...string) *sources.Change {
	c := &sources.Change{Username: username}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		if expected, ok := strings.CutPrefix(name, "?"); ok {
			c.Expect = append(c.Expect, attribute(expected, value))
		} else {
			c.Attributes = append(c.Attributes, attribute(name, value))
		}
	}
	return c
}

// brief is the inverse, of a list of attributes.
func brief(list []sources.Attribute) string {
	var parts []string
	for _, a := range list {
		parts = append(parts, a.Name+"="+target(a))
	}
	return strings.Join(parts, " ")
}

// changeSet is a change set in memory, whose records lie 100 bytes apart.
type changeSet struct {
	records []*sources.Change
	next    int
	reads   int // by At
	cut     int // the line of a listing that says that there is more
}

func changes(records ...*sources.Change) *changeSet {
	for i, c := range records {
		c.File, c.Line = "users.csv", i+2
		c.Begin = sources.Position{Offset: int64(i) * 100, Line: i + 2}
	}
	return &changeSet{records: records}
}

func (s *changeSet) Next(ctx context.Context) (*sources.Change, error) {
	if s.next == len(s.records) {
		return nil, io.EOF
	}
	s.next++
	return s.records[s.next-1], ctx.Err()
}

func (s *changeSet) ListingCut() (string, int, bool) { return "users.csv", s.cut, s.cut > 0 }

func (s *changeSet) At(at sources.Position) (*sources.Change, error) {
	s.reads++
	if c := s.records[at.Offset/100]; c.Begin == at {
		return c, nil
	}
	return nil, errors.New("no record begins here")
}

// output is a Writer that keeps everything as text.
type output struct {
	changes []string
	rows    []string
	steps   []string // the sequence, the username, what is sent and expected
	last    *sources.Change
}

func (o *output) Change(c *sources.Change) error {
	o.changes = append(o.changes, strings.TrimSpace(fmt.Sprintf("%s: %s | %s", c.Username, brief(c.Attributes), brief(c.Expect))))
	o.last = c
	return nil
}

func (o *output) Claim(c *sources.Change) error { return o.Change(c) }

func (o *output) Arrange(steps []Step) error {
	for _, s := range steps {
		o.steps = append(o.steps, strings.TrimSpace(fmt.Sprintf("%s %s: %s | %s", s.Change.Order, s.Change.Username, brief(s.Change.Attributes), brief(s.Change.Expect))))
	}
	return nil
}

func (o *output) Row(r Row) error {
	o.rows = append(o.rows, fmt.Sprintf("%s:%d %s %s %s %q>%q %s", r.File, r.Line, r.Username, r.Attribute, r.Verdict, r.Before, r.After, r.Note))
	return nil
}

// planned runs a plan at any pace.
func planned(t *testing.T, pool cognito.Pool, mode Mode, opts Options, list *users, set *changeSet) (*Result, *output) {
	t.Helper()
	out := &output{}
	pool.ID = poolID
	if pool.Schema == nil {
		pool.Schema = exampleSchema()
	}
	r, err := Plan(t.Context(), Config{Pool: &pool, Changes: set, Writer: out, Reader: reading(list), Read: mode,
		Options: opts, UpdateRate: 20})
	if err != nil {
		t.Fatal(err)
	}
	return r, out
}

// What plans are given in earnest.
var (
	_ listing.Lister = (*cognito.Client)(nil)
	_ Changes        = (*sources.Files)(nil)
)

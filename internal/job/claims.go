package job

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// claims are what is known, before a start sends anything, of the addresses that its records claim in a pool with
// aliases: whom they would be taken from, and which records have to be applied one after the other. Each record is looked at
// again before it is sent; this is so that it can be told before the first is.
type claims struct {
	searched  bool
	takeovers int64             // addresses that would be taken from other users
	found     []audit.Warning   // who has them
	misplaced []string          // two records, of which the first gets what the second gives up
	orders    map[record]string // the sequences of records
}

// record is where a record begins.
type record struct {
	input  int
	offset int64
}

// lookForHolders looks for those who sign in by the addresses that records claim, as a plan does. A plan that is being
// applied has looked; and where users may not be listed each record is only looked at before it is sent.
func (j *Job) lookForHolders(ctx context.Context, records *audit.Preflight) error {
	addresses := records.Claims()
	if len(j.pool.AliasAttributes) == 0 || addresses == 0 || j.spec.AsUser || j.to.Lister == nil {
		return nil
	}
	if facts := planOfInputs(j.set.Paths()); facts != nil {
		j.claims.searched, j.claims.takeovers = true, facts.Takeovers
		return nil
	}
	conditional, entries := records.Conditional > 0 || records.Full(), addresses
	if conditional {
		entries = j.state.Total
	}
	if j.spec.Looking != nil {
		j.spec.Looking(addresses, entries, j.pool.EstimatedUsers)
	}
	err := j.search(ctx, conditional)
	if code := refusal.CodeOf(err); code == "AccessDeniedException" {
		j.spec.Log.Warn("nobody knows yet whether an address is taken from another user: users may not be listed; each record is looked at before it is sent", "error", err)
		return nil
	}
	return err
}

// planOfInputs says what a plan is, if it is the one input.
func planOfInputs(paths []string) *rundir.PlanFacts {
	if len(paths) != 1 || filepath.Base(paths[0]) != report.PlanJSONL {
		return nil
	}
	facts, err := rundir.ReadPlan(filepath.Dir(paths[0]))
	if err != nil || facts.Withheld {
		return nil
	}
	return facts
}

// search makes a plan of what a start has left, whatever part of it is taken today. Where records have preconditions all
// of them count: one that says nothing of sign-in names may make another's hold.
func (j *Job) search(ctx context.Context, conditional bool) error {
	set, clean, err := j.set.Unpack(ctx, j.dir)
	if err != nil {
		return err
	}
	defer clean()
	in, err := set.Read()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := in.Resume(j.state.Position); err != nil {
		return err
	}
	var changes audit.Changes = &claiming{in, j.pool.AliasAttributes}
	if conditional {
		changes = in
	}
	found := finding{map[record]string{}}
	r, err := audit.Plan(ctx, audit.Config{
		Pool: j.pool, Changes: changes, Writer: found, Reader: j.reader(nil),
		Options: j.spec.compared(j.pool),
		Strict:  j.spec.Strict, ByRecord: true, AllowTakeover: j.spec.AllowTakeover,
	})
	if err != nil {
		return err
	}
	for _, n := range r.Notes {
		j.spec.Log.Warn(n)
	}
	j.claims = claims{searched: true, takeovers: r.Losses(), misplaced: r.Misplaced, orders: found.orders}
	for _, w := range r.Warnings {
		if audit.OfHolders(w) {
			j.claims.found = append(j.claims.found, w)
		}
	}
	return nil
}

// claiming is a change set of which only the records count that say something of sign-in names.
type claiming struct {
	*changeset.Reader
	names []string
}

// Next implements [audit.Changes].
func (s *claiming) Next(ctx context.Context) (*sources.Change, error) {
	for {
		c, err := s.Reader.Next(ctx)
		if err != nil || slices.ContainsFunc(c.Attributes, func(a sources.Attribute) bool { return audit.Concerns(a.Name, s.names) }) {
			return c, err
		}
	}
}

// finding takes of a plan which records depend on each other.
type finding struct{ orders map[record]string }

// Change implements [audit.Writer].
func (f finding) Change(*sources.Change) error { return nil }

// Claim implements [audit.Writer].
func (f finding) Claim(*sources.Change) error { return nil }

// Row implements [audit.Writer].
func (f finding) Row(audit.Row) error { return nil }

// Arrange implements [audit.Writer].
func (f finding) Arrange(steps []audit.Step) error {
	for _, s := range steps {
		for _, at := range s.Places {
			f.orders[record{at.Input, at.Offset}] = s.Change.Order
		}
	}
	return nil
}

// ordered gives records the sequences that were found for them.
type ordered struct {
	*changeset.Reader
	orders map[record]string
}

// Next implements [pipeline.Source].
func (s ordered) Next(ctx context.Context) (*sources.Change, error) {
	c, err := s.Reader.Next(ctx)
	if err != nil {
		return nil, err
	}
	if order := s.orders[record{c.Begin.Input, c.Begin.Offset}]; order != "" && c.Order == "" {
		next := *c
		next.Order = order
		c = &next
	}
	return c, nil
}

// mayClaim refuses a run that begins and would take addresses from other users, where that is not allowed.
func (j *Job) mayClaim() error {
	switch c := j.claims; {
	case j.spec.AllowTakeover:
		return nil
	case c.takeovers > 0:
		return &TakeoverError{Addresses: c.takeovers}
	case c.misplaced != nil:
		return &MisplacedError{j.missing(), c.misplaced}
	case j.spec.NoRead && !j.spec.AsUser && len(j.pool.AliasAttributes) > 0 && j.checked.Claims() > 0:
		return ErrBlindClaims
	default:
		return nil
	}
}

// TakeoverError refuses a start that would take addresses from other users who sign in by them.
type TakeoverError struct{ Addresses int64 }

func (e *TakeoverError) Error() string {
	if e.Addresses == 1 {
		return "1 sign-in address would be taken away from another user: nothing was written"
	}
	return prose.Plural(e.Addresses, "sign-in address") + " would be taken away from other users: nothing was written"
}

// MisplacedError refuses records of which one gets what a later one gives up.
type MisplacedError struct {
	Missing
	Places []string // of two such records
}

func (e *MisplacedError) Error() string {
	return fmt.Sprintf("%s and %s pass a sign-in address on, and not in an order that works: nothing was written", e.Places[0], e.Places[1])
}

// ErrBlindClaims says that nobody looks before an address is taken.
var ErrBlindClaims = errors.New("records claim sign-in addresses, and without reading nobody sees whom they would be taken from: nothing was written")

package audit

import (
	"fmt"
	"slices"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// Preflight is what one pass over a change set tells of it without reading a user. It belongs to one
// goroutine.
type Preflight struct {
	Rows        int64 // records, bad ones included
	Bad         int64 // those that cannot be applied
	Undecodable bool  // some of these are kept as text, for they could not even be decoded
	// Examples are the first of the bad ones, as file:line: reason.
	Examples    []string
	Remedies    []string // how to mend them: the first few different ones
	Deletions   int64    // values that are deleted
	Conditional int64    // records with preconditions
	// Trimmed and Emptied are how many texts the options of the change set have changed; see [sources.Change].
	Trimmed, Emptied int64

	terms      Terms
	attributes []AttributeCount // by first appearance
	byName     map[string]int
	cost       Cost
	found      *warnings
	apart      *rowsApart
}

// AttributeCount is how many records set or delete an attribute.
type AttributeCount struct {
	Name    string
	Records int64
}

// NewPreflight begins a pass over records that are to be applied on these terms.
func NewPreflight(t Terms) *Preflight {
	return &Preflight{terms: t, byName: map[string]int{}, found: newWarnings(t, true), apart: newRowsApart(t.Pool, t.Long)}
}

// Add takes the next record, and says why it cannot be applied, as [Terms.Check] does.
func (s *Preflight) Add(c *sources.Change) error {
	within := !s.Full()
	s.Rows++
	s.apart.add(c)
	s.found.cut(c)
	if err := s.terms.Check(c); err != nil {
		s.refuse(c, err)
		s.found.refused(c, err)
		return err
	}
	s.count(c)
	s.found.record(c)
	s.awaitToken(c)
	if within {
		s.cost.add(c, &s.terms)
	}
	return nil
}

// Claims is how many addresses are claimed in a pool with aliases, as far as the records alone tell.
func (s *Preflight) Claims() (n int64) {
	for _, address := range addresses {
		n += s.found.count(addressClaimed, address)
		if slices.Contains(s.terms.Pool.AliasAttributes, address) {
			n += s.found.count(verifiedKept, address)
		}
	}
	return n
}

// Finish tells what only all records show, and refuses a change set of which none can be applied as it is meant.
func (s *Preflight) Finish(e Ending) error {
	s.found.ending(e)
	return s.apart.report(s.found)
}

// Full tells whether there have been as many records as the terms take.
func (s *Preflight) Full() bool { return s.terms.Limit > 0 && s.Rows >= s.terms.Limit }

// Attributes are those that records set or delete, the commonest first.
func (s *Preflight) Attributes() []AttributeCount {
	sorted := slices.Clone(s.attributes)
	slices.SortStableFunc(sorted, func(a, b AttributeCount) int { return int(b.Records - a.Records) })
	return sorted
}

// Cost is that of the records which the terms take.
func (s *Preflight) Cost() Cost {
	c := s.cost.timed(&s.terms)
	c.UpTo = true
	return c
}

// Warnings are of all records, the gravest first.
func (s *Preflight) Warnings() []Warning { return s.found.list() }

// refuse counts a bad record, and keeps the first few as examples.
func (s *Preflight) refuse(c *sources.Change, err error) {
	s.Bad++
	if len(c.Text) > 0 && c.Err != nil {
		s.Undecodable = true
	}
	s.Remedies = addRemedies(s.Remedies, err)
	if len(s.Examples) < maxExamples {
		s.Examples = append(s.Examples, fmt.Sprintf("%s: %v", c.Place(), err))
	}
}

func (s *Preflight) count(c *sources.Change) {
	s.Trimmed += int64(c.Trimmed)
	s.Emptied += int64(c.Emptied)
	if conditional(c) {
		s.Conditional++
	}
	for _, a := range c.Attributes {
		i, ok := s.byName[a.Name]
		if !ok {
			i = len(s.attributes)
			s.byName[a.Name] = i
			s.attributes = append(s.attributes, AttributeCount{Name: a.Name})
		}
		s.attributes[i].Records++
		if a.Delete {
			s.Deletions++
		}
	}
}

// awaitToken looks for a token that expires before so many updates a second have come to its record.
func (s *Preflight) awaitToken(c *sources.Change) {
	token, err := cognito.ParseToken(string(c.Token))
	if err != nil {
		return // there is none
	}
	before := float64(s.Rows - s.Bad - 1)
	turn := time.Duration(before / s.terms.Rate * float64(time.Second))
	if token.TimeLeft(time.Now()) < turn {
		s.found.add(expiring, "", recordPlace(c))
	}
}

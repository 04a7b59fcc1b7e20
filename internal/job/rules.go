package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rules"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// RuleSpec says what computes the changes of a plan, and of which users.
type RuleSpec struct {
	Rules      []rules.Rule
	FileDigest string // of the file that holds them; empty: there is none
	// Filter, of ListUsers, or Group chooses the users that the rules are given; empty: all of the pool.
	Filter, Group string
	// Match is the attribute, or username, by which the users of the rows of the inputs are found, which are data then
	// ([sources.Options.Data]); empty: there are no inputs.
	Match string
	// Repeats asks for rules that find nothing to change once their plan was applied.
	Repeats bool
	// Name keeps the plan apart from those of other rules of the pool, or of the inputs; empty: it has none.
	Name string
}

// fingerprint is what makes a plan one of these rules, of these users.
func (s *RuleSpec) fingerprint() checkpoint.Fingerprint {
	f := checkpoint.Fingerprint{rundir.ByRule: rules.Digest(s.Rules)}
	for name, value := range map[string]string{rundir.ByFilter: s.Filter, rundir.ByGroup: s.Group, rundir.ByMatch: s.Match} {
		if value != "" {
			f[name] = strconv.Quote(value)
		}
	}
	return f
}

// isOf tells whether a plan with a fingerprint is one of these rules.
func (s *RuleSpec) isOf(f checkpoint.Fingerprint) bool {
	if s == nil {
		return false
	}
	own := s.fingerprint()
	for _, name := range []string{rundir.ByRule, rundir.ByFilter, rundir.ByGroup, rundir.ByMatch} {
		if own[name] != f[name] {
			return false
		}
	}
	return true
}

// compile asks for the pool, and compiles the rules of a plan for it and for its data, if it has any and they are not compiled yet.
func (p *planning) compile(ctx context.Context) error {
	if err := p.meet(ctx); err != nil || p.rules == nil || p.program != nil {
		return err
	}
	in := rules.Scope{Schema: p.pool.Schema}
	if p.rules.Match != "" {
		if err := p.rules.checkMatch(p.pool.Schema); err != nil {
			return err
		}
		columns, err := p.set.Columns(ctx)
		if err != nil {
			return err
		}
		in.Columns = columns
	}
	var err error
	if p.program, err = rules.Compile(p.rules.Rules, in); err != nil {
		return err
	}
	if p.rules.Repeats && !p.program.Repeats() {
		return &refusal.UsageError{Err: errors.New("uuid() gives another value with each plan: a check would never find that nothing is to change"),
			Remedy: "have --where ask for the attribute that it is for: --where 'custom.ref == nil' --set 'custom:ref:=uuid()'"}
	}
	p.set = p.set.Wanting(p.program.Columns())
	return nil
}

// checkMatch refuses an attribute that no user of the pool has.
func (s *RuleSpec) checkMatch(pool *schema.Schema) error {
	known := append(pool.Names(), "username")
	if slices.Contains(known, s.Match) {
		return nil
	}
	remedy := "name the username, or one of the attributes of the pool: " + prose.Some(known, 40)
	if near, ok := sources.Suggest(s.Match, known); ok {
		remedy = "did you mean " + near + "?"
	}
	return &refusal.UsageError{Err: fmt.Errorf("users cannot be found by %s: the pool has no such attribute", prose.Printable(s.Match)), Remedy: remedy}
}

// revealing are the attributes that the rules make of what tells who a person is.
func (p *planning) revealing() []string {
	return slices.DeleteFunc(p.program.Writes(), func(name string) bool {
		return !slices.ContainsFunc(p.program.Origins(name), func(from string) bool { return from == "username" || audit.IsPersonal(from) })
	})
}

// auditRules plans what the rules make of the users.
func (p *planning) auditRules(ctx context.Context) error {
	cfg := audit.Config{Rule: newRule(p.program, p.pool.Schema), Hidden: p.revealing(), Filter: p.rules.Filter, Group: p.rules.Group, Match: p.rules.Match}
	if p.rules.Match == "" {
		cfg.Most = p.spec.Limit
		p.observer.Sized(p.withNames(changeset.Size{}, p.pool.EstimatedUsers))
		return p.audit(ctx, cfg, func() []string { return nil })
	}
	in, err := p.set.Read()
	if err != nil {
		return err
	}
	defer in.Close()
	in.Limit(p.spec.Limit)
	size := p.set.Guess(ctx, p.pool)
	p.observer.Sized(p.withNames(size, size.Records))
	cfg.Changes, cfg.Records = in, size.Records
	return p.audit(ctx, cfg, in.Digests)
}

// withNames is a size with the names that so many users may get by the rules, and the names by which users of the pool sign in, if
// the rules write any.
func (p *planning) withNames(size changeset.Size, users int64) changeset.Size {
	names := slices.Concat(p.pool.AliasAttributes, p.pool.UsernameAttributes)
	if slices.ContainsFunc(p.program.Writes(), func(name string) bool { return audit.Concerns(name, names) }) {
		size.Addresses, size.Holders = users, p.pool.EstimatedUsers
	}
	return size
}

// attributes are those that the rules set.
func (s *RuleSpec) attributes() (names []string) {
	if s == nil {
		return nil
	}
	for _, r := range s.Rules {
		for _, a := range r.Set {
			names = append(names, a.Name)
		}
	}
	return names
}

// rule has a program make records of users.
type rule struct {
	program   *rules.Program
	evaluator *rules.Evaluator
	schema    *schema.Schema
}

func newRule(p *rules.Program, s *schema.Schema) *rule {
	return &rule{program: p, evaluator: p.Evaluator(), schema: s}
}

// Writes implements [audit.Rule].
func (r *rule) Writes() []string { return r.program.Writes() }

// Of implements [audit.Rule].
func (r *rule) Of(u *cognito.User, row map[string]string) (*sources.Change, error) {
	subject := Subject(u)
	subject.Row = row
	result, err := r.evaluator.Apply(subject)
	if err != nil || !result.Fits {
		return nil, err
	}
	expect := slices.DeleteFunc(result.Reads, func(a sources.Attribute) bool { return !r.schema.CanExpect(a.Name) })
	return r.schema.Normal(&sources.Change{Attributes: result.Attributes, Expect: expect}), nil
}

var _ audit.Rule = (*rule)(nil)

// Subject is a user of a pool as rules see it.
func Subject(u *cognito.User) *rules.Subject {
	return &rules.Subject{Username: u.Username, Status: u.Status, Enabled: u.Enabled, Created: u.Created, Modified: u.Modified, Attributes: u.Attributes}
}

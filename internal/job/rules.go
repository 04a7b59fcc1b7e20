package job

import (
	"slices"
	"strconv"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
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
	// Name keeps the plan apart from those of other rules of the pool; empty: it has none.
	Name string
}

// fingerprint is what makes a plan one of these rules, of these users.
func (s *RuleSpec) fingerprint() checkpoint.Fingerprint {
	f := checkpoint.Fingerprint{rundir.ByRule: rules.Digest(s.Rules)}
	if s.Filter != "" {
		f[rundir.ByFilter] = strconv.Quote(s.Filter)
	}
	if s.Group != "" {
		f[rundir.ByGroup] = strconv.Quote(s.Group)
	}
	return f
}

// isOf tells whether a plan with a fingerprint is one of these rules.
func (s *RuleSpec) isOf(f checkpoint.Fingerprint) bool {
	if s == nil {
		return false
	}
	own := s.fingerprint()
	return !slices.ContainsFunc([]string{rundir.ByRule, rundir.ByFilter, rundir.ByGroup}, func(name string) bool { return own[name] != f[name] })
}

// compile compiles the rules of a plan, if it has any, for its pool.
func (p *planning) compile() (err error) {
	if p.rules != nil {
		p.program, err = rules.Compile(p.rules.Rules, rules.Scope{Schema: p.pool.Schema})
	}
	return err
}

// ruled is what a plan of rules is made of.
func (p *planning) ruled() audit.Config {
	p.observer.Sized(changeset.Size{})
	return audit.Config{Rule: newRule(p.program, p.pool.Schema), Filter: p.rules.Filter, Group: p.rules.Group, Most: p.spec.Limit}
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
	result, err := r.evaluator.Apply(&rules.Subject{
		Username: u.Username, Status: u.Status, Enabled: u.Enabled, Created: u.Created, Modified: u.Modified, Attributes: u.Attributes, Row: row,
	})
	if err != nil || !result.Fits {
		return nil, err
	}
	return r.schema.Normal(&sources.Change{Attributes: result.Attributes, Expect: result.Reads}), nil
}

var _ audit.Rule = (*rule)(nil)

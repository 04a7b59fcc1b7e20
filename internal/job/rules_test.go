package job

import (
	"errors"
	"slices"
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/rules"
)

// TestPlanOfRule: a rule needs no file; its plan lies beside the pool's name, is applied, and then finds nothing.
func TestPlanOfRule(t *testing.T) {
	inDir(t, nil)
	people := townOf("ann", "bob")
	var w watcher
	spec := PlanSpec{Spec: specOf(people), Rule: &RuleSpec{Rules: []rules.Rule{{Where: `locale == "en"`, Set: []rules.Assignment{{Name: "locale", Text: "fr"}}}}}}
	pool := people["ann"]
	pool.Attributes["locale"], people["bob"].Attributes["locale"] = "en", "de"
	r, err := Plan(t.Context(), spec, &w)
	if err != nil {
		t.Fatal(err)
	}
	if r.Matched != 1 || r.Scanned != 2 || r.Clean || r.Plan != r.Pool.ID+".plan/plan.jsonl" || r.Rule != "where locale == \"en\"\nset locale=fr\n" {
		t.Errorf("%s of %q: %+v", r.Plan, r.Rule, r.Result)
	}
	j := prepared(t, specOf(people, r.Plan))
	state, err := j.Start(t.Context(), &w)
	if err := errors.Join(err, j.Close()); err != nil || state.Counts.Updated != 1 || people["ann"].Attributes["locale"] != "fr" {
		t.Errorf("%+v, %v", state.Counts, err)
	}
	if state.RulesDigest == "" || state.RulesDigest != r.RulesDigest {
		t.Errorf("the checkpoint has the digest %q, the plan %q", state.RulesDigest, r.RulesDigest)
	}
	again, err := Plan(t.Context(), spec, &w)
	if err != nil || !again.Clean || again.Replaced != "" {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// TestOtherRules: which plans a plan of rules replaces unasked.
func TestOtherRules(t *testing.T) {
	fr := func(change func(*RuleSpec)) PlanSpec {
		r := &RuleSpec{Rules: []rules.Rule{{Set: []rules.Assignment{{Name: "locale", Text: "fr"}}}}}
		if change != nil {
			change(r)
		}
		return PlanSpec{Rule: r}
	}
	for _, tt := range []struct {
		name  string
		spec  PlanSpec
		dir   string
		other bool
	}{
		{"the same rule", fr(nil), "", false},
		{"of fewer records", func() PlanSpec { s := fr(nil); s.Limit = 1; return s }(), "", false},
		{"from a file", fr(func(r *RuleSpec) { r.FileDigest = "sha256:0" }), "", false},
		{"another text", fr(func(r *RuleSpec) { r.Rules[0].Set[0].Text = "de" }), "", true},
		{"another condition", fr(func(r *RuleSpec) { r.Rules[0].Where = "locale == nil" }), "", true},
		{"other users", fr(func(r *RuleSpec) { r.Filter = `username ^= "a"` }), "", true},
		{"with a name", fr(func(r *RuleSpec) { r.Name, r.Filter = "few", `username ^= "a"` }), ".few", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, nil)
			people, first := townOf("ann", "bob"), fr(nil)
			first.Spec = specOf(people)
			var w watcher
			r, err := Plan(t.Context(), first, &w)
			if err != nil {
				t.Fatal(err)
			}
			limit := tt.spec.Limit
			tt.spec.Spec = specOf(people)
			tt.spec.Limit = limit
			second, err := Plan(t.Context(), tt.spec, &w)
			if err != nil {
				t.Fatal(err)
			}
			if replaced := second.Replaced == "the plan of another rule (set locale=fr)"; replaced != tt.other {
				t.Errorf("replaced: %q", second.Replaced)
			}
			if second.Plan != r.Pool.ID+tt.dir+".plan/plan.jsonl" {
				t.Errorf("it lies in %s", second.Plan)
			}
		})
	}
}

// TestRuleIsOfFiles: a plan of a file does not replace that of a rule, nor the other way round.
func TestRuleIsOfFiles(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	people := townOf("ann", "bob", "cat")
	file := PlanSpec{Spec: specOf(people, "locales.csv"), Read: audit.Scan}
	rule := PlanSpec{Spec: specOf(people), Rule: &RuleSpec{Rules: []rules.Rule{{Set: []rules.Assignment{{Name: "locale", Text: "fr"}}}}}}
	var w watcher
	rule.Dir = "locales.plan"
	var told []string
	for _, spec := range []PlanSpec{rule, file, file} {
		r, err := Plan(t.Context(), spec, &w)
		if err != nil {
			told = append(told, err.Error())
			continue
		}
		told = append(told, r.Replaced)
	}
	const refused = "locales.plan holds the plan of another rule (set locale=fr)"
	if want := []string{"", refused, refused}; !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
}

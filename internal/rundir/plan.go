package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
)

// PlanFacts are what the summary of a plan says of what it is a plan of.
type PlanFacts struct {
	DryRun   bool      `json:"dry_run"` // always true
	At       time.Time `json:"planned_at"`
	Pool     PlanPool  `json:"pool"`
	Endpoint string    `json:"endpoint"`
	Inputs   []string  `json:"inputs"`
	Dialect  string    `json:"dialect,omitempty"` // how they are written, if not as most are
	// InputPaths are the whole paths of the inputs, and - for standard input.
	InputPaths  []string               `json:"input_paths,omitempty"`
	Replaced    string                 `json:"replaced,omitempty"` // the plan of something else that was in the directory
	Fingerprint checkpoint.Fingerprint `json:"identity"`           // of an apply of the same change set
	Withheld    bool                   `json:"withheld"`           // there is no plan.jsonl: it would take addresses from others
	Content     *checkpoint.Extent     `json:"content,omitempty"`  // of plan.jsonl; nil: there is none, or a program of before has made it
	// Takeovers are the records of the plan that take an address from another user.
	Takeovers int64 `json:"takeovers,omitempty"`
	Limit     int64 `json:"limit,omitempty"` // it is a plan of so many records only
	// Rule is the text of the rules that computed it, RulesDigest the digest of their file or else of what they say, and Filter or
	// Group what chose the users that they were given. Empty: it is of inputs.
	Rule        string   `json:"rule,omitempty"`
	RuleNotes   []string `json:"rule_notes,omitempty"` // what may be meant otherwise in it, or is not noticed by an apply
	RulesDigest string   `json:"rules_digest,omitempty"`
	Filter      string   `json:"filter,omitempty"`
	Group       string   `json:"group,omitempty"`
	Match       string   `json:"match,omitempty"` // the column by which users are found, and the attribute, where the inputs are data: Email=email
	Flags       []string `json:"flags,omitempty"` // of apply, that lead to the same pool
	LeftOut     LeftOut  `json:"-"`               // as the summary says beside these facts
}

// LeftOut are the records of a change set, or the users whom a rule fits, for whom a plan has no update, although something
// was to change.
type LeftOut struct {
	Failing int64 `json:"failing"`
	Skipped int64 `json:"skipped"`
}

// String says how many, and why: 3 records fail, 1 record is skipped. Empty: none are.
func (l LeftOut) String() string {
	var parts []string
	if l.Failing > 0 {
		parts = append(parts, prose.Plural(l.Failing, "record")+prose.Either(l.Failing, " fails", " fail"))
	}
	if l.Skipped > 0 {
		parts = append(parts, prose.Plural(l.Skipped, "record")+prose.Either(l.Skipped, " is skipped", " are skipped"))
	}
	return strings.Join(parts, ", ")
}

// PlanPool is the pool of a plan.
type PlanPool struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Region  string `json:"region"`
	Account string `json:"account,omitempty"`
	Users   int64  `json:"estimated_users"`
}

// ReadPlan reads the summary of the plan in a directory. The summary of a run is none.
func ReadPlan(dir string) (*PlanFacts, error) {
	text, err := disk.ReadFile(filepath.Join(dir, report.SummaryJSON))
	if err != nil {
		return nil, err
	}
	facts := new(PlanFacts)
	if err := errors.Join(json.Unmarshal(text, facts), json.Unmarshal(text, &facts.LeftOut)); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, report.SummaryJSON), err)
	}
	if !facts.DryRun {
		return nil, fmt.Errorf("%s: is not of a plan", filepath.Join(dir, report.SummaryJSON))
	}
	return facts, nil
}

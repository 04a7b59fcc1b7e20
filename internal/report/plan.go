package report

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/gocarina/gocsv"

	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// The names of what a plan leaves in its directory.
const (
	PlanJSONL = "plan.jsonl"
	AuditCSV  = "audit.csv"
)

// AuditRow is the verdict on one attribute of one record, a row of audit.csv. Before and After are
// users' data.
type AuditRow struct {
	File      string `csv:"file"`
	Line      string `csv:"line"` // empty where a rule made the record
	Username  string `csv:"username"`
	Attribute string `csv:"attribute"`
	Verdict   string `csv:"verdict"`
	Before    string `csv:"before"`
	After     string `csv:"after"`
	Note      string `csv:"note"`
}

// Plan writes plan.jsonl, the net change as a change set, and audit.csv, the verdicts for people. They
// get their names when the plan is closed, so a plan under its name is whole. It is used by one
// goroutine.
type Plan struct {
	on     disk.FS
	dir    string
	change *disk.Whole
	audit  *disk.Whole
	claims *disk.Whole // what is held back from change; nil: nothing
	rows   rows
	line   []byte // in the making, reused
	err    error  // the first error
	over   bool
}

// OpenPlan begins a plan in a directory. What an earlier plan left there stays until Close.
func OpenPlan(on disk.FS, dir string) (*Plan, error) {
	p := &Plan{on: on, dir: dir}
	var err error
	if p.change, err = disk.Create(on, filepath.Join(dir, PlanJSONL), disk.Manner{}); err != nil {
		return nil, err
	}
	if p.audit, err = disk.Create(on, filepath.Join(dir, AuditCSV), disk.Manner{}); err != nil {
		return nil, errors.Join(err, p.change.Discard())
	}
	p.rows = rows{csv.NewWriter(p.audit)}
	if err := gocsv.MarshalCSV([]AuditRow{}, p.rows); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	return p, nil
}

// Change adds the net change of a user to plan.jsonl: the attributes that it gets (Delete: it loses),
// their live values as preconditions (Delete: it has none), and its client metadata.
func (p *Plan) Change(c *sources.Change) error {
	p.add(p.change, c)
	return p.failure()
}

// Row adds a row to audit.csv.
func (p *Plan) Row(r AuditRow) error {
	r.Username = harmless(sources.Quotable(r.Username))
	r.Attribute, r.Before, r.After, r.Note = harmless(r.Attribute), harmless(r.Before), harmless(r.After), harmless(r.Note)
	if p.err == nil {
		p.err = gocsv.MarshalCSVWithoutHeaders([]AuditRow{r}, p.rows)
	}
	return p.failure()
}

func (p *Plan) failure() error {
	if p.err != nil {
		return fmt.Errorf("write the plan: %w", p.err)
	}
	return nil
}

// Close makes the plan durable and gives the files their names, plan.jsonl last. If the plan had an
// error it is discarded, and Close returns that error.
//
// The two are a pair, whenever the machine stops: the plan of before goes first, for good, then comes the audit,
// for good, then the plan. So plan.jsonl stands beside its own audit.csv, or is absent. The summary of before goes
// with its plan: what it says of dangers would be taken for what this one found. A new one is written behind Close.
func (p *Plan) Close() error { return p.end(p.audit, p.change) }

// Withhold drops plan.jsonl, an earlier one and its summary too, and gives audit.csv alone its name: the plan is for
// reading and must not be applied.
func (p *Plan) Withhold() error { return p.end(p.audit) }

// end gives some of the files their names, in their order, once there is no plan of before.
func (p *Plan) end(kept ...*disk.Whole) error {
	if p.over {
		return nil
	}
	p.over = true
	p.rows.Writer.Flush()
	p.err = errors.Join(p.err, p.rows.Error())
	for _, w := range kept {
		if p.err == nil {
			p.err = w.Finish()
		}
	}
	if p.err == nil {
		p.err = p.dropEarlier()
	}
	for _, w := range kept {
		if p.err == nil {
			p.err = w.Commit()
		}
	}
	err := errors.Join(p.failure(), p.drop())
	p.err = cmp.Or(p.err, fs.ErrClosed)
	return err
}

// dropEarlier removes the plan.jsonl of before and its summary, durably.
func (p *Plan) dropEarlier() error {
	for _, name := range []string{PlanJSONL, SummaryJSON} {
		if err := disk.RemoveIfThere(p.on, filepath.Join(p.dir, name)); err != nil {
			return err
		}
	}
	return p.on.SyncDir(p.dir)
}

// Discard drops a plan that is not to be kept. After Close there is nothing to drop.
func (p *Plan) Discard() error {
	if p.over {
		return nil
	}
	p.over = true
	p.err = cmp.Or(p.err, fs.ErrClosed)
	return p.drop()
}

// drop removes what has no final name yet.
func (p *Plan) drop() error {
	err := errors.Join(p.change.Discard(), p.audit.Discard())
	if p.claims != nil {
		err = errors.Join(err, p.claims.Discard())
	}
	return err
}

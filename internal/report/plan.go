package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/gocarina/gocsv"

	"attrmigrate/checkpoint"
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
	Line      int    `csv:"line"`
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
	change *file
	audit  *file
	rows   auditWriter
	line   []byte // in the making, reused
	err    error  // the first error
}

// auditWriter writes the rows of audit.csv for gocsv, which flushes after every row.
type auditWriter struct{ *csv.Writer }

var _ gocsv.CSVWriter = auditWriter{}

// Flush leaves it to the file when to write.
func (auditWriter) Flush() {}

// OpenPlan begins a plan in a directory. What an earlier plan left there stays until Close.
func OpenPlan(dir string) (*Plan, error) { return openPlan(disk.OS{}, dir) }

func openPlan(on disk.FS, dir string) (*Plan, error) {
	p := &Plan{on: on, dir: dir}
	var err error
	if p.change, err = openFile(on, p.temporary(PlanJSONL), checkpoint.Extent{}); err != nil {
		return nil, err
	}
	if p.audit, err = openFile(on, p.temporary(AuditCSV), checkpoint.Extent{}); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	p.rows = auditWriter{csv.NewWriter(p.audit.Writer)}
	if err := gocsv.MarshalCSV([]AuditRow{}, p.rows); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	return p, nil
}

func (p *Plan) temporary(name string) string { return filepath.Join(p.dir, name+".tmp") }

// Change adds the net change of a user to plan.jsonl: the attributes that it gets (Delete: it loses),
// their live values as preconditions (Delete: it has none), and its client metadata.
func (p *Plan) Change(c *sources.Change) error {
	if p.err != nil {
		return p.err
	}
	p.line, p.err = appendChange(p.line[:0], origin{}, c)
	if p.err == nil {
		_, p.err = p.change.Write(p.line)
	}
	return p.failure()
}

// Row adds a row to audit.csv.
func (p *Plan) Row(r AuditRow) error {
	r.Username, r.Attribute, r.Before, r.After, r.Note = harmless(r.Username), harmless(r.Attribute), harmless(r.Before), harmless(r.After), harmless(r.Note)
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
func (p *Plan) Close() error {
	if p.change == nil {
		return nil
	}
	for _, o := range []*file{p.audit, p.change} {
		if p.err == nil {
			p.err = o.sync()
		}
	}
	if p.err != nil {
		return errors.Join(p.failure(), p.Discard())
	}
	p.err = errors.Join(p.audit.close(), p.change.close())
	p.audit, p.change = nil, nil
	for _, name := range []string{AuditCSV, PlanJSONL} {
		if p.err == nil {
			p.err = p.on.Rename(p.temporary(name), filepath.Join(p.dir, name))
		}
	}
	if p.err != nil {
		return errors.Join(p.failure(), p.remove())
	}
	p.err = fs.ErrClosed
	return p.on.SyncDir(p.dir)
}

// Withhold drops plan.jsonl, an earlier one too, and gives audit.csv alone its name: the plan is for
// reading and must not be applied.
func (p *Plan) Withhold() error {
	if p.change == nil {
		return nil
	}
	if p.err == nil {
		p.err = p.audit.sync()
	}
	p.err = errors.Join(p.err, p.audit.close(), p.change.close())
	p.audit, p.change = nil, nil
	if p.err == nil {
		p.err = p.on.Rename(p.temporary(AuditCSV), filepath.Join(p.dir, AuditCSV))
	}
	p.err = errors.Join(p.err, p.remove(), disk.RemoveIfThere(p.on, filepath.Join(p.dir, PlanJSONL)))
	if p.err != nil {
		return p.failure()
	}
	p.err = fs.ErrClosed
	return p.on.SyncDir(p.dir)
}

// Discard drops a plan that is not to be kept. After Close there is nothing to drop.
func (p *Plan) Discard() error {
	if p.change == nil {
		return nil
	}
	for _, o := range []*file{p.change, p.audit} {
		if o != nil {
			_ = o.close() // it goes anyway
		}
	}
	p.audit, p.change = nil, nil
	if p.err == nil {
		p.err = fs.ErrClosed
	}
	return p.remove()
}

// remove removes what has no final name yet.
func (p *Plan) remove() error {
	return errors.Join(disk.RemoveIfThere(p.on, p.temporary(PlanJSONL)), disk.RemoveIfThere(p.on, p.temporary(AuditCSV)))
}

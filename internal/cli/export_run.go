package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/metrics"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/target"
	"attrmigrate/sources"
)

// exportRun is one export.
type exportRun struct {
	opts  exportOptions
	sys   System
	notes io.Writer
	log   *slog.Logger

	read      console.Reading
	appliable bool // the export has attributes that apply would write
}

func newExportRun(sys System, o exportOptions) *exportRun {
	if o.file == "" && o.output.Progress == "auto" && console.Columns(sys.Stdout) > 0 {
		o.output.Progress = "log" // a bar would be drawn among the users
	}
	return &exportRun{opts: o, sys: sys, notes: o.output.Notes(sys.Stderr), log: console.NewLog(sys.Stderr, o.output)}
}

func (e *exportRun) run(ctx context.Context) (err error) {
	if e.opts.metricsFile != "" {
		if err := metrics.CheckFile(e.opts.metricsFile); err != nil {
			return err
		}
	}
	e.sys.limitMemory(sendMemory)
	begun := time.Now()
	to, err := target.Connect(ctx, e.opts.connection.target(listing.Chains))
	if err != nil {
		return err
	}
	seen := metricsFile{path: e.opts.metricsFile, log: e.log}
	seen.begin("export", to.PoolID, cmp.Or(e.opts.file, "standard output"), &e.read)
	r, err := e.export(ctx, to)
	left := e.opts.file == "" && ctx.Err() == nil && console.ReaderLeft(err)
	if left {
		err = nil // whoever reads it has read enough
	}
	seen.close(ctx, err)
	switch {
	case left:
		return nil
	case err != nil && ctx.Err() != nil:
		if e.opts.file == "" {
			return interrupted("standard output is not whole")
		}
		return orInterrupted(ctx, err, e.opts.file+" was not written")
	case err != nil:
		return err
	}
	e.tell(r, to.PoolID, time.Since(begun))
	return nil
}

// interrupted is the end of a command that was stopped, with what that means.
type interrupted string

func (i interrupted) Error() string { return "interrupted: " + string(i) }

func (interrupted) Unwrap() error { return context.Canceled }

// orInterrupted is the end of a command that may have been stopped: then that, with what it means, unless that was said already.
func orInterrupted(ctx context.Context, err error, means string) error {
	if _, said := errors.AsType[interrupted](err); said || err == nil || ctx.Err() == nil {
		return err
	}
	return interrupted(means)
}

// export writes the users to the file, or to standard output.
func (e *exportRun) export(ctx context.Context, to *target.Target) (*listing.Exported, error) {
	pool, err := to.Describe(ctx, e.opts.maxAttempts)
	if err != nil {
		return nil, err
	}
	how, err := e.choose(pool.Schema)
	if err != nil {
		return nil, err
	}
	how.Format, how.Separator, how.ByteOrderMark = e.opts.format, e.opts.separator, e.opts.file != ""
	if e.opts.file == "" {
		return e.write(ctx, to, pool, how, e.sys.Stdout)
	}
	if s3.Is(e.opts.file) {
		return e.deliver(ctx, to, pool, how)
	}
	f, err := report.CreateExport(e.opts.file, e.opts.force)
	if errors.Is(err, fs.ErrExist) && disk.Exists(e.opts.file) { // it came since it was looked for
		return nil, isThere(e.opts.file, "export")
	}
	if err != nil {
		return nil, e.notWritten(err)
	}
	r, err := e.write(ctx, to, pool, how, f)
	if err != nil {
		return nil, errors.Join(err, f.Discard())
	}
	err = f.Commit()
	if _, whole := errors.AsType[*disk.UnnamedError](err); err == nil || whole {
		return r, err
	}
	return nil, e.notWritten(err)
}

// deliver writes the users to an object.
func (e *exportRun) deliver(ctx context.Context, to *target.Target, pool *cognito.Pool, how listing.Exporting) (*listing.Exported, error) {
	d, err := deliver(ctx, e.opts.connection.s3(), e.opts.file, "export", e.opts.force)
	if err != nil {
		return nil, err
	}
	r, err := e.write(ctx, to, pool, how, d)
	if err != nil {
		return nil, errors.Join(err, d.Discard())
	}
	return r, d.Commit(ctx)
}

// write lists the users to what is written.
func (e *exportRun) write(ctx context.Context, to *target.Target, pool *cognito.Pool, how listing.Exporting, w io.Writer) (*listing.Exported, error) {
	e.read.Set(listing.Progress{Of: pool.EstimatedUsers})
	end := console.Watch(e.read.Gauge, nil, e.opts.output, e.sys.Stderr, e.log)
	defer end()
	from := listing.NewReader(listing.Config{
		Lister: to.Lister, Groups: to.Groups, PoolID: pool.ID, Estimated: pool.EstimatedUsers,
		Rate: e.opts.listRate, Attempts: e.opts.maxAttempts, Chains: e.opts.chains, Scratch: e.scratch, Progress: e.read.Set,
	})
	r, err := listing.Export(ctx, from, w, how)
	if lost, ok := errors.AsType[*listing.WriteError](err); ok {
		return nil, e.notWritten(lost.Err)
	}
	return r, err
}

// scratch is where users lie until all are there: beside the file.
func (e *exportRun) scratch() (*disk.Scratch, error) {
	if e.opts.file == "" || s3.Is(e.opts.file) {
		return listing.Temporary()
	}
	return disk.CreateScratch(disk.OS{}, e.opts.file+".users", true)
}

// notWritten says of an error where it happened.
func (e *exportRun) notWritten(err error) error {
	return fmt.Errorf("%s: %w", cmp.Or(e.opts.file, "standard output"), disk.WithoutPath(err))
}

// tell says what was exported, and how it comes back. Standard output may be the export.
func (e *exportRun) tell(r *listing.Exported, pool string, took time.Duration) {
	if r.LeftOut > 0 {
		fmt.Fprintf(e.sys.Stderr, "%-8s %s\n", "note", e.leftOut(r.LeftOut))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(e.sys.Stderr, "%-8s %s\n", "note", n)
	}
	to := ""
	if e.opts.file != "" {
		to = " to " + prose.Printable(e.opts.file)
	}
	fmt.Fprintf(e.notes, "%-8s %s%s in %s (%s, free of charge)\n", "exported", e.users(r), to, prose.Span(took), e.calls(r))
	if e.opts.file != "" && r.Users > 0 && e.appliable {
		fmt.Fprintf(e.notes, "%-8s %s\n", "then", prose.Printable(e.opts.takenBack(pool)))
	}
}

// users is how many were exported, and of how many where an expression has chosen.
func (e *exportRun) users(r *listing.Exported) string {
	if e.opts.where == "" {
		return prose.Plural(r.Users, "user")
	}
	return prose.Count(r.Users) + " of " + prose.Plural(r.Of, "user")
}

// calls is what it took to read them.
func (e *exportRun) calls(r *listing.Exported) string {
	operation := "ListUsers"
	if e.opts.group != "" {
		operation = "ListUsersInGroup"
	}
	text := prose.Plural(r.Calls, "call") + " of " + operation
	if e.opts.all || r.GroupCalls > 0 {
		text += ", " + prose.Count(r.GroupCalls) + " for groups"
	}
	return text
}

// leftOut says which values are missing, and what to do about it.
func (e *exportRun) leftOut(values int64) string {
	if e.opts.format == sources.JSONL {
		return prose.Plural(values, "value") + " left out, which apply leaves alone: no change set can hold a NUL character"
	}
	return prose.Plural(values, "cell") + " left empty, which apply leaves alone, and deletes with --empty delete: CSV or a spreadsheet would change" +
		` control characters and a value that reads ="..."; --format jsonl carries them`
}

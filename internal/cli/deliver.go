package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
)

// delivery is a file that goes to S3 when it is whole. Until then it is on this machine, where nobody else finds it, and what
// has its name there stands.
type delivery struct {
	*disk.Scratch
	bucket *s3.Bucket
	to     s3.URL
	what   string // is in it
	force  bool   // what has the name is replaced
}

// checkDelivery refuses a URL that no object can have, before anything is read.
func checkDelivery(text string) error {
	u, err := s3.ParseURL(text)
	switch {
	case err != nil:
		return fmt.Errorf("--output: %w", err)
	case u.Version != "":
		return notTarget(text, "a version is not written to", "leave ?versionId= out")
	case u.Dir():
		return notTarget(text, "it names no object", "name one: s3://BUCKET/KEY")
	default:
		return nil
	}
}

// deliver begins such a file. One that is there is refused now, and not in the end only.
func deliver(ctx context.Context, cfg s3.Config, text, what string, force bool) (*delivery, error) {
	u, err := s3.ParseURL(text)
	if err != nil {
		return nil, err
	}
	bucket, err := s3.Open(ctx, u.Bucket, cfg)
	if err != nil {
		return nil, err
	}
	d := &delivery{bucket: bucket, to: u, what: what, force: force}
	if err := d.free(ctx); err != nil {
		bucket.Close()
		return nil, err
	}
	if d.Scratch, err = listing.Temporary(); err != nil {
		bucket.Close()
		return nil, &refusal.Error{Msg: fmt.Sprintf("%s: no place for it until it is whole: %v", prose.Printable(text), err), Remedy: "TMPDIR names a directory on a disk of this machine"}
	}
	return d, nil
}

// free refuses an object that is there already, and one of a run, which may be replaced by that run alone. Who may not look
// whether there is a run is believed. Where that cannot be told, as a stranger's current.json is there, or a damaged one, what a run
// would keep is refused, and nothing else.
func (d *delivery) free(ctx context.Context) error {
	if there, err := d.bucket.Exists(ctx, d.to.Key); err != nil || there && !d.force {
		return cmp.Or(err, error(isThere(d.to.String(), d.what)))
	}
	dir, name := directoryOf(d.to)
	seen, err := runlog.Look(ctx, d.bucket, dir.Key, rundir.Names())
	kept := rundir.Keeps(name)
	damaged, unclear := errors.AsType[*runlog.DamagedError](err)
	switch {
	case unclear && kept:
		return &refusal.Error{Msg: fmt.Sprintf("%s: a run may keep its own there: %v", prose.Printable(d.to.String()), damaged), Remedy: "name a file elsewhere"}
	case unclear:
		return nil
	case err != nil:
		return unlessDenied(err)
	case seen.Inside || seen.Aside || seen.Run != "" && kept:
		return rundir.KeptIn(d.to.String(), strings.TrimRight(dir.String(), "/"))
	default:
		return nil
	}
}

// Commit uploads it.
func (d *delivery) Commit(ctx context.Context) error {
	info, err := d.Stat()
	if err == nil {
		when := runlog.IfAbsent
		if d.force {
			when = runlog.Always
		}
		err = orInterrupted(ctx, d.bucket.Upload(ctx, d.to.Key, d.Scratch, info.Size(), when), maybeWritten(d.to))
	}
	if errors.Is(err, runlog.ErrTaken) { // it came since it was looked for
		err = isThere(d.to.String(), d.what)
	}
	return errors.Join(err, d.Discard())
}

// maybeWritten is what an upload that was interrupted means.
func maybeWritten(to s3.URL) string { return "whether " + to.String() + " was written is unknown" }

// Discard drops it.
func (d *delivery) Discard() error {
	d.bucket.Close()
	if err := d.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

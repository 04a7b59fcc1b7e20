package cli

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/page"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/s3"
)

// reportAll writes a page over the runs of all rows of a file of targets.
func (o *reportOptions) reportAll(ctx context.Context, sys System, targets string) error {
	if o.file == "" {
		return &refusal.UsageError{Err: errors.New("--output is missing: a page over many runs has no directory of its own"), Remedy: "name a file, such as -o all.html; -o - is standard output"}
	}
	if o.file != "-" {
		check := o.checkTarget
		if s3.Is(o.file) {
			check = func() error { return checkDelivery(o.file) }
		}
		if err := check(); err != nil {
			return err
		}
	}
	runs, err := runsOf(ctx, sys, targets, o.store)
	if err != nil {
		return err
	}
	all := page.Fleet{Title: strings.TrimSuffix(filepath.Base(targets), filepath.Ext(targets)), Made: time.Now()}
	for _, r := range runs {
		all.Runs = append(all.Runs, page.FleetRun{Run: r, Report: reportFrom(o.file, r.RunDir)})
	}
	write := func(w io.Writer) error { return page.WriteFleet(w, all) }
	switch {
	case o.file == "-":
		err = write(sys.Stdout)
	case s3.Is(o.file):
		err = o.deliver(ctx, sys.Stdout, write)
	default:
		if err = o.write(write); err == nil {
			o.tell(sys.Stdout)
		}
	}
	if err != nil {
		return err
	}
	return unreadable(runs)
}

// reportFrom is how a page refers to the report of a run: relatively, so that both can be moved together. It is empty where a
// browser would not find it.
func reportFrom(file, runDir string) string {
	if s3.Is(runDir) || s3.Is(file) {
		return objectFrom(file, runDir)
	}
	own := filepath.Join(runDir, report.HTML)
	if !disk.Exists(own) {
		return ""
	}
	from, err := os.Getwd()
	if err == nil && file != "-" {
		from, err = filepath.Abs(filepath.Dir(file))
	}
	whole, errOwn := filepath.Abs(own)
	if err != nil || errOwn != nil {
		return ""
	}
	relative, err := filepath.Rel(from, whole)
	if err != nil {
		return ""
	}
	return (&url.URL{Path: filepath.ToSlash(relative)}).String()
}

// objectFrom is the same in S3: both in one bucket are moved, or served, together.
func objectFrom(file, runDir string) string {
	from, errFrom := s3.ParseURL(file)
	run, errRun := s3.ParseURL(runDir)
	if errFrom != nil || errRun != nil || from.Bucket != run.Bucket {
		return ""
	}
	base := "/" + from.Key[:strings.LastIndexByte(from.Key, '/')+1]
	relative, err := filepath.Rel(filepath.FromSlash(base), filepath.FromSlash("/"+run.Below(report.HTML).Key))
	if err != nil {
		return ""
	}
	return (&url.URL{Path: filepath.ToSlash(relative)}).String()
}

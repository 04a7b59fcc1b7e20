package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/page"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
)

// reportPatience is how long report waits for the file system. A series of days is read in a second.
const reportPatience = time.Minute

func newReport(sys System) *cobra.Command {
	var o reportOptions
	var targets string
	cmd := &cobra.Command{
		Use:   "report RUN_DIR | --targets FILE -o FILE",
		Short: "Make report.html, the pictures of a run, or one page over many",
		Long: `report makes a page of a run: how far it came, at which pace, what was throttled and
what failed, and what people did to it. It is one file, which a browser shows without a
network, and holds nothing of a user.

apply makes it at every stop, as report.html in the run directory. report makes it
anew at any time: of a run that was killed, and of one that goes on, as it stands then.
Of a run in S3 it fetches all there is of it first.
A report elsewhere (-o) that is there already is replaced with --force only.

--targets makes one page over the runs of all rows of a file of targets: how far each
is, what failed, and where its own report is.

` + reportCodes,
		Example: `  attrmigrate report loyalty.run
  attrmigrate report loyalty.run -o loyalty.html
  attrmigrate report --targets targets.csv -o all.html`,
		Args: oneOrMany(&targets),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			if targets != "" {
				return o.reportAll(ctx, sys, targets)
			}
			run, err := lookFrom(ctx, sys, args[0], o.store)
			if err != nil {
				return err
			}
			defer run.close()
			if err := o.settle(run.dir, args[0]); err != nil {
				return err
			}
			data, err := within(ctx, run, reportPatience, func() (page.Data, error) { return run.report(ctx, sys) })
			if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
				return notARun(e)
			}
			if err != nil {
				return err
			}
			write := func(w io.Writer) error { return page.Report(w, data) }
			switch {
			case o.file == "":
				return write(sys.Stdout)
			case s3.Is(o.file):
				return o.deliver(ctx, sys.Stdout, write)
			}
			if err := o.write(write); err != nil {
				return err
			}
			if run.far != nil && disk.Inside(run.dir, o.file) {
				if err := run.upload(ctx, o.file); err != nil {
					return err
				}
			}
			o.tell(sys.Stdout)
			return nil
		},
	}
	registerTargets(cmd.Flags(), &targets)
	o.store.registerWriting(cmd.Flags())
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "`file` to write (default: report.html in the run directory, also in S3; -: standard output)")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the file, if it is there")
	return cmd
}

// report is what the run holds for a report. Of one in S3 all is fetched: what it has done since it was published last
// is known by its log alone.
func (o *outside) report(ctx context.Context, sys System) (page.Data, error) {
	whole := o.status
	if o.far != nil {
		whole = func(ctx context.Context) (*rundir.Status, error) {
			return o.far.Whole(ctx, console.Restoring(sys.Stderr))
		}
	}
	s, err := whole(ctx)
	if err != nil {
		return page.Data{}, err
	}
	s.State = console.ByFlags(s.State)
	return page.Of(s), nil
}

// upload publishes a file that was made in the place of one of the run's.
func (o *outside) upload(ctx context.Context, path string) error {
	f, err := disk.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return o.bucket.Upload(ctx, o.place.Below(filepath.Base(path)).Key, f, info.Size(), runlog.Always)
}

// reportOptions say where a report is written.
type reportOptions struct {
	file  string // empty: standard output, once it is settled
	force bool
	store storeOptions
}

// settle finds the file. In a run directory there is one name for it; the others are the run's. Called is how that directory
// was given: of a run in S3, run is that of its copies.
func (o *reportOptions) settle(run, called string) error {
	own := (&rundir.Dir{Path: run}).File(report.HTML)
	if rest, below := strings.CutPrefix(o.file, strings.TrimRight(called, "/")+"/"); run != called && below {
		o.file = filepath.Join(run, rest)
	}
	switch {
	case o.file == "-":
		o.file = ""
		return nil
	case s3.Is(o.file):
		return checkDelivery(o.file)
	case o.file == "", filepath.Clean(o.file) == filepath.Clean(own), disk.SameFile(o.file, own):
		o.file, o.force = own, true
		return nil
	case disk.Inside(run, filepath.Dir(o.file)):
		return &refusal.UsageError{Err: fmt.Errorf("--output: %s: lies in the run directory, where the report is called %s", prose.Printable(o.file), report.HTML),
			Remedy: "leave --output out, or name a file elsewhere"}
	default:
		return checkTarget(o.file, "report", o.force)
	}
}

// tell says where the report is.
func (o *reportOptions) tell(out io.Writer) {
	fmt.Fprintf(out, "%-8s %s\n", "report", prose.Printable(o.file))
}

// write writes the report. It gets its name when it is whole, so that a browser never shows half of one, and so that it
// does no harm if the run ends at the same time and leaves its own.
func (o *reportOptions) write(content func(io.Writer) error) error {
	f, err := disk.Create(disk.OS{}, o.file, disk.Manner{Shared: true, New: !o.force})
	if errors.Is(err, fs.ErrExist) && disk.Exists(o.file) { // it came since it was looked for
		return isThere(o.file, "report")
	}
	if err == nil {
		if err = content(f); err != nil {
			err = errors.Join(err, f.Discard())
		} else {
			err = f.Commit()
		}
	}
	if err != nil {
		return &refusal.Error{Msg: fmt.Sprintf("%s: %v", prose.Printable(o.file), disk.WithoutPath(err)), Remedy: "-o names another file"}
	}
	return nil
}

// deliver writes the report to an object.
func (o *reportOptions) deliver(ctx context.Context, out io.Writer, content func(io.Writer) error) error {
	d, err := deliver(ctx, o.store.s3(), o.file, "report", o.force)
	if err != nil {
		return err
	}
	if err := content(d); err != nil {
		return errors.Join(err, d.Discard())
	}
	if err := d.Commit(ctx); err != nil {
		return err
	}
	o.tell(out)
	return nil
}

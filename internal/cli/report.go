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
		Args:              oneOrMany(&targets),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			defer func() { err = orInterrupted(ctx, err, "no report was written") }()
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
			if run.far != nil && o.file != "" && disk.Inside(run.dir, o.file) {
				return o.publish(ctx, sys, run)
			}
			write, err := run.page(ctx, sys)
			if err != nil {
				return err
			}
			switch {
			case o.file == "":
				return write(sys.Stdout)
			case s3.Is(o.file):
				return o.deliver(ctx, sys.Stdout, write)
			}
			if err := o.write(write); err != nil {
				return err
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

// page is the report of the run, as it stands now.
func (o *outside) page(ctx context.Context, sys System) (func(io.Writer) error, error) {
	data, err := within(ctx, o, reportPatience, func() (page.Data, error) { return o.report(ctx, sys) })
	if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return nil, notARun(e)
	}
	return func(w io.Writer) error { return page.Report(w, data) }, err
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
		return o.checkTarget()
	}
}

// checkTarget refuses a file that no report can have, and to replace one that is no page: an input of the run, say.
func (o *reportOptions) checkTarget() error {
	if err := checkTarget(o.file, "report", o.force); err != nil {
		return err
	}
	f, err := disk.Open(o.file)
	if err != nil {
		return nil // it is not there, or may be replaced and not read
	}
	defer func() { _ = f.Close() }()
	begin := make([]byte, len(pageBegin))
	n, _ := io.ReadFull(f, begin)
	return replacesPage(o.file, begin[:n])
}

// pageBegin is what a page begins with.
const pageBegin = "<!doctype html>"

// replacesPage refuses to replace what begins so, unless it is empty or a page.
func replacesPage(shown string, begin []byte) error {
	if len(begin) == 0 || strings.EqualFold(string(begin), pageBegin) {
		return nil
	}
	return &refusal.Error{Msg: prose.Printable(shown) + ": is there already, and is no page", Remedy: "name another file: --force replaces an older report"}
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

// publishes is how often a report is made that others replace meanwhile.
const publishes = 3

// publish makes the report of a run in S3 in its place there. It replaces what stood there before the run was looked at, and nothing
// else: a start that has ended since has left a newer one, and the run is looked at anew.
func (o *reportOptions) publish(ctx context.Context, sys System, run *outside) error {
	key := run.place.Below(filepath.Base(o.file)).Key
	for range publishes {
		stands, err := run.far.Stands(ctx, filepath.Base(o.file))
		if err != nil {
			return err
		}
		write, err := run.page(ctx, sys)
		if err == nil {
			err = o.write(write)
		}
		if err == nil {
			err = run.upload(ctx, o.file, key, stands)
		}
		if err == nil {
			o.tell(sys.Stdout)
		}
		if !errors.Is(err, runlog.ErrTaken) {
			return err
		}
	}
	return &refusal.Error{Msg: run.bucket.URL(key).String() + ": it is replaced by others, again and again, while it is made",
		Remedy: "run the same command again, or have it elsewhere: -o report.html"}
}

// upload writes a file to an object.
func (o *outside) upload(ctx context.Context, path, key string, when runlog.Condition) error {
	f, err := disk.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return orInterrupted(ctx, o.bucket.Upload(ctx, key, f, info.Size(), when), maybeWritten(o.bucket.URL(key)))
}

// deliver writes the report to an object, which replaces a page alone, as a file does ([reportOptions.checkTarget]).
func (o *reportOptions) deliver(ctx context.Context, out io.Writer, content func(io.Writer) error) error {
	d, err := deliver(ctx, o.store.s3(), o.file, "report", o.force)
	if err != nil {
		return err
	}
	begin, _, err := d.bucket.Begin(ctx, d.to.Key, int64(len(pageBegin)))
	if err == nil {
		err = replacesPage(o.file, begin)
	}
	if err == nil {
		err = content(d)
	}
	if err != nil {
		return errors.Join(err, d.Discard())
	}
	if err := d.Commit(ctx); err != nil {
		return err
	}
	o.tell(out)
	return nil
}

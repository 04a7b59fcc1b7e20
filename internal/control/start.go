package control

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/metrics"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// Run is what is steered: a *[pipeline.Runner].
type Run interface {
	Progress() pipeline.Progress
	Pause()
	Unpause()
	SetRate(updates, reads float64) error
	StopFor(why *pipeline.StopError)
	Halt()
	Stopping() bool
}

// Config says what a desk steers.
type Config struct {
	Run Run
	FS  disk.FS
	Dir string
	// Shown is what people call the directory, where that is not its path: a run that is kept elsewhere has a URL.
	Shown string
	// State is that of the run as this start finds it; it has its inputs and its fingerprint.
	State checkpoint.State
	// Rate is the ceiling of updates that the command line sets, and Reads what it makes of one, whoever set that, as
	// the ceiling of reads.
	Rate  float64
	Reads func(updates float64) float64
	// Expiring is how many access tokens of the records that remain expire from a moment on until another. Nil: they have none.
	Expiring func(from, until time.Time) int64
	// Told gives a state the words of the command line. Nil: it has those of the libraries.
	Told func(checkpoint.State) checkpoint.State

	Began  telemetry.Event  // is recorded behind what has been asked since the last start; the zero Event is not
	Log    *telemetry.Log   // nil: none is kept
	Meter  *telemetry.Meter // nil: nothing is counted
	Logger *slog.Logger
	Options
}

// Start opens the desk of a run, asks of the run what was asked before, and lets it be steered until [Desk.Close]. Only
// what was asked and cannot be read is an error: it may say that the run must not go on. What else fails is logged, and
// the run goes on without.
func Start(cfg Config) (*Desk, error) {
	h := newHooks(cfg)
	d, err := open(cfg)
	if err != nil {
		h.leave()
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	d.end = end
	d.all.Go(func() { d.Watch(ctx) })
	if cfg.NoSocket {
		d.cfg.Logger.Debug("no socket: none is wanted")
	} else if l, err := listen(cfg.Dir); err != nil {
		d.cfg.Logger.Debug("no socket: the run is steered by control.json", "error", err)
	} else {
		d.all.Go(func() {
			if err := d.serveSocket(ctx, l); err != nil {
				d.cfg.Logger.Warn("the socket is gone: the run is steered by control.json", "error", err)
			}
		})
	}
	d.openPage(ctx)
	d.lastMetrics = d.keepMetrics()
	d.hooks = h.start(d.Status, d.cfg.Logger)
	return d, nil
}

// End says that the run has ended: what is asked from now on is answered with [ErrEnded], and the status is the last one.
func (d *Desk) End() {
	d.mu.Lock()
	before := d.ended
	d.ended = true
	d.mu.Unlock()
	if before {
		return
	}
	close(d.done)
	if d.endGuard != nil {
		d.endGuard()
	}
}

// Close lets go of the run, which has ended. What is being answered may take a second.
func (d *Desk) Close() {
	d.End()
	over, now := context.WithCancel(context.Background())
	now() // who has not told the end by now does not wait for it
	d.TellEnd(over)
	d.end()
	d.all.Wait()
}

// Desk is where one start of a run is steered. All that is asked of it, by file, socket, page or program, goes through
// here.
//
// It is used by many goroutines. Who changes what is asked has changing from before the file is read until the run is
// told, so changes come one after the other; mu guards the fields, is held for moments, and never while the disk is
// waited for, so that the status is told whatever a file system does.
type Desk struct {
	cfg   Config
	began time.Time
	end   context.CancelFunc
	all   sync.WaitGroup
	// exporter has the metrics, lastMetrics writes their file for the last time.
	exporter    *metrics.Exporter
	lastMetrics func()
	// The goroutine that has started it owns these: the program of --on-event, and the end of that of --pause-when.
	hooks    *hooks
	endGuard context.CancelFunc

	// done is closed once the run has ended: the status is the last one.
	done chan struct{}

	changing sync.Mutex

	mu     sync.Mutex
	asked  rundir.Asked
	guard  guard
	saved  checkpoint.State // as the checkpoint has it
	holder *checkpoint.Info // this process
	ended  bool
	misled bool // control.json cannot be read, which was logged

	// Of Watch alone.
	unlifted bool // a pause that is over cannot be taken out of control.json, which was logged
}

// guard is a program that may pause the run, beside what people ask.
type guard struct {
	paused bool
	reason string
	mute   string // why it has given no answer since; empty: it has
}

// GuardBy is who it is, in events.
const GuardBy = "the program of --pause-when"

// How long an answer waits until what it asked has come about, and how often it looks.
const (
	settleWithin = time.Second
	settleEvery  = 5 * time.Millisecond
)

package pipeline_test

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// rig is a run with a note of every call that begins, of whatever kind, and of every pause.
type rig struct {
	*pipeline.Runner
	kept *ledger

	mu      sync.Mutex
	updates []time.Time
	reads   []time.Time
	probes  []time.Time
	pauses  []span
}

type span struct{ from, until time.Time }

// newRig prepares a run whose calls are noted.
func newRig(t *testing.T, cfg pipeline.Config) *rig {
	t.Helper()
	g := &rig{kept: &ledger{}}
	if cfg.Results == nil {
		cfg.Results, cfg.Store = g.kept, g.kept
	}
	cfg.Updater = noted{cfg.Updater, g}
	if cfg.Preparer != nil {
		cfg.Preparer = notedReads{cfg.Preparer, g}
	}
	if probe := cfg.Probe; probe != nil {
		cfg.Probe = func(ctx context.Context) error {
			g.note(&g.probes)
			return probe(ctx)
		}
	}
	r, err := pipeline.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	g.Runner = r
	return g
}

func (g *rig) note(calls *[]time.Time) {
	g.mu.Lock()
	*calls = append(*calls, time.Now())
	g.mu.Unlock()
}

// all are the beginnings of all calls, in order.
func (g *rig) all() []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := slices.Concat(g.updates, g.reads, g.probes)
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// pauseAfter pauses the run some time from now, for so long.
func (g *rig) pauseAfter(after, long time.Duration) {
	time.AfterFunc(after, func() {
		g.Pause()
		s := span{time.Now(), time.Now().Add(long)}
		g.mu.Lock()
		g.pauses = append(g.pauses, s)
		g.mu.Unlock()
		time.AfterFunc(long, g.Unpause)
	})
}

// checkPauses fails a test in which a call began during a pause.
func (g *rig) checkPauses(t *testing.T) {
	t.Helper()
	all := g.all()
	for _, p := range g.pauses {
		i, _ := slices.BinarySearchFunc(all, p.from, time.Time.Compare)
		if i < len(all) && all[i].Before(p.until) {
			t.Errorf("paused from %s to %s, a call began %s into it", p.from, p.until, all[i].Sub(p.from))
		}
	}
}

// mostInASecond is the most that began within any second, the end of it not included.
func mostInASecond(calls []time.Time) (most int) {
	from := 0
	for i, at := range calls {
		for at.Sub(calls[from]) >= time.Second-time.Microsecond { // permits are given to the nanosecond, more or less
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// firstAfter is how long after a moment the first call began; an hour if none did.
func firstAfter(calls []time.Time, moment time.Time) time.Duration {
	for _, at := range calls {
		if !at.Before(moment) {
			return at.Sub(moment)
		}
	}
	return time.Hour
}

type noted struct {
	pipeline.Updater
	*rig
}

func (n noted) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	n.note(&n.updates)
	return n.Updater.Update(ctx, c)
}

type notedReads struct {
	pipeline.Preparer
	*rig
}

func (n notedReads) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	n.note(&n.reads)
	return n.Preparer.Prepare(ctx, c, earlier)
}

func (n notedReads) Holds(ctx context.Context, c *sources.Change) (bool, error) {
	n.note(&n.reads)
	return n.Preparer.Holds(ctx, c)
}

// twofold is a Preparer that reads two users for a record; the runner and the notes are there once the run is made.
type twofold struct {
	pipeline.Preparer
	g       *rig
	latency time.Duration
}

func (p *twofold) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	send, err := p.Preparer.Prepare(ctx, c, earlier)
	if err != nil || send == nil {
		return send, err
	}
	if !p.g.AwaitRead(ctx) {
		return nil, pipeline.ErrStopping
	}
	p.g.note(&p.g.reads)
	return send, pass(ctx, p.latency)
}

// perSecond is the most calls that a rate allows within a second: one more where a permit was taken a little late, which
// does not move those behind it (see lateness).
func perSecond(rate float64) int { return int(math.Ceil(rate + rate*0.05)) }

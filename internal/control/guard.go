package control

import (
	"cmp"
	"context"
	"log/slog"
	"time"
)

// guardian asks a program, before the first call of a start and then every ten seconds, whether the run may go on. It is owned by one
// goroutine.
type guardian struct {
	run   func(ctx context.Context, env []string, stdin []byte) ran
	env   func() []string
	pause func(paused bool, reason string) // tells the desk
	mute  func(failure string)             // tells it that there is no answer
	log   *slog.Logger

	failed string // what was wrong with the last answer, and is logged
}

// Admit asks the program of --pause-when before the first call of a start, and has it asked from then on. It waits for
// the first answer, which is given ten seconds, unless the run is told to stop meanwhile.
func (d *Desk) Admit(ctx context.Context) {
	if d.cfg.PauseWhen == "" {
		return
	}
	g := d.guardian()
	asking, answered := d.untilStopping(ctx)
	g.ask(asking)
	answered()
	watching, end := context.WithCancel(context.Background())
	d.endGuard = end
	d.all.Go(func() { g.watch(watching) })
}

// untilStopping is a context that ends once the run is told to stop, too, be it by a signal or by a person.
func (d *Desk) untilStopping(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancel(ctx)
	d.all.Go(func() {
		defer end()
		tick := time.NewTicker(stoppingEvery)
		defer tick.Stop()
		for !d.cfg.Run.Stopping() {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return ctx, end
}

// guardian is that of a desk.
func (d *Desk) guardian() *guardian {
	return &guardian{
		run: func(ctx context.Context, env []string, stdin []byte) ran {
			return runProgram(ctx, d.cfg.PauseWhen, env, stdin)
		},
		env:   func() []string { return variables(d.Status(), shownDir(d.cfg)) },
		pause: d.Guard, mute: d.guardIsMute, log: d.cfg.Logger,
	}
}

// ask asks once. An answer that is none changes nothing: a run that goes on goes on, one that is paused stays so.
func (g *guardian) ask(ctx context.Context) {
	within, end := context.WithTimeoutCause(ctx, programPatience, errTooLong)
	defer end()
	r := g.run(within, g.env(), nil)
	switch {
	case ctx.Err() != nil: // it was ended because the run has
	case r.err == nil && r.code == 0:
		g.failed = ""
		g.pause(false, "")
	case r.err == nil && r.code == 1:
		g.failed = ""
		g.pause(true, cmp.Or(firstLine(r.stdout), "it gives no reason"))
	default:
		g.mute(r.failure())
		if r.failure() != g.failed {
			g.failed = r.failure()
			g.log.Warn("--pause-when gives no answer, and nothing is changed: "+g.failed, "says", firstLine(r.stderr+"\n"+r.stdout))
		}
	}
}

// watch goes on asking until ctx ends.
func (g *guardian) watch(ctx context.Context) {
	tick := time.NewTicker(guardEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			g.ask(ctx)
		case <-ctx.Done():
			return
		}
	}
}

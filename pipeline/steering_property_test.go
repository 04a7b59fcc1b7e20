package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// order is what somebody does to a run, some time after what was done before.
type order struct {
	after time.Duration
	verb  string
	rate  float64 // of "rate"
}

var verbs = []string{"pause", "pause", "unpause", "unpause", "rate", "stop", "halt", "cancel", "crash",
	"no leave", "leave", "leave"}

// TestSteering: whatever people do to a run in whatever order, and however its starts end, nothing begins while it is
// paused, and no update while there is no leave, over starts too; in the end each record stands exactly once, each user has the last value, and none had an
// earlier one again meanwhile.
func TestSteering(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := steering{
			rows:   rapid.IntRange(1, 300).Draw(rt, "rows"),
			rate:   rapid.SampledFrom([]float64{2, 20, 100, pipeline.Unlimited}).Draw(rt, "rate"),
			reads:  rapid.Bool().Draw(rt, "reads"),
			ahead:  rapid.SampledFrom([]int{0, 0, 8, 64}).Draw(rt, "ahead"),
			random: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)),
		}
		s.users = rapid.IntRange(1, s.rows).Draw(rt, "users")
		for range rapid.IntRange(1, 20).Draw(rt, "orders") {
			s.orders = append(s.orders, order{
				after: time.Duration(rapid.IntRange(0, 3000).Draw(rt, "after"))*time.Millisecond + 137*time.Microsecond,
				verb:  rapid.SampledFrom(verbs).Draw(rt, "verb"),
				rate:  rapid.SampledFrom([]float64{0, 1, 50, pipeline.Unlimited}).Draw(rt, "to"),
			})
		}
		synctest.Test(t, func(t *testing.T) { s.play(t) })
	})
}

// steering is a run over several starts, and what people do to it meanwhile.
type steering struct {
	rows, users int
	rate        float64
	reads       bool
	ahead       int // where reads are kept by a log
	lease       lease
	orders      []order
	random      *rand.Rand // behind the lock

	mu     sync.Mutex
	at     *rig   // the start that goes on
	crash  func() // ends it as SIGKILL does
	cancel func()
	paused bool // as was asked, over starts
	live   float64
	pauses []span
}

// fault is drawn.
func (s *steering) fault(int, *sources.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.random.IntN(12) {
	case 0:
		return errThrottle
	case 1:
		return errInternal
	}
	return nil
}

// obey does what was ordered.
func (s *steering) obey(o order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch o.verb {
	case "pause":
		s.at.Pause()
		if !s.paused {
			s.pauses = append(s.pauses, span{from: time.Now()})
		}
		s.paused = true
	case "unpause":
		if s.paused {
			s.pauses[len(s.pauses)-1].until = time.Now()
		}
		s.paused = false
		s.at.Unpause()
	case "rate":
		s.live = o.rate
		s.at.SetRate(o.rate, o.rate)
	case "no leave", "leave":
		s.lease.set(o.verb == "leave")
	case "stop":
		s.at.StopFor(&pipeline.StopError{Reason: pipeline.ByHand})
	case "halt":
		s.at.Stop(pipeline.Interrupted)
		s.at.Halt()
	case "cancel":
		s.cancel()
	case "crash":
		s.crash()
	}
}

// begin makes the start that goes on, with what was asked before.
func (s *steering) begin(g *rig, cancel, crash func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.cancel, s.crash = g, cancel, crash
	if s.paused {
		g.Pause()
	}
	g.SetRate(s.live, s.live)
}

func (s *steering) play(t *testing.T) {
	service, kept := newService(), &ledger{}
	service.jitter, service.fault = 300*time.Millisecond, s.fault
	all := changes(s.rows, s.users)
	state := checkpoint.State{Total: int64(s.rows)}
	var calls, updates []time.Time
	driven := make(chan struct{})
	for starts := 0; state.Phase != checkpoint.Finished; starts++ {
		if starts > 100 {
			t.Fatal("a hundred starts were not enough")
		}
		dying := &dyingLedger{ledger: kept} // a crash is played by a store that keeps nothing from some moment on
		cfg := pipeline.Config{Source: &list{changes: all, next: int(state.Position.Offset)}, Updater: service,
			Results: dying, Store: dying, Resume: state, Rate: s.rate, Workers: 16, MaxAttempts: 50, UserInterval: -1,
			Leave: s.lease.holds, Ahead: s.ahead}
		if s.reads {
			cfg.Preparer = &reader{live: service.last, latency: 50 * time.Millisecond}
		}
		if s.reads && s.ahead > 0 {
			cfg.Preparer = keeping{cfg.Preparer, (&puts{took: 300 * time.Millisecond, gather: 200 * time.Millisecond}).keep}
		}
		g := newRig(t, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		s.begin(g, cancel, func() { dying.die(); cancel() })
		if starts == 0 {
			go s.drive(driven)
		}
		g.Run(ctx)
		cancel()
		calls, updates = append(calls, g.all()...), append(updates, g.updates...)
		kept.crash()
		state = kept.saved
	}
	<-driven
	s.lease.check(t, updates)
	s.check(t, service, kept, calls)
}

// drive gives the orders, and lets the run go on in the end.
func (s *steering) drive(driven chan<- struct{}) {
	defer close(driven)
	for _, o := range s.orders {
		time.Sleep(o.after) // on the clock of the bubble
		s.obey(o)
	}
	s.obey(order{verb: "rate", rate: pipeline.Unlimited})
	s.obey(order{verb: "unpause"})
	s.obey(order{verb: "leave"})
}

func (s *steering) check(t *testing.T, service *service, kept *ledger, calls []time.Time) {
	for _, p := range s.pauses {
		for _, at := range calls {
			if !at.Before(p.from) && at.Before(p.until) {
				t.Errorf("paused from %s to %s, a call began %s into it", p.from, p.until, at.Sub(p.from))
			}
		}
	}
	seen := map[int]int{}
	for _, r := range kept.results {
		seen[r.Change.Line]++
	}
	for line := 2; line < s.rows+2; line++ {
		if seen[line] != 1 {
			t.Errorf("line %d stands %d times in the reports", line, seen[line])
		}
	}
	if service.overlaps > 0 || kept.saved.Counts.Failed > 0 {
		t.Errorf("%d overlaps, %d failed", service.overlaps, kept.saved.Counts.Failed)
	}
	for i := range s.users {
		last := s.rows - 1 - (s.rows-1-i)%s.users
		got := numbers(t, service.order[fmt.Sprintf("user-%d", i)])
		if !slices.IsSorted(got) || got[len(got)-1] != last {
			t.Errorf("user-%d had %d, want them in order and %d at the end", i, got, last)
		}
	}
}

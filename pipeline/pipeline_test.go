package pipeline_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// list is a Source over changes in memory; its marks are indices.
type list struct {
	changes []*sources.Change
	next    int
}

func (l *list) Next(ctx context.Context) (*sources.Change, error) {
	if l.next == len(l.changes) {
		return nil, io.EOF
	}
	l.next++
	return l.changes[l.next-1], ctx.Err()
}

// changes makes n records for the given number of users, in turns.
func changes(n, users int) []*sources.Change {
	all := make([]*sources.Change, n)
	for i := range all {
		all[i] = &sources.Change{
			File: "made.csv", Line: i + 2, After: sources.Position{Offset: int64(i + 1)},
			Username:   fmt.Sprintf("user-%d", i%users),
			Attributes: []sources.Attribute{{Name: "custom:n", Value: fmt.Sprint(i)}},
		}
	}
	return all
}

// service is an Updater that plays the service. Its fields may be set before use.
type service struct {
	latency time.Duration
	jitter  time.Duration
	fault   func(call int, c *sources.Change) error
	outcome pipeline.Outcome // of what is accepted; the zero one stands for Updated
	// applyLost says that an update counts although its answer is lost.
	applyLost bool

	mu       sync.Mutex
	started  time.Time
	calls    int
	accepted []time.Duration // when, since the start
	sent     []time.Duration
	order    map[string][]string // user -> values, in the order accepted
	inflight map[string]int
	overlaps int
}

func newService() *service {
	return &service{order: map[string][]string{}, inflight: map[string]int{}, latency: 20 * time.Millisecond}
}

func (s *service) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	s.enter(c)
	defer s.leave(c)
	wait := s.latency
	if s.jitter > 0 {
		wait += rand.N(s.jitter)
	}
	if err := pass(ctx, wait); err != nil {
		return 0, fmt.Errorf("sending: %w", err)
	}
	return cmp.Or(s.outcome, pipeline.Updated), s.decide(c)
}

func (s *service) enter(c *sources.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started.IsZero() {
		s.started = time.Now()
	}
	s.sent = append(s.sent, time.Since(s.started))
	s.inflight[c.Username]++
	if s.inflight[c.Username] > 1 {
		s.overlaps++
	}
}

func (s *service) leave(c *sources.Change) {
	s.mu.Lock()
	s.inflight[c.Username]--
	s.mu.Unlock()
}

func (s *service) decide(c *sources.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.fault != nil {
		if err := s.fault(s.calls, c); err != nil {
			var lost *lostError
			if s.applyLost && errors.As(err, &lost) {
				s.order[c.Username] = append(s.order[c.Username], c.Attributes[0].Value)
			}
			return err
		}
	}
	s.accepted = append(s.accepted, time.Since(s.started))
	s.order[c.Username] = append(s.order[c.Username], c.Attributes[0].Value)
	return nil
}

// last is the value that a user has.
func (s *service) last(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if values := s.order[user]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

// acceptedIn is the number of updates accepted between two moments, a second.
func (s *service) acceptedIn(from, to time.Duration) float64 {
	n := 0
	for _, at := range s.accepted {
		if at >= from && at < to {
			n++
		}
	}
	return float64(n) / (to - from).Seconds()
}

// fakeError is an error with every verdict that the pipeline asks for.
type fakeError struct {
	code      string
	throttle  bool
	transient int
	fatal     bool
	setUp     bool
}

func (e *fakeError) Error() string  { return e.code }
func (e *fakeError) Code() string   { return e.code }
func (e *fakeError) Throttle() bool { return e.throttle }
func (e *fakeError) Transient() int { return e.transient }
func (e *fakeError) Fatal() bool    { return e.fatal }
func (e *fakeError) SetUp() bool    { return e.setUp }

var (
	errThrottle = &fakeError{code: "TooManyRequestsException", throttle: true}
	errInternal = &fakeError{code: "InternalErrorException", transient: -1}
	errAway     = &fakeError{code: "NoConnection", transient: -1, fatal: true}
	errLambda   = &fakeError{code: "UnexpectedLambdaException", transient: 3, setUp: true}
	errSkew     = &fakeError{code: "InvalidSignatureException", transient: 2, fatal: true}
	errDenied   = &fakeError{code: "AccessDeniedException", fatal: true}
	errNotAuth  = &fakeError{code: "NotAuthorizedException", setUp: true}
	errNoUser   = &fakeError{code: "UserNotFoundException"}
)

// ledger is a ResultWriter and Store in memory that behaves as files do: what was not synced before
// the last save is cut off by a crash.
type ledger struct {
	mu      sync.Mutex
	results []pipeline.Result
	saved   checkpoint.State
	saves   int
	failAt  int // results after which Write fails; 0: never
}

var errDiskFull = errors.New("errors.csv: no space left on device")
var errKilled = errors.New("the process is dead")

func (l *ledger) Write(r pipeline.Result) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failAt > 0 && len(l.results) == l.failAt {
		return errDiskFull
	}
	l.results = append(l.results, r)
	return nil
}

func (l *ledger) Sync() (map[string]checkpoint.Extent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return map[string]checkpoint.Extent{"results": {Length: int64(len(l.results))}}, nil
}

func (l *ledger) Save(s checkpoint.State) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved = s
	l.saves++
	return nil
}

// crash cuts the ledger back to what the last save relied on.
func (l *ledger) crash() { l.results = l.results[:l.saved.Files["results"].Length] }

func (l *ledger) failures() map[string]int {
	n := map[string]int{}
	for _, r := range l.results {
		if r.Err != nil {
			n[r.Err.Error()]++
		}
	}
	return n
}

// always is a fault of every call.
func always(err error) func(int, *sources.Change) error {
	return func(int, *sources.Change) error { return err }
}

// run carries changes through a service and returns what was kept.
func run(t *testing.T, s *service, cfg pipeline.Config, all []*sources.Change) (*ledger, checkpoint.State, error) {
	t.Helper()
	kept := &ledger{}
	cfg.Source, cfg.Updater = &list{changes: all}, s
	if cfg.Results == nil {
		cfg.Results, cfg.Store = kept, kept
	}
	r, err := pipeline.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	state, err := r.Run(t.Context())
	return kept, state, err
}

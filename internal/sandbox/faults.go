package sandbox

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// Fault is what happens to one request besides, or in place of, what it asks for. The zero value is
// nothing.
type Fault struct {
	// Error is the name of an exception to answer, such as InternalErrorException, and Message its
	// text (default: one that fits).
	Error, Message string
	// Drop closes the connection without an answer.
	Drop bool
	// Hang never answers; it ends when the client goes away or the server closes.
	Hang bool
	// After lets the operation happen before the error, the drop or the hang. (A
	// TooManyRequestsException is always answered before.)
	After bool
	// Delay is added to the latency of the server.
	Delay time.Duration
}

// Faults are what goes wrong. Every field but ThrottleBurst and Hook is the probability, from 0 to 1,
// that a request of any operation meets it.
type Faults struct {
	Throttle     float64 // TooManyRequestsException
	Internal     float64 // InternalErrorException
	Lambda       float64 // UnexpectedLambdaException, of updates and creations
	UserLambda   float64 // UserLambdaValidationException, of updates and creations
	AccessDenied float64 // AccessDeniedException
	ExpiredToken float64 // ExpiredTokenException
	DropBefore   float64 // the connection is closed before the operation
	DropAfter    float64 // the connection is closed after the operation
	Hang         float64 // no answer, and the operation does not happen

	// ThrottleBurst is how long every request of a category is throttled once one is by chance.
	ThrottleBurst time.Duration
	// Hook, if set, is asked first, by the goroutine of every request, with the user as the request
	// names it. If it returns nil, chance decides.
	Hook func(op, username string) *Fault
}

// messages are the texts of injected errors, as AWS words them where that is known.
var messages = map[string]string{
	"TooManyRequestsException":      "Rate exceeded",
	"InternalErrorException":        "Internal server error",
	"UnexpectedLambdaException":     "CustomMessage invocation failed due to error RequestTimeout.",
	"UserLambdaValidationException": "CustomMessage failed with error rehearsed fault.",
	"AccessDeniedException":         "User is not authorized to perform this operation",
	"ExpiredTokenException":         "The security token included in the request is expired",
}

// err returns the error that the fault ends a request with, nil for none.
func (f Fault) err() error {
	switch {
	case f.Error != "":
		return &apiError{f.Error, cmp.Or(f.Message, messages[f.Error], "rehearsed fault")}
	case f.Drop:
		return errDropped
	default:
		return nil
	}
}

func isThrottle(err error) bool {
	var api *apiError
	return errors.As(err, &api) && api.code == "TooManyRequestsException"
}

// injector decides by chance what goes wrong and how long requests take.
type injector struct {
	now func() time.Time

	mu              sync.Mutex
	faults          Faults
	latency, jitter time.Duration
	random          *rand.Rand
	burst           map[category]time.Time // until when a category is throttled
}

func newInjector(cfg Config) *injector {
	return &injector{
		now: cfg.Now, faults: cfg.Faults, latency: cfg.Latency, jitter: cfg.Jitter,
		random: rand.New(rand.NewPCG(cfg.Seed, 1)), burst: map[category]time.Time{},
	}
}

// set replaces the faults and ends bursts.
func (i *injector) set(f Faults) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults = f
	clear(i.burst)
}

func (i *injector) setLatency(latency, jitter time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.latency, i.jitter = latency, jitter
}

// delay returns how long the next request takes.
func (i *injector) delay() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	d := i.latency
	if i.jitter > 0 {
		d += time.Duration(i.random.Int64N(int64(i.jitter)))
	}
	return d
}

// pick returns the fault of a request.
func (i *injector) pick(op string, c category, username string) Fault {
	i.mu.Lock()
	faults := i.faults
	i.mu.Unlock()
	if faults.Hook != nil {
		if f := faults.Hook(op, username); f != nil {
			return *f
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if until, ok := i.burst[c]; ok && i.now().Before(until) {
		return Fault{Error: "TooManyRequestsException"}
	}
	f := i.draw(faults, c == userUpdate || c == userCreation)
	if isThrottle(f.err()) && faults.ThrottleBurst > 0 {
		i.burst[c] = i.now().Add(faults.ThrottleBurst)
	}
	return f
}

// draw returns a fault by chance. The caller holds mu.
func (i *injector) draw(f Faults, triggers bool) Fault {
	if !triggers {
		f.Lambda, f.UserLambda = 0, 0
	}
	for _, chance := range [...]struct {
		probability float64
		fault       Fault
	}{
		{f.Throttle, Fault{Error: "TooManyRequestsException"}},
		{f.Internal, Fault{Error: "InternalErrorException"}},
		{f.Lambda, Fault{Error: "UnexpectedLambdaException"}},
		{f.UserLambda, Fault{Error: "UserLambdaValidationException"}},
		{f.AccessDenied, Fault{Error: "AccessDeniedException"}},
		{f.ExpiredToken, Fault{Error: "ExpiredTokenException"}},
		{f.DropBefore, Fault{Drop: true}},
		{f.DropAfter, Fault{Drop: true, After: true}},
		{f.Hang, Fault{Hang: true}},
	} {
		if chance.probability > 0 && i.random.Float64() < chance.probability {
			return chance.fault
		}
	}
	return Fault{}
}

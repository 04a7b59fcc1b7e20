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
	// Status is the HTTP status of the error, from 400 to 599 (default: AWS's, which is 400 for all
	// exceptions but InternalErrorException).
	Status int
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

// Faults are what goes wrong. Every number is the probability, from 0 to 1, that a request of any
// operation meets it.
type Faults struct {
	Throttle     float64 // TooManyRequestsException
	Internal     float64 // InternalErrorException
	Lambda       float64 // UnexpectedLambdaException, of updates and creations, trigger or not
	UserLambda   float64 // UserLambdaValidationException, of updates and creations, trigger or not
	AccessDenied float64 // AccessDeniedException
	ExpiredToken float64 // ExpiredTokenException
	DropBefore   float64 // the connection is closed before the operation
	DropAfter    float64 // the connection is closed after the operation
	Hang         float64 // no answer, and the operation does not happen

	// These happen where a Lambda function is invoked or a message is sent, and only there.
	TriggerThrows  float64 // UserLambdaValidationException
	TriggerTimeout float64 // UnexpectedLambdaException
	TriggerGarbage float64 // InvalidLambdaResponseException
	Undeliverable  float64 // CodeDeliveryFailureException, of requests with a user's token

	// ThrottleBurst is how long every request of a category is throttled once one is by chance.
	ThrottleBurst time.Duration
	// List is what becomes of filters by the beginning of a sub. Where it is about one user, that is ListUser, the
	// pool's first if it is empty. Default: nothing.
	List     ListFault
	ListUser string

	// Hook, if set, is asked first, by the goroutine of every request, with the user as the request
	// names it (or, of a request with a token, as the token does). If it returns nil, chance decides.
	Hook func(op, username string) *Fault
	// Trigger, if set, is asked what a Lambda function makes of an invocation. If it returns nil,
	// chance decides.
	Trigger func(Invocation) *Outcome
}

// texts are the messages of injected errors, as AWS words them where that is known.
var texts = map[string]string{
	"TooManyRequestsException":                 "Rate exceeded",
	"InternalErrorException":                   "Internal server error",
	"UnexpectedLambdaException":                "CustomMessage invocation failed due to error Socket timeout while invoking Lambda function.",
	"UserLambdaValidationException":            "CustomMessage failed with error rehearsed fault.",
	"InvalidLambdaResponseException":           "Unrecognizable lambda output",
	"AccessDeniedException":                    "User is not authorized to perform this operation",
	"ExpiredTokenException":                    "The security token included in the request is expired",
	"UnrecognizedClientException":              "The security token included in the request is invalid.",
	"LimitExceededException":                   "Attempt limit exceeded, please try after some time.",
	"AliasExistsException":                     "An account with the email already exists.",
	"UserNotFoundException":                    "User does not exist.",
	"UserNotConfirmedException":                "User is not confirmed.",
	"PasswordResetRequiredException":           "Password reset required for the user",
	"CodeMismatchException":                    "Invalid verification code provided, please try again.",
	"ExpiredCodeException":                     "Invalid code provided, please request a code again.",
	"CodeDeliveryFailureException":             "Unable to deliver message to user",
	"ForbiddenException":                       "Request not allowed due to WAF block.",
	"OperationNotEnabledException":             "The operation is not enabled in this Region",
	"InvalidSmsRoleAccessPolicyException":      "Role does not have permission to publish with SNS",
	"InvalidSmsRoleTrustRelationshipException": "Role does not have a trust relationship allowing Cognito to assume the role",
	"InvalidEmailRoleAccessPolicyException":    "Cognito is not allowed to use the email identity",
}

// err returns the error that the fault ends a request with, nil for none.
func (f Fault) err() error {
	switch {
	case f.Error != "":
		return &apiError{f.Error, cmp.Or(f.Message, texts[f.Error], "rehearsed fault"), f.Status}
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
	if f := i.hooked(op, username); f != nil {
		return *f
	}
	faults := i.current()
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

// hooked returns what a script has for a request; nil: chance decides.
func (i *injector) hooked(op, username string) *Fault {
	if hook := i.current().Hook; hook != nil {
		return hook(op, username)
	}
	return nil
}

// current returns the faults as they are now.
func (i *injector) current() Faults {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.faults
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

// outcome returns what a Lambda function makes of an invocation.
func (i *injector) outcome(of Invocation) Outcome {
	faults := i.current()
	if faults.Trigger != nil {
		if o := faults.Trigger(of); o != nil {
			return *o
		}
	}
	switch {
	case i.chance(faults.TriggerThrows):
		return Outcome{Throws: "rehearsed fault"}
	case i.chance(faults.TriggerTimeout):
		return Outcome{Timeout: true}
	case i.chance(faults.TriggerGarbage):
		return Outcome{Garbage: true}
	default:
		return Outcome{}
	}
}

// undeliverable says whether the next message cannot be delivered.
func (i *injector) undeliverable() bool {
	return i.chance(i.current().Undeliverable)
}

func (i *injector) chance(probability float64) bool {
	if probability <= 0 {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.random.Float64() < probability
}

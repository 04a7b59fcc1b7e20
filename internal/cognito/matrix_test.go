package cognito

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/awsconn"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// raised is an exception as the service raises it.
type raised struct{ code, message string }

// The exceptions that the API reference lists for an operation ("Errors"), and what AWS raises besides.
var (
	ofBoth = []raised{{code: "AliasExistsException"}, {code: "InternalErrorException"},
		{code: "InvalidEmailRoleAccessPolicyException"}, {code: "InvalidLambdaResponseException"},
		{code: "InvalidParameterException"}, {code: "InvalidSmsRoleAccessPolicyException"},
		{code: "InvalidSmsRoleTrustRelationshipException"}, {code: "NotAuthorizedException"},
		{code: "OperationNotEnabledException"}, {code: "ResourceNotFoundException"}, {code: "TooManyRequestsException"},
		{code: "UnexpectedLambdaException"}, {code: "UserLambdaValidationException"}, {code: "UserNotFoundException"}}
	ofUser = []raised{{code: "CodeDeliveryFailureException"}, {code: "CodeMismatchException"}, {code: "ExpiredCodeException"},
		{code: "ForbiddenException"}, {code: "PasswordResetRequiredException"}, {code: "UserNotConfirmedException"},
		{"NotAuthorizedException", "Access Token has expired"}, {"NotAuthorizedException", "Access Token does not have required scopes"},
		{"NotAuthorizedException", "Access Token has been revoked"}, {"NotAuthorizedException", "Could not verify signature for Access Token"},
		{"NotAuthorizedException", "Invalid Access Token"}, {"NotAuthorizedException", "A client attempted to write unauthorized attribute"},
		{"NotAuthorizedException", "User is disabled."}}
	common = []raised{{code: "LimitExceededException"}, {code: "ThrottlingException"}, {code: "AccessDeniedException"},
		{code: "UnrecognizedClientException"}, {code: "ExpiredTokenException"}, {code: "InvalidSignatureException"},
		{code: "RequestExpired"}, {code: "MissingAuthenticationTokenException"}, {code: "UnknownOperationException"}}
)

// The table of exceptions says what becomes of a record and of a run; here the pipeline says it, with
// each exception raised on the wire, on a simulated clock. testdata/exceptions.txt is to be read by
// people: what is not as it says there is a change of behaviour.
func TestExceptionMatrix(t *testing.T) {
	var matrix strings.Builder
	fmt.Fprintf(&matrix, matrixLine, "operation", "exception", "class", "retried", "one record", "all records")
	for _, op := range []string{adminUpdate, userUpdate} {
		list := slices.Concat(ofBoth, common)
		if op == userUpdate {
			list = slices.Concat(ofBoth, ofUser, common)
		}
		slices.SortStableFunc(list, func(a, b raised) int { return strings.Compare(a.code, b.code) })
		for _, x := range list {
			matrix.WriteString(matrixRow(t, op, x))
		}
	}
	t.Log("\n" + matrix.String())
	want, err := os.ReadFile("testdata/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(matrix.String(), "\n") {
		before, after, _ := strings.Cut(string(want), "\n")
		if want = []byte(after); before != line {
			t.Fatalf("line %d of testdata/exceptions.txt is\n%s\nand not\n%s", i+1, before, line)
		}
	}
	if len(want) > 0 {
		t.Errorf("testdata/exceptions.txt has more: %s", want)
	}
}

const matrixLine = "%-25s  %-74s  %-9s  %-14s  %-10s  %s\n"

// matrixRow raises an exception for one record among others, and for all, and tells what came of it.
func matrixRow(t *testing.T, op string, x raised) string {
	t.Helper()
	row := lookup(op, x.code, x.message)
	if !known(x.code) && len(byMeaning[meaning{withToken, x.code}]) == 0 {
		t.Errorf("%s %s has no row in the table", op, x.code)
	}
	one := &rehearsal{op: op, raise: x, one: true}
	all := &rehearsal{op: op, raise: x}
	one.run(t)
	all.run(t)
	if want := row.verdict(op).ruling(); one.class != want.class || one.stops() != want.fatal && one.class != "throttled" {
		t.Errorf("%s %s: class %s, stopped by %q; the table says %+v", op, x.code, one.class, one.stop, want)
	}
	name := x.code
	if x.message != "" {
		name += ": " + x.message
	}
	end, _, _ := strings.Cut(one.end(), ":")
	return fmt.Sprintf(matrixLine, op, name, one.class, one.retried(), end, all.end())
}

const (
	rehearsed = 24 // records; more than a streak
	struck    = 7  // the record that gets the exception, if it is one
	patience  = 12 // so often it gets it: longer than any limit but that of a throttle
)

// rehearsal is a run against a service that raises an exception for one record or for all.
type rehearsal struct {
	op    string
	raise raised
	one   bool

	mu    sync.Mutex
	calls int // to the service
	class string
	stop  string
	done  map[pipeline.Outcome]int
	told  bytes.Buffer // what was logged and reported
}

func (r *rehearsal) stops() bool { return r.stop != "" }

// retried tells how often the record that alone was struck was tried again.
func (r *rehearsal) retried() string {
	switch n := r.calls - 1; n {
	case 0:
		return "no"
	case 1:
		return "once"
	case 2:
		return "twice"
	case patience:
		return "until accepted"
	default:
		return fmt.Sprintf("%d times", n)
	}
}

// end tells in a few words how the record ended, or the run.
func (r *rehearsal) end() string {
	switch {
	case r.stops():
		return "run stops: " + r.stop
	case r.done[pipeline.Failed] == 0:
		return "updated"
	default:
		return "reported"
	}
}

func (r *rehearsal) run(t *testing.T) {
	t.Helper()
	token := tokenWith(t, nil)
	synctest.Test(t, func(t *testing.T) {
		wire := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		s := &http.Server{Handler: r}
		go func() { _ = s.Serve(wire) }()
		defer s.Close()
		c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: "http://127.0.0.1:1", Anonymous: r.op == userUpdate,
			Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "made-up", "")})
		if err != nil {
			t.Fatal(err)
		}
		transport := c.api.Options().HTTPClient.(*http.Client).Transport.(awsconn.Transport).Transport
		transport.DialContext = wire.dial
		defer transport.CloseIdleConnections()
		var updater pipeline.Updater = c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool})
		if r.op == userUpdate {
			updater = c.UserUpdater(UserUpdaterConfig{Token: always(token)})
		}
		r.carry(t, updater)
	})
	told := r.told.String()
	for i := range len(token) - leastPart {
		if strings.Contains(told, token[i:i+leastPart]) {
			t.Fatalf("%s %s: the token is told: %s", r.op, r.raise.code, told)
		}
	}
}

// carry runs the pipeline over the records.
func (r *rehearsal) carry(t *testing.T, updater pipeline.Updater) {
	r.done = map[pipeline.Outcome]int{}
	runner, err := pipeline.New(pipeline.Config{
		Source: &numbered{}, Updater: classSpy{updater, r}, Results: r, Workers: 4,
		// Others succeed for a minute, in which the record is given up: the service is not away.
		Rate: 0.4, Backoff: pipeline.Backoff{Jitter: func() float64 { return 0.5 }},
		Budget: pipeline.Budget{Given: true, Records: rehearsed},
		Log:    slog.New(slog.NewTextHandler(&r.told, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := runner.Run(t.Context())
	fmt.Fprint(&r.told, err, state.LastError, state.Hint)
	var stop *pipeline.StopError
	if errors.As(err, &stop) {
		r.stop = string(stop.Reason)
	} else if n := r.done[pipeline.Failed] + r.done[pipeline.Updated]; err != nil || n != rehearsed {
		t.Errorf("%s %s: %d records done, %v", r.op, r.raise.code, n, err)
	}
}

// ServeHTTP plays the service. Its message repeats the token that it was sent.
func (r *rehearsal) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var in struct {
		AccessToken string
	}
	if err := json.NewDecoder(q.Body).Decode(&in); err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.calls++; r.one && r.calls > patience {
		io.WriteString(w, "{}")
		return
	}
	refuseWith(http.StatusBadRequest, r.raise.code, r.raise.message+" "+in.AccessToken)(w, 0)
}

// Write implements [pipeline.ResultWriter].
func (r *rehearsal) Write(result pipeline.Result) error {
	r.done[result.Outcome]++
	fmt.Fprint(&r.told, result.Err)
	return nil
}

// Sync implements [pipeline.ResultWriter].
func (r *rehearsal) Sync() (map[string]checkpoint.Extent, error) { return nil, nil }

// classSpy notes the class of the errors that the pipeline judges. Where one record is struck, the others
// succeed without a call.
type classSpy struct {
	pipeline.Updater
	r *rehearsal
}

func (s classSpy) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	if s.r.one && c.Attributes[0].Value != fmt.Sprint(struck) {
		return pipeline.Updated, nil
	}
	outcome, err := s.Updater.Update(ctx, c)
	var e *Error
	if errors.As(err, &e) {
		s.r.mu.Lock()
		s.r.class = e.Class()
		s.r.mu.Unlock()
	}
	return outcome, err
}

// numbered is a source of records, each with its number for a value.
type numbered struct{ n int }

func (s *numbered) Next(context.Context) (*sources.Change, error) {
	if s.n == rehearsed {
		return nil, io.EOF
	}
	s.n++
	return &sources.Change{File: "made.csv", Line: s.n + 1, After: sources.Position{Offset: int64(s.n)}, Username: fmt.Sprintf("user-%d", s.n),
		Attributes: []sources.Attribute{{Name: "custom:n", Value: fmt.Sprint(s.n)}}}, nil
}

// pipeListener connects a client and a server in memory, where a simulated clock sees both wait.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

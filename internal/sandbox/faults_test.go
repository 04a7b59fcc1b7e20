package sandbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults Faults
		want   string // beginning of the error; "drop" for a connection without an answer
		landed bool   // the update happened
	}{
		{"nothing", Faults{}, "", true},
		{"throttle", Faults{Throttle: 1}, "TooManyRequestsException: Rate exceeded", false},
		{"internal", Faults{Internal: 1}, "InternalErrorException: Internal server error", false},
		{"lambda", Faults{Lambda: 1}, "UnexpectedLambdaException: CustomMessage invocation failed", false},
		{"user lambda", Faults{UserLambda: 1}, "UserLambdaValidationException: CustomMessage failed", false},
		{"access denied", Faults{AccessDenied: 1}, "AccessDeniedException: User is not authorized", false},
		{"expired", Faults{ExpiredToken: 1}, "ExpiredTokenException: The security token", false},
		{"drop before", Faults{DropBefore: 1}, "drop", false},
		{"drop after", Faults{DropAfter: 1}, "drop", true},
		{"scripted", Faults{Internal: 1, Hook: func(op, username string) *Fault {
			return &Fault{Error: op, Message: username}
		}}, "AdminUpdateUserAttributes: ann", false},
		{"scripted, after", Faults{Hook: func(string, string) *Fault {
			return &Fault{Error: "InternalErrorException", After: true}
		}}, "InternalErrorException: ", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, plainPool, Config{})
			w.user("ann", "given_name=Ann")
			w.server.SetFaults(tt.faults)
			err := w.update("ann", "locale=de")
			var api smithy.APIError
			switch {
			case tt.want == "drop":
				if err == nil || errors.As(err, &api) {
					t.Errorf("got %v, want a dropped connection", err)
				}
			case !strings.HasPrefix(text(err), tt.want) || (err == nil) != (tt.want == ""):
				t.Errorf("got %q, want %q", text(err), tt.want)
			}
			if got := w.got("ann", "locale") == "de"; got != tt.landed {
				t.Errorf("landed: %v, want %v", got, tt.landed)
			}
		})
	}
}

// TestExceptions raises on the wire every exception that either operation to update attributes is
// known to answer, each for both.
func TestExceptions(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.app(passwordClient)
	w.user("ann", "given_name=Ann")
	for _, tt := range []struct {
		name   string
		status int
	}{
		{"TooManyRequestsException", 400},
		{"InternalErrorException", 500},
		{"UnexpectedLambdaException", 400},
		{"UserLambdaValidationException", 400},
		{"InvalidLambdaResponseException", 400},
		{"InvalidParameterException", 400},
		{"UserNotFoundException", 400},
		{"AliasExistsException", 400},
		{"NotAuthorizedException", 400},
		{"ResourceNotFoundException", 400},
		{"OperationNotEnabledException", 400},
		{"InvalidSmsRoleAccessPolicyException", 400},
		{"InvalidSmsRoleTrustRelationshipException", 400},
		{"InvalidEmailRoleAccessPolicyException", 400},
		{"CodeDeliveryFailureException", 400},
		{"CodeMismatchException", 400},
		{"ExpiredCodeException", 400},
		{"PasswordResetRequiredException", 400},
		{"UserNotConfirmedException", 400},
		{"ForbiddenException", 400},
		{"AccessDeniedException", 400},
		{"UnrecognizedClientException", 400},
		{"ExpiredTokenException", 400},
		{"InvalidSignatureException", 400},
		{"RequestExpired", 400},
		{"LimitExceededException", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fault := Fault{Error: tt.name}
			w.server.SetFaults(Faults{Hook: func(op, username string) *Fault {
				if username != "ann" {
					t.Errorf("%s is about %q", op, username)
				}
				return &fault
			}})
			for range 2 {
				_, self := w.self("ann", "locale=de")
				for op, err := range map[string]error{"admin": w.update("ann", "locale=de"), "self": self} {
					var api smithy.APIError
					var answer *awshttp.ResponseError
					if !errors.As(err, &api) || api.ErrorCode() != tt.name || !errors.As(err, &answer) || answer.HTTPStatusCode() != tt.status {
						t.Errorf("%s: got %v, want %s with status %d", op, err, tt.name, tt.status)
					}
				}
				fault.Status, tt.status = 403, 403 // and once more with a status of our own
			}
		})
	}
	if got := w.got("ann", "locale"); got != "" || len(w.server.Log()) != 0 {
		t.Errorf("a scripted error let the update happen: %q", got)
	}
}

func TestStatusOfFaults(t *testing.T) {
	for _, tt := range []struct{ given, want int }{{0, 400}, {403, 403}, {599, 599}, {42, 400}, {200, 400}, {1000, 400}} {
		e := &apiError{code: "ForbiddenException", http: tt.given}
		if got := e.status(); got != tt.want {
			t.Errorf("%d: got %d, want %d", tt.given, got, tt.want)
		}
	}
}

func TestHang(t *testing.T) {
	for _, after := range []bool{false, true} {
		w := newWorld(t, plainPool, Config{})
		w.user("ann", "given_name=Ann")
		ctx, cancel := context.WithCancel(t.Context())
		w.server.SetFaults(Faults{Hook: func(string, string) *Fault {
			cancel()
			return &Fault{Hang: true, After: after}
		}})
		w.client = newClient(t, w.url)
		in := updateInput(w, "ann", "locale=de")
		if _, err := w.client.AdminUpdateUserAttributes(ctx, in); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want a cancelled call", err)
		}
		if err := w.server.Close(); err != nil { // waits for the request
			t.Fatal(err)
		}
		if got := w.got("ann", "locale") == "de"; got != after {
			t.Errorf("after %v: landed: %v", after, got)
		}
	}
}

func TestThrottleBurst(t *testing.T) {
	now := time.Unix(0, 0)
	i := newInjector(Config{Now: func() time.Time { return now }})
	i.set(Faults{Throttle: 1, ThrottleBurst: time.Second})
	if f := i.pick("AdminUpdateUserAttributes", userUpdate, "ann"); !isThrottle(f.err()) {
		t.Fatalf("got %+v", f)
	}
	i.faults.Throttle = 1e-300
	for _, tt := range []struct {
		name     string
		category category
		at       time.Duration
		want     bool
	}{
		{"in the burst", userUpdate, 999 * time.Millisecond, true},
		{"another category", userRead, 999 * time.Millisecond, false},
		{"behind it", userUpdate, time.Second, false},
	} {
		now = time.Unix(0, 0).Add(tt.at)
		if got := isThrottle(i.pick("", tt.category, "").err()); got != tt.want {
			t.Errorf("%s: throttled %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFaultsAreRepeatable(t *testing.T) {
	draw := func() (faults []string) {
		i := newInjector(Config{Seed: 7, Now: time.Now, Faults: Faults{Throttle: 0.2, Internal: 0.2, ExpiredToken: 0.2}})
		for range 1000 {
			faults = append(faults, i.pick("", userUpdate, "").Error)
		}
		return faults
	}
	first := strings.Join(draw(), " ")
	if second := strings.Join(draw(), " "); first != second {
		t.Error("the same seed gave other faults")
	}
	if n := strings.Count(first, "TooMany"); n < 150 || n > 250 {
		t.Errorf("%d throttles in 1000 at 0.2", n)
	}
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Latency: 80 * time.Millisecond, Jitter: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			start := time.Now()
			s.pause(s.faults.delay())
			if took := time.Since(start); took < 80*time.Millisecond || took >= 100*time.Millisecond {
				t.Fatalf("took %v", took)
			}
		}
		go func() { _ = s.Close() }()
		start := time.Now()
		s.pause(time.Hour)
		if took := time.Since(start); took != 0 {
			t.Errorf("closing took %v", took)
		}
	})
}

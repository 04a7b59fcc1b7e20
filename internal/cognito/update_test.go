package cognito

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

func TestUpdateSendsTheRecord(t *testing.T) {
	tests := []struct {
		name     string
		metadata map[string]string
		change   sources.Change
		want     map[string]any // the body, without pool and username; nil: no call
	}{
		{
			name:   "set and delete",
			change: sources.Change{Attributes: []sources.Attribute{{Name: "custom:tier", Value: "gold"}, {Name: "nickname", Delete: true}}},
			want: map[string]any{"UserAttributes": []any{
				map[string]any{"Name": "custom:tier", "Value": "gold"},
				map[string]any{"Name": "nickname", "Value": ""},
			}},
		},
		{
			name: "sub is never written",
			change: sources.Change{Attributes: []sources.Attribute{
				{Name: "sub", Value: "00000000-0000-0000-0000-000000000000"}, {Name: "locale", Value: "de"}}},
			want: map[string]any{"UserAttributes": []any{map[string]any{"Name": "locale", "Value": "de"}}},
		},
		{
			name:     "the record's metadata over the run's",
			metadata: map[string]string{"source": "migration", "batch": "7"},
			change: sources.Change{Attributes: []sources.Attribute{{Name: "locale", Value: "de"}},
				ClientMetadata: map[string]string{"batch": "8"}},
			want: map[string]any{
				"UserAttributes": []any{map[string]any{"Name": "locale", "Value": "de"}},
				"ClientMetadata": map[string]any{"source": "migration", "batch": "8"},
			},
		},
		{name: "nothing to write"},
		{name: "nothing but a sub", change: sources.Change{Attributes: []sources.Attribute{{Name: "sub", Value: "x"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, accept)
			tt.change.Username = "ann"
			outcome, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool, Metadata: tt.metadata}).Update(t.Context(), &tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != nil {
				tt.want["UserPoolId"], tt.want["Username"] = testPool, "ann"
			}
			got, sent := s.sent(t, outcome, tt.want)
			if !sent {
				return
			}
			has(t, "target", got.target, "AWSCognitoIdentityProviderService.AdminUpdateUserAttributes")
			has(t, "user agent", got.agent, "attrmigrate/1.2.3")
			has(t, "authorization", got.authorization, "Credential=AKIDEXAMPLE/|/us-east-1/cognito-idp/aws4_request")
		})
	}
}

// TestUpdateHeldBack: an address that the pool may hold back until it is verified is not counted as
// updated yet.
func TestUpdateHeldBack(t *testing.T) {
	email := sources.Attribute{Name: "email", Value: "ann@example.com"}
	for _, tt := range []struct {
		name       string
		attributes []sources.Attribute
		want       pipeline.Outcome
	}{
		{"a new address", []sources.Attribute{email}, pipeline.Unconfirmed},
		{"a new address that is not verified", []sources.Attribute{email, {Name: "email_verified", Value: "false"}}, pipeline.Unconfirmed},
		{"a new address that is verified", []sources.Attribute{email, {Name: "email_verified", Value: "true"}}, pipeline.Updated},
		{"an address deleted", []sources.Attribute{{Name: "email", Delete: true}}, pipeline.Updated},
		{"another attribute", []sources.Attribute{{Name: "phone_number", Value: "+15550100"}}, pipeline.Updated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := clientOf(t, serve(t, accept).URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool, VerifyBeforeUpdate: []string{"email"}})
			outcome, err := u.Update(t.Context(), &sources.Change{Username: "ann", Attributes: tt.attributes})
			if outcome != tt.want || err != nil {
				t.Errorf("outcome %v, %v, want %v", outcome, err, tt.want)
			}
		})
	}
}

func TestUpdateCancelledIsTheCallersError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, int) { cancel(); <-hang })
	defer close(hang)
	_, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(ctx, goldChange())
	var ours *Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &ours) {
		t.Fatalf("error is %v, want the context's alone", err)
	}
	has(t, "error", err.Error(), "AdminUpdateUserAttributes was cancelled, whether it was done is unknown")
}

func TestUpdateOwnTimeout(t *testing.T) {
	hang := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, int) { <-hang })
	defer close(hang)
	c := clientOf(t, s.URL)
	c.timeout = 30 * time.Millisecond
	_, err := c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
	e := asError(t, err)
	if e.Error() != "no answer within 30ms" || e.Code() != "Timeout" || e.Class() != "transient" || e.Transient() != -1 || e.Fatal() {
		t.Errorf("got %q %s %s %d %v", e, e.Code(), e.Class(), e.Transient(), e.Fatal())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("the attempt's own timeout looks like the caller's")
	}
	has(t, "hint", e.Hint(), "--timeout|calls go to "+s.URL+" (--endpoint-url)")
}

func TestUpdateNetworkErrors(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	hangUp := serve(t, func(w http.ResponseWriter, _ int) { panic(http.ErrAbortHandler) })
	short := serve(t, func(w http.ResponseWriter, _ int) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte(`{"a":`))
	})
	tests := []struct {
		name, url, code, class, text string
		fatal                        bool
	}{
		{"nobody listens", nobody, "NoConnection", "transient", "the endpoint can't be reached: dial tcp 127.0.0.1|refused", true},
		{"hangs up", hangUp.URL, "ConnectionLost", "transient", "the connection was lost: EOF", false},
		{"stops in the middle", short.URL, "BadAnswer", "transient", "the answer can't be read", false},
		{"TLS asked of a plain server", strings.Replace(hangUp.URL, "http:", "https:", 1), "NoTLS", "setup", "the endpoint doesn't speak TLS", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := clientOf(t, tt.url).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
			e := asError(t, err)
			has(t, "text", e.Error(), tt.text)
			if e.Code() != tt.code || e.Class() != tt.class || e.Fatal() != tt.fatal {
				t.Errorf("got %s %s fatal %v", e.Code(), e.Class(), e.Fatal())
			}
		})
	}
}

func TestUpdateUntrustedCertificate(t *testing.T) {
	s := newTLSServer(t)
	_, err := clientOf(t, s).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
	e := asError(t, err)
	if e.Code() != "BadCertificate" || !e.Fatal() || e.Transient() != 0 {
		t.Errorf("got %q %s fatal %v", e, e.Code(), e.Fatal())
	}
	has(t, "hint", e.Hint(), "AWS_CA_BUNDLE")
}

// A redirect would send the users' data on, in a second request.
func TestUpdateFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := serve(t, accept)
		s := serve(t, func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
		})
		_, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
		e := asError(t, err)
		if e.Class() != "transient" || s.count() != 1 || elsewhere.count() != 0 {
			t.Errorf("%d: %v, class %s, %d and %d requests", status, e, e.Class(), s.count(), elsewhere.count())
		}
	}
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T %v, want an *Error", err, err)
	}
	return e
}

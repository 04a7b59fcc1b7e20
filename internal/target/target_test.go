package target

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/sandbox"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const sub = "11111111-aaaa-4bbb-8ccc-222222222222"

// town is a sandbox with a pool, and one user in it.
type town struct {
	*sandbox.Server
	url, pool string
}

func startTown(t *testing.T) *town {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "sandbox")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	to := &town{Server: s}
	to.pool, err = s.CreatePool([]byte(`{"PoolName":"town","AutoVerifiedAttributes":["email"]}`))
	if err == nil {
		_, err = s.CreateClient(to.pool, []byte(`{"ClientName":"app"}`))
	}
	if err == nil {
		err = s.CreateUser(to.pool, sandbox.User{Username: "ann", Attributes: map[string]string{"sub": sub, "locale": "en"}})
	}
	if err == nil {
		to.url, err = s.Start("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return to
}

// connection leads to the pool.
func (to *town) connection() Connection {
	return Connection{PoolID: to.pool, EndpointURL: to.url, Calls: 1, Timeout: time.Minute}
}

// record is one of the user, with her token.
func (to *town) record(t *testing.T, expires time.Duration, a ...sources.Attribute) (*sources.Change, *cognito.Token) {
	t.Helper()
	text, err := to.MintToken(to.pool, "ann", sandbox.TokenOptions{ExpiresIn: expires})
	if err != nil {
		t.Fatal(err)
	}
	token, err := cognito.ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return &sources.Change{Username: sub, Token: sources.Secret(text), Attributes: a}, token
}

// TestAuthorities: whoever writes, the user is read and changed.
func TestAuthorities(t *testing.T) {
	to := startTown(t)
	c, token := to.record(t, time.Hour)
	unnamed := to.connection()
	unnamed.PoolID = ""
	for _, tt := range []struct {
		name     string
		connect  func() (*Target, error)
		byUsers  bool
		username string // by which a read knows the user, named by the sub
		pool     string // as it is described
		tokens   bool   // its schema is that of tokens
		codes    int    // that are told
		outcome  pipeline.Outcome
	}{
		{"admin", func() (*Target, error) { return Connect(t.Context(), to.connection()) }, false, "ann", "town", false, 0, pipeline.Updated},
		{"users", func() (*Target, error) { return ConnectUsers(t.Context(), to.connection(), token) }, true, sub, "town", true, 1, pipeline.AwaitingVerification},
		{"users of a pool that is not named", func() (*Target, error) { return ConnectUsers(t.Context(), unnamed, token) }, true, sub, "", true, 1, pipeline.AwaitingVerification},
	} {
		t.Run(tt.name, func(t *testing.T) {
			there, err := tt.connect()
			if err != nil {
				t.Fatal(err)
			}
			if there.ByUsers != tt.byUsers || (there.Lister == nil) != tt.byUsers || there.PoolID != to.pool || there.Endpoint != to.url {
				t.Errorf("the target is %+v", there)
			}
			pool, err := there.Describe(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			flag := pool.Schema.Check(&sources.Change{Username: sub, Attributes: []sources.Attribute{{Name: "email_verified", Value: "true"}}})
			if pool.Name != tt.pool || pool.ID != to.pool || pool.Region != "us-east-1" || (flag != nil) != tt.tokens {
				t.Errorf("the pool is %q in %s; that an address is verified: %v", pool.Name, pool.Region, flag)
			}
			if user, err := there.User(t.Context(), c, sub); err != nil || user.Username != tt.username || user.Attributes["sub"] != sub {
				t.Errorf("read: %+v, %v", user, err)
			}
			codes := 0
			c.Attributes = []sources.Attribute{{Name: "email", Value: fmt.Sprintf("ann%d@example.com", len(to.Log()))}}
			u := there.Updater(Updates{Delivered: func(_ *sources.Change, list []cognito.Delivery) { codes += len(list) }})
			if outcome, err := u.Update(t.Context(), c); outcome != tt.outcome || err != nil {
				t.Errorf("updated: %v, %v", outcome, err)
			}
			log := to.Log()
			if last := log[len(log)-1]; codes != tt.codes || last.Username != "ann" {
				t.Errorf("%d codes are told, the user is %s", codes, last.Username)
			}
			if err := there.Probe(t.Context()); tt.byUsers != (err != nil) { // an answer all the same
				t.Errorf("probed: %v", err)
			}
		})
	}
}

// TestExpiredTokens: no call is spent on a token that has expired.
func TestExpiredTokens(t *testing.T) {
	to := startTown(t)
	c, token := to.record(t, -time.Minute, sources.Attribute{Name: "locale", Value: "fr"})
	there, err := ConnectUsers(t.Context(), to.connection(), token)
	if err != nil {
		t.Fatal(err)
	}
	_, read := there.User(t.Context(), c, sub)
	_, updated := there.Updater(Updates{}).Update(t.Context(), c)
	for what, err := range map[string]error{"read": read, "updated": updated, "asked": there.Ready(c)} {
		if e, ok := errors.AsType[*cognito.TokenError](err); !ok || e.Code() != "ExpiredToken" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if calls := to.Stats().Operations; calls["GetUser"]+calls["UpdateUserAttributes"] != 0 {
		t.Errorf("calls were made: %v", calls)
	}
}

// TestNobodyDescribes: users' own tokens need no AWS credentials; then what holds for every pool is known.
func TestNobodyDescribes(t *testing.T) {
	to := startTown(t)
	_, token := to.record(t, time.Hour)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	there, err := ConnectUsers(t.Context(), to.connection(), token)
	if err != nil {
		t.Fatal(err)
	}
	if pool, err := there.Describe(t.Context(), 1); err != nil || pool.Name != "" || !pool.Schema.Known("custom:anything") {
		t.Errorf("%+v, %v", pool, err)
	}
}

// TestRegions: the Region is that of the connection, of the pool, or of the token.
func TestRegions(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "sandbox")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
	token := &cognito.Token{PoolID: "eu-west-1_Made00000", Region: "eu-west-1"}
	nowhere := &cognito.Token{PoolID: "local_1"}
	for _, tt := range []struct {
		name  string
		c     Connection
		token *cognito.Token // nil: an admin connects
		want  string         // the endpoint
	}{
		{"the pool's", Connection{PoolID: "eu-north-1_Made00000"}, nil, "https://cognito-idp.eu-north-1.amazonaws.com"},
		{"one that is given", Connection{PoolID: "eu-north-1_Made00000", Region: "us-west-2"}, nil, "https://cognito-idp.us-west-2.amazonaws.com"},
		{"the token's pool", Connection{}, token, "https://cognito-idp.eu-west-1.amazonaws.com"},
		{"the pool's, not the token's", Connection{PoolID: "eu-north-1_Made00000"}, token, "https://cognito-idp.eu-north-1.amazonaws.com"},
		{"the token's own", Connection{}, &cognito.Token{PoolID: "local_1", Region: "eu-west-1"}, "https://cognito-idp.eu-west-1.amazonaws.com"},
		{"an emulator's", Connection{EndpointURL: "http://127.0.0.1:9"}, nowhere, "http://127.0.0.1:9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Calls = 1
			to, err := Connect(t.Context(), tt.c)
			if tt.token != nil {
				to, err = ConnectUsers(t.Context(), tt.c, tt.token)
			}
			if err != nil {
				t.Fatal(err)
			}
			if to.Endpoint != tt.want {
				t.Errorf("got %s, want %s", to.Endpoint, tt.want)
			}
		})
	}
}

// TestInTheClear: tokens go unencrypted to what is no https, and not this machine.
func TestInTheClear(t *testing.T) {
	for _, tt := range []struct {
		name, endpoint string
		want           bool
	}{
		{"AWS", "https://cognito-idp.us-east-1.amazonaws.com", false},
		{"another machine", "http://cognito.example.com", true},
		{"another machine by its number", "http://192.0.2.1:9229", true},
		{"this machine", "http://127.0.0.1:9229", false},
		{"this machine in version 6", "http://[::1]:9229", false},
		{"this machine by name", "http://localhost:9229", false},
		{"one that is named like it", "http://localhost.example.com", true},
		{"inside the process", SandboxEndpoint, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&Target{Endpoint: tt.endpoint, ByUsers: true}).InTheClear(); got != tt.want {
				t.Errorf("%s: %v", tt.endpoint, got)
			}
			if (&Target{Endpoint: tt.endpoint}).InTheClear() {
				t.Error("an admin sends no tokens")
			}
		})
	}
}

// TestConnection: the flags that lead to the same pool again, and what is refused.
func TestConnection(t *testing.T) {
	c := Connection{PoolID: "none", Region: "us-west-2", Profile: "made up", EndpointURL: "http://127.0.0.1:9", Sandbox: true}
	want := []string{"--user-pool-id", "us-west-2_Made00000", "--region", "us-west-2", "--profile", "made up", "--endpoint-url", "http://127.0.0.1:9", "--sandbox"}
	if got := c.Flags("us-west-2_Made00000"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, inside := range []bool{true, false} {
		c.Sandbox = inside
		if _, err := Connect(t.Context(), c); !strings.HasPrefix(fmt.Sprint(err), "--user-pool-id: none is no user pool id") {
			t.Errorf("sandbox %v: %v", inside, err)
		}
	}
	to, err := Connect(t.Context(), Connection{Sandbox: true})
	if err != nil || to.PoolID != SandboxPool || to.Place() != "a sandbox inside this process" {
		t.Errorf("%+v, %v", to, err)
	}
}

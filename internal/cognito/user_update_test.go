package cognito

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/internal/awsconn/awstest"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// anonymousOf returns a client of the server without credentials.
func anonymousOf(t testing.TB, url string) *Client {
	t.Helper()
	c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: url, Timeout: 5 * time.Second,
		UserAgent: "attrmigrate/1.2.3", Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// always is a Token of a UserUpdaterConfig.
func always(token string) func(*sources.Change) string {
	return func(*sources.Change) string { return token }
}

func TestUserUpdateSendsTheRecord(t *testing.T) {
	token := tokenWith(t, nil)
	tests := []struct {
		name     string
		metadata map[string]string
		change   sources.Change
		want     map[string]any // the body, without the token; nil: no call
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
			name:     "the record's metadata over the run's",
			metadata: map[string]string{"source": "migration", "batch": "7"},
			change: sources.Change{Attributes: []sources.Attribute{{Name: "locale", Value: "de"}, {Name: "sub", Value: testSub}},
				ClientMetadata: map[string]string{"batch": "8"}},
			want: map[string]any{
				"UserAttributes": []any{map[string]any{"Name": "locale", "Value": "de"}},
				"ClientMetadata": map[string]any{"source": "migration", "batch": "8"},
			},
		},
		{name: "nothing to write"},
		{name: "nothing but a sub", change: sources.Change{Attributes: []sources.Attribute{{Name: "sub", Value: testSub}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			s := serve(t, accept)
			u := anonymousOf(t, s.URL).UserUpdater(UserUpdaterConfig{Token: always(token), Metadata: tt.metadata})
			outcome, err := u.Update(t.Context(), &tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != nil {
				tt.want["AccessToken"] = token
			}
			got, sent := s.sent(t, outcome, tt.want)
			if !sent {
				return
			}
			if got.target != "AWSCognitoIdentityProviderService.UpdateUserAttributes" || got.authorization != "" {
				t.Errorf("sent to %s, signed %q", got.target, got.authorization)
			}
			has(t, "user agent", got.agent, "attrmigrate/1.2.3")
		})
	}
}

func TestUserUpdateWithoutAToken(t *testing.T) {
	s := serve(t, accept)
	c := anonymousOf(t, s.URL)
	outcome, err := c.UserUpdater(UserUpdaterConfig{Token: always("")}).Update(t.Context(), goldChange())
	asTokenError(t, err, "MalformedToken", "there is no access token", "give each record")
	user, err := c.GetUserByToken(t.Context(), "")
	asTokenError(t, err, "MalformedToken", "there is no access token", "give each record")
	if outcome != pipeline.Failed || user != nil || s.count() != 0 {
		t.Errorf("%v, %v after %d calls", outcome, user, s.count())
	}
}

func TestUserUpdateDeliveries(t *testing.T) {
	tests := []struct {
		name, answer string
		outcome      pipeline.Outcome
		want         []Delivery
	}{
		{"none", `{}`, pipeline.Updated, nil},
		{"an empty body", ``, pipeline.Updated, nil},
		{"null", `{"CodeDeliveryDetailsList":null}`, pipeline.Updated, nil},
		{"an empty list", `{"CodeDeliveryDetailsList":[]}`, pipeline.Updated, nil},
		{"an e-mail", `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}]}`,
			pipeline.AwaitingVerification, []Delivery{{"email", "EMAIL", "a***@e***"}}},
		{"both", `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"},
			{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******0100"}]}`,
			pipeline.AwaitingVerification, []Delivery{{"email", "EMAIL", "a***@e***"}, {"phone_number", "SMS", "+*******0100"}}},
		{"a name alone", `{"CodeDeliveryDetailsList":[{"AttributeName":"email"}]}`,
			pipeline.AwaitingVerification, []Delivery{{Attribute: "email"}}},
		{"no name", `{"CodeDeliveryDetailsList":[{"DeliveryMedium":"EMAIL"},null]}`, pipeline.Updated, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := goldChange()
			var got []Delivery
			cfg := UserUpdaterConfig{Token: always("a.b.c"), Delivered: func(c *sources.Change, codes []Delivery) {
				if c != change || got != nil {
					t.Error("told of another record, or twice")
				}
				got = codes
			}}
			c := anonymousOf(t, serve(t, text(200, tt.answer)).URL)
			outcome, err := c.UserUpdater(cfg).Update(t.Context(), change)
			if err != nil || outcome != tt.outcome || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, %+v, %v", outcome, got, err)
			}
			cfg.Delivered = nil
			if outcome, err = c.UserUpdater(cfg).Update(t.Context(), change); err != nil || outcome != tt.outcome {
				t.Errorf("with nobody to tell: %v, %v", outcome, err)
			}
		})
	}
}

func TestGetUserByToken(t *testing.T) {
	awstest.OwnEnvironment(t)
	token := tokenWith(t, nil)
	s := serve(t, text(200, `{"MFAOptions":[{"AttributeName":"phone_number"}],"UserMFASettingList":["SMS_MFA"],"Username":"ann",
		"UserAttributes":[{"Name":"sub","Value":"`+testSub+`"},{"Name":"email","Value":"ann@example.com"}]}`))
	user, err := anonymousOf(t, s.URL).GetUserByToken(t.Context(), token)
	want := &User{Username: "ann", Enabled: true, Attributes: map[string]string{"sub": testSub, "email": "ann@example.com"}}
	if err != nil || !reflect.DeepEqual(user, want) {
		t.Errorf("got %+v, %v", user, err)
	}
	got := s.requests[0]
	if !reflect.DeepEqual(got.body, map[string]any{"AccessToken": token}) || got.authorization != "" ||
		got.target != "AWSCognitoIdentityProviderService.GetUser" {
		t.Errorf("sent %v to %s, signed %q", got.body, got.target, got.authorization)
	}
}

// Without credentials anywhere, nobody is asked for them: not the metadata service of the machine, nor
// that of a container. A client that does sign asks, which shows that it would be noticed.
func TestAnonymousAsksNobody(t *testing.T) {
	var asked atomic.Int32
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer metadata.Close()
	const mfa = "[profile boss]\nregion = us-east-1\nrole_arn = arn:aws:iam::111122223333:role/boss\nsource_profile = default\n" +
		"mfa_serial = arn:aws:iam::111122223333:mfa/ann\n[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = made-up\n"
	tests := []struct {
		name   string
		env    map[string]string
		cfg    Config
		config string
		asks   bool
	}{
		{name: "nothing set", cfg: Config{Region: "us-east-1", Anonymous: true}},
		{name: "the Region from the environment", env: map[string]string{"AWS_REGION": "us-east-1"}, cfg: Config{Anonymous: true}},
		{name: "the SDK's defaults chosen by the place", env: map[string]string{"AWS_DEFAULTS_MODE": "auto"}, cfg: Config{Region: "us-east-1", Anonymous: true}},
		{name: "in a container", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": metadata.URL}, cfg: Config{Region: "us-east-1", Anonymous: true}},
		{name: "a role that asks for an MFA code", cfg: Config{Profile: "boss", Anonymous: true}, config: mfa},
		{name: "a client that signs", cfg: Config{Region: "us-east-1"}, asks: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
				unset(t, name)
			}
			t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(tt.config), 0o600); err != nil {
				t.Fatal(err)
			}
			asked.Store(0)
			s := serve(t, text(200, `{"Username":"ann"}`))
			tt.cfg.EndpointURL = s.URL
			c, err := NewClient(t.Context(), tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if tt.asks {
				_, err = c.Pool(t.Context(), testPool)
				if asked.Load() == 0 || err == nil {
					t.Errorf("asked %d times, %v", asked.Load(), err)
				}
				return
			}
			if _, err := c.UserUpdater(UserUpdaterConfig{Token: always("a.b.c")}).Update(t.Context(), goldChange()); err != nil {
				t.Error(err)
			}
			if _, err := c.GetUserByToken(t.Context(), "a.b.c"); err != nil {
				t.Error(err)
			}
			if asked.Load() != 0 || s.count() != 2 || s.requests[0].authorization+s.requests[1].authorization != "" {
				t.Errorf("asked %d times, %d calls", asked.Load(), s.count())
			}
		})
	}
}

// What needs credentials says so, without a call, whatever the environment has.
func TestAnonymousSignsNothing(t *testing.T) {
	awstest.OwnEnvironment(t)
	s := serve(t, accept)
	for _, cfg := range []Config{
		{Region: "us-east-1", EndpointURL: s.URL, Anonymous: true},
		{Region: "us-east-1", EndpointURL: s.URL, Anonymous: true, Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "made-up", "")},
	} {
		c, err := NewClient(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Pool(t.Context(), testPool)
		e := asError(t, err)
		if e.Code() != "NoCredentials" || !e.Fatal() || s.count() != 0 {
			t.Errorf("got %s (%v) after %d calls", e.Code(), e, s.count())
		}
		has(t, "text", e.Error(), "no AWS credentials: the client was made for users' own tokens alone")
	}
}

// A clock that is wrong matters to signatures alone: the first call succeeds.
func TestUserUpdateNeedsNoClock(t *testing.T) {
	for _, off := range []time.Duration{-time.Hour, 10 * time.Minute, 365 * 24 * time.Hour} {
		s := serve(t, func(w http.ResponseWriter, _ int) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			io.WriteString(w, `{"Username":"ann"}`)
		})
		c := anonymousOf(t, s.URL)
		if _, err := c.UserUpdater(UserUpdaterConfig{Token: always("a.b.c")}).Update(t.Context(), goldChange()); err != nil {
			t.Errorf("%s: %v", off, err)
		}
		if _, err := c.GetUserByToken(t.Context(), "a.b.c"); err != nil || s.count() != 2 {
			t.Errorf("%s: %v after %d calls", off, err, s.count())
		}
	}
}

func TestUserUpdateCancelledIsTheCallersError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, int) { cancel(); <-hang })
	defer close(hang)
	_, err := anonymousOf(t, s.URL).UserUpdater(UserUpdaterConfig{Token: always("a.b.c")}).Update(ctx, goldChange())
	var ours *Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &ours) {
		t.Fatalf("error is %v, want the context's alone", err)
	}
	has(t, "error", err.Error(), "UpdateUserAttributes was cancelled, whether it was done is unknown")
}

// What the service says of a token, and what to do about it.
func TestErrorsWithAToken(t *testing.T) {
	const row, token, run = "refused ", "token ", "setup fatal"
	const na, keys = "NotAuthorizedException", "the endpoint wants AWS credentials, and a call with a user's token has none: "
	tests := []struct{ code, message, verdict, text, hint string }{
		{na, "Access Token has expired", token, "the access token has expired: NotAuthorizedException: Access Token has expired", "sign in again"},
		{na, "Access Token does not have required scopes", token, "the access token lacks the scope aws.cognito.signin.user.admin: " + na, "allow this scope"},
		{na, "Access Token has been revoked", token, "the access token has been revoked: ", "signed out"},
		{na, "Could not verify signature for Access Token", token, "the access token was not made by the pool: ", "us-east-1|calls go to http://127.0.0.1"},
		{na, "Invalid Access Token", token, "the service doesn't accept the access token: ", "copied whole"},
		{na, "A client attempted to write unauthorized attribute", row, "the token's app client may not write one of the attributes: ", "WriteAttributes|--ignore NAME|--as admin"},
		{na, "User is disabled.", row, "the user is disabled: ", "--as admin"},
		{na, "No.", row, "the service doesn't allow this with the user's token: ", "see the message"},
		{na, "", row, "the service doesn't allow this with the user's token: NotAuthorizedException", "see the message"},
		{"UserNotFoundException", "User does not exist.", row, "no such user: ", "deleted since signing in"},
		{"ResourceNotFoundException", "User pool does not exist.", run, "no such user pool, or app client: ", "check --region, us-east-1 was asked, at http://127.0.0.1"},
		{"CodeDeliveryFailureException", "no", row, "the verification code could not be sent, and the value may have been written: ", "read the user again"},
		{"PasswordResetRequiredException", "Password reset required", row, "the user must reset the password first: ", "--as admin"},
		{"UserNotConfirmedException", "User is not confirmed.", row, "the user is not confirmed: ", "--as admin"},
		{"ForbiddenException", "Request not allowed due to WAF block.", run, "AWS WAF blocks the calls: ", "web ACL"},
		{"TooManyRequestsException", "Rate exceeded", "throttled throttle again", "the service throttles: ", "rate: the quota of "},
		{"ExpiredTokenException", "The security token included in the request is expired", run, keys, "calls go to http://127.0.0.1"},
		{"InvalidSignatureException", "Signature expired", run, keys, "VPC endpoint's policy"},
		{"AccessDeniedException", "User: anonymous is not authorized", run, keys, "must let everybody call cognito-idp:"},
		{"UnrecognizedClientException", "no", run, keys, "calls go to"},
		{"MissingAuthenticationTokenException", "Missing Authentication Token", run, keys, "calls go to"},
		{"NobodyKnowsThisException", "Surprise.", "setup setup", "the service refused the call: NobodyKnowsThisException: Surprise", "message"},
	}
	var refuse func(http.ResponseWriter, int) // of the row; written between calls
	s := serve(t, func(w http.ResponseWriter, n int) { refuse(w, n) })
	c := anonymousOf(t, s.URL)
	for _, op := range []string{userUpdate, ownUser} {
		for _, tt := range tests {
			t.Run(op+" "+tt.code+" "+tt.message, func(t *testing.T) {
				before := s.count()
				refuse = refuseWith(400, tt.code, tt.message)
				e := asError(t, withTokenCall(t, c, op, "a.b.c"))
				if got, calls := verdictOf(e), s.count()-before; got != tt.verdict || calls != 1 {
					t.Errorf("verdict %q after %d calls, want %q", got, calls, tt.verdict)
				}
				has(t, "text", e.Error(), tt.text)
				has(t, "hint", e.Hint(), tt.hint)
				if e.Op != op || e.Code() != tt.code || e.RequestID() == "" {
					t.Errorf("op %s, code %s, request %q", e.Op, e.Code(), e.RequestID())
				}
			})
		}
	}
}

// withTokenCall makes a call of an operation and returns its error.
func withTokenCall(t *testing.T, c *Client, op, token string) error {
	t.Helper()
	if op == ownUser {
		_, err := c.GetUserByToken(t.Context(), token)
		return err
	}
	change := &sources.Change{Attributes: []sources.Attribute{{Name: "nickname", Value: "Canary Nickname"}}}
	_, err := c.UserUpdater(UserUpdaterConfig{Token: always(token)}).Update(t.Context(), change)
	return err
}

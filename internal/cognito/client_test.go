package cognito

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"attrmigrate/internal/awsconn"
	"attrmigrate/internal/awsconn/awstest"
)

// Invariant: whatever the environment says of retries, one Update is one request.
func TestOneRequestWhateverTheEnvironment(t *testing.T) {
	profile := "[profile eager]\nregion = us-east-1\nmax_attempts = 7\nretry_mode = adaptive\n"
	settings := []struct {
		name string
		env  map[string]string
	}{
		{"nothing", nil},
		{"attempts", map[string]string{"AWS_MAX_ATTEMPTS": "5"}},
		{"standard mode", map[string]string{"AWS_RETRY_MODE": "standard"}},
		{"adaptive mode", map[string]string{"AWS_RETRY_MODE": "adaptive"}},
		{"new retries", map[string]string{"AWS_NEW_RETRIES_2026": "true"}},
		{"a profile", map[string]string{"AWS_PROFILE": "eager"}},
		{"all", map[string]string{"AWS_MAX_ATTEMPTS": "5", "AWS_RETRY_MODE": "adaptive", "AWS_NEW_RETRIES_2026": "true", "AWS_PROFILE": "eager"}},
	}
	answers := []struct {
		name   string
		answer func(http.ResponseWriter, int)
	}{
		{"throttled", refuseWith(400, "TooManyRequestsException", "Rate exceeded")},
		{"429", text(429, "")},
		{"500", refuseWith(500, "InternalErrorException", "")},
		{"503", text(503, "")},
		{"clock", refuseWith(400, "InvalidSignatureException", "Signature expired")},
		{"timeout", nil},
	}
	for _, setting := range settings {
		t.Run(setting.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(profile), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range setting.env {
				t.Setenv(name, value)
			}
			for _, a := range answers {
				gone := make(chan struct{})
				if a.answer == nil {
					a.answer = func(http.ResponseWriter, int) { <-gone }
				}
				s := serve(t, a.answer)
				c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL, Timeout: 5 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				if a.name == "timeout" {
					c.timeout = 20 * time.Millisecond
				}
				if _, err := c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange()); err == nil {
					t.Errorf("%s: no error", a.name)
				}
				if _, err := c.Pool(t.Context(), testPool); err == nil {
					t.Errorf("%s: no error of the pool", a.name)
				}
				close(gone)
				late := a.name == "timeout" && s.count() < 2 // on a loaded machine the time is up before the request is out
				if s.count() != 2 && !late {
					t.Errorf("%s: %d requests for two calls", a.name, s.count())
				}
			}
		})
	}
}

// A body that the SDK closes too early costs a connection, about once in fifty calls, if net/http lets the body
// write itself; see [awsconn.Transport].
func TestBodiesArePlain(t *testing.T) {
	s := serve(t, accept)
	body := &writingBody{Reader: strings.NewReader(`{"UserPoolId":"made up"}`)}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := clientOf(t, s.URL).api.Options().HTTPClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := s.requests[0].body["UserPoolId"]; got != "made up" || body.wrote {
		t.Errorf("it was read: %v; it wrote itself: %v", got, body.wrote)
	}
}

// writingBody tells whether it was asked to write itself.
type writingBody struct {
	*strings.Reader
	wrote bool
}

func (b *writingBody) WriteTo(w io.Writer) (int64, error) {
	b.wrote = true
	return b.Reader.WriteTo(w)
}

func (b *writingBody) Close() error { return nil }

// After the first refusal the SDK has learnt from the Date header how wrong the clock is.
func TestClockIsLearntFromTheAnswer(t *testing.T) {
	skewed := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	s := serve(t, func(w http.ResponseWriter, n int) {
		w.Header().Set("Date", skewed)
		if n == 1 {
			refuseWith(400, "InvalidSignatureException", "Signature not yet current")(w, n)
			return
		}
		accept(w, n)
	})
	u := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool})
	if _, err := u.Update(t.Context(), goldChange()); asError(t, err).Transient() != 2 {
		t.Fatalf("%v is not tried once more", err)
	}
	if _, err := u.Update(t.Context(), goldChange()); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	transport := awsconn.HTTPClient(awshttp.NewBuildableClient(), 64).Transport.(awsconn.Transport).Transport
	if transport.MaxIdleConns != 64 || transport.MaxIdleConnsPerHost != 64 || transport.Proxy == nil {
		t.Errorf("idle %d, per host %d", transport.MaxIdleConns, transport.MaxIdleConnsPerHost)
	}
}

func TestConfigurationErrors(t *testing.T) {
	tests := []struct {
		name             string
		cfg              Config
		config           string
		code, text, hint string
	}{
		{"no Region", Config{}, "", "NoRegion", "no AWS Region", "--region"},
		{"no such profile", Config{Profile: "nobody"}, "", "NoProfile", "no such AWS profile: |nobody", "list-profiles"},
		{"MFA", Config{Profile: "boss", Region: "us-east-1"},
			"[profile boss]\nrole_arn = arn:aws:iam::111122223333:role/boss\nsource_profile = default\nmfa_serial = arn:aws:iam::111122223333:mfa/ann\n[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = made-up\n",
			"NoMFACode", "asks for an MFA code", "export-credentials --profile boss"},
		{"not a URL", Config{Region: "us-east-1", EndpointURL: "http://[::1"}, "", "BadEndpoint", "the endpoint can't be used: --endpoint-url: it is not a URL", "check --endpoint-url"},
		{"no scheme", Config{Region: "us-east-1", EndpointURL: "localhost:9229"}, "", "BadEndpoint", "it does not begin with https:// or http://", "check --endpoint-url"},
		{"a password", Config{Region: "us-east-1", EndpointURL: "https://ann:made-up@example.com"}, "", "BadEndpoint", "it holds a user name or password", "check --endpoint-url"},
		{"a Region in capitals", Config{Region: "US-EAST-1"}, "", "BadRegion", "the AWS configuration can't be used: --region: it begins with a capital letter", "small letters"},
		{"no bundle", Config{Region: "us-east-1"}, "[default]\nca_bundle = nowhere.pem\n", "BadBundle", "the CA bundle can't be used: ca_bundle of profile default (", "in PEM"},
		{"a word that is none", Config{Region: "us-east-1"}, "[default]\nretry_mode = made-up\n", "BadConfiguration", "the AWS configuration can't be used: retry_mode of profile default (", "check the AWS_* variables"},
		{"a Region that is no name", Config{Region: "us east"}, "", "BadCharacter", "--region has a blank (U+0020), as its character 3", "without that character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(tt.config), 0o600); err != nil {
				t.Fatal(err)
			}
			if tt.cfg.Profile == "boss" {
				unset(t, "AWS_ACCESS_KEY_ID")
				unset(t, "AWS_SECRET_ACCESS_KEY")
			}
			_, err := NewClient(t.Context(), tt.cfg)
			e := asError(t, err)
			if e.Code() != tt.code || !e.Fatal() || e.Class() != "setup" {
				t.Errorf("got %s (%v), want %s", e.Code(), e, tt.code)
			}
			has(t, "text", e.Error(), tt.text)
			has(t, "hint", e.Hint(), tt.hint)
		})
	}
}

func TestNoCredentials(t *testing.T) {
	awstest.OwnEnvironment(t)
	unset(t, "AWS_ACCESS_KEY_ID")
	unset(t, "AWS_SECRET_ACCESS_KEY")
	s := serve(t, accept)
	c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Pool(t.Context(), testPool)
	e := asError(t, err)
	if e.Code() != "NoCredentials" || !e.Fatal() || e.Transient() != 0 || s.count() != 0 {
		t.Errorf("got %s (%v) after %d requests", e.Code(), e, s.count())
	}
	has(t, "text", e.Error(), "no AWS credentials")
	has(t, "hint", e.Hint(), "aws sso login|AWS_ACCESS_KEY_ID")
}

func TestRoleThatMayNotBeAssumed(t *testing.T) {
	s := serve(t, accept)
	refused := &smithy.GenericAPIError{Code: "AccessDenied", Message: "not authorized to perform: sts:AssumeRole"}
	for _, tt := range []struct {
		name string
		lost bool
		want string
	}{
		{"at first", false, "no AWS credentials: AccessDenied: not authorized to perform: sts:AssumeRole"},
		{"in the run", true, "the AWS credentials can't be renewed: AccessDenied: not authorized to perform: sts:AssumeRole"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			had := !tt.lost
			c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL,
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					if had {
						return aws.Credentials{}, refused
					}
					had = true
					return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "made-up", CanExpire: true, Expires: time.Now().Add(-time.Hour)}, nil
				})})
			if err != nil {
				t.Fatal(err)
			}
			u := c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool})
			if tt.lost {
				if _, err := u.Update(t.Context(), goldChange()); err != nil {
					t.Fatal(err)
				}
			}
			_, err = u.Update(t.Context(), goldChange())
			e := asError(t, err)
			if e.Error() != tt.want || !e.Fatal() {
				t.Errorf("got %q, fatal %v", e, e.Fatal())
			}
		})
	}
}

// An expired token drops the credentials, so that the second call has those that another program has
// written into the file meanwhile.
func TestExpiredTokenReadsTheCredentialsAgain(t *testing.T) {
	awstest.OwnEnvironment(t)
	unset(t, "AWS_ACCESS_KEY_ID")
	unset(t, "AWS_SECRET_ACCESS_KEY")
	keys := func(id string) {
		file := os.Getenv("AWS_SHARED_CREDENTIALS_FILE")
		body := "[default]\naws_access_key_id = " + id + "\naws_secret_access_key = made-up\n"
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys("AKIDOLD")
	s := serve(t, func(w http.ResponseWriter, n int) {
		if n == 1 {
			refuseWith(400, "ExpiredTokenException", "The security token included in the request is expired")(w, n)
			return
		}
		accept(w, n)
	})
	c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	u := c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool})
	if _, err := u.Update(t.Context(), goldChange()); asError(t, err).Transient() != 2 {
		t.Fatalf("%v is not tried once more", err)
	}
	keys("AKIDNEW")
	if _, err := u.Update(t.Context(), goldChange()); err != nil {
		t.Fatal(err)
	}
	has(t, "first authorization", s.requests[0].authorization, "Credential=AKIDOLD/")
	has(t, "second authorization", s.requests[1].authorization, "Credential=AKIDNEW/")
	if err := os.Remove(filepath.Clean(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"))); err != nil {
		t.Fatal(err)
	}
	c.credentials.Renew(c.credentials.Current())
	_, err = u.Update(t.Context(), goldChange())
	if e := asError(t, err); e.Code() != "CredentialsLost" || e.Transient() != 3 || !e.Fatal() {
		t.Errorf("got %s (%v), want them lost", e.Code(), e)
	}
}

// TestCredentialsAway: what gives the credentials and has no answer, or none but that it is in trouble, is tried again, as an endpoint is.
// One that is not there is as if there were no credentials.
func TestCredentialsAway(t *testing.T) {
	s := serve(t, accept)
	for _, tt := range []struct {
		name string
		give aws.CredentialsProviderFunc
		want string
		text string
	}{
		{"no answer", func(ctx context.Context) (aws.Credentials, error) {
			<-ctx.Done()
			return aws.Credentials{}, ctx.Err()
		}, "CredentialsAway", "what gives the AWS credentials is in trouble: no answer in time"},
		{"no answer in the SDK's own time", func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, os.ErrDeadlineExceeded
		}, "CredentialsAway", "what gives the AWS credentials is in trouble: i/o timeout"},
		{"trouble", func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 503}}, Err: errors.New("in trouble")}}
		}, "CredentialsAway", "what gives the AWS credentials is in trouble"},
		{"it is not there", func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
		}, "NoCredentials", "no AWS credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL, Credentials: tt.give, Timeout: 100 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Pool(t.Context(), testPool)
			if e := asError(t, err); e.Code() != tt.want || e.Transient() != 0 != (tt.want == "CredentialsAway") || !e.Fatal() || s.count() != 0 {
				t.Errorf("%s (%v), tried again %d times, %d requests", e.Code(), e, e.Transient(), s.count())
			}
			has(t, "text", err.Error(), tt.text)
		})
	}
}

// TestUnfitCredentials: those of a role, a program or a container are looked at when they come.
func TestUnfitCredentials(t *testing.T) {
	s := serve(t, accept)
	for _, test := range []struct {
		name, id, secret, token string
		text                    string
	}{
		{"the key", "secret-value\r", "made-up", "", "the access key id from StaticCredentials ends with a carriage return (U+000D)"},
		{"the secret", "AKIDEXAMPLE", "secret value", "", "the secret access key from StaticCredentials has a blank (U+0020), as its character 7"},
		{"the session token", "AKIDEXAMPLE", "made-up", "secret-value\n", "the session token from StaticCredentials ends with a line end (U+000A)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL,
				Credentials: credentials.NewStaticCredentialsProvider(test.id, test.secret, test.token)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Pool(t.Context(), testPool)
			e := asError(t, err)
			if e.Code() != "BadCharacter" || !e.Fatal() || e.Transient() != 0 || s.count() != 0 {
				t.Errorf("%s (%v), tried again %d times, %d requests", e.Code(), e, e.Transient(), s.count())
			}
			has(t, "text", e.Error(), test.text)
		})
	}
}

package cognito

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"attrmigrate/internal/awsconn/awstest"
)

const testRole = "arn:aws:iam::111122223333:role/attrmigrate"

// tokenService plays STS: each session has an access key id with its number in it.
type tokenService struct {
	*httptest.Server
	mu    sync.Mutex
	forms []url.Values
	lasts time.Duration // a session
	fails func(w http.ResponseWriter)
}

func serveSTS(t *testing.T) *tokenService {
	t.Helper()
	awstest.OwnEnvironment(t)
	s := &tokenService{lasts: time.Hour}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forms = append(s.forms, form)
		if s.fails != nil {
			s.fails(w)
			return
		}
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
			<AccessKeyId>ASIASESSION%d</AccessKeyId><SecretAccessKey>made-up</SecretAccessKey><SessionToken>made-up</SessionToken>
			<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, len(s.forms), time.Now().Add(s.lasts).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(s.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", s.URL)
	return s
}

// A role is assumed once, as it should be, and again before its session ends or when the service says that it has.
func TestRole(t *testing.T) {
	sts := serveSTS(t)
	s := serve(t, func(w http.ResponseWriter, n int) {
		if n == 3 {
			refuseWith(400, "ExpiredTokenException", "The security token included in the request is expired")(w, n)
			return
		}
		accept(w, n)
	})
	c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL, Role: testRole, ExternalID: "made-up"})
	if err != nil {
		t.Fatal(err)
	}
	u := c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool})
	for n := 1; n <= 4; n++ {
		if _, err := u.Update(t.Context(), goldChange()); (err != nil) != (n == 3) {
			t.Fatalf("call %d: %v", n, err)
		}
	}
	for n, want := range []string{"ASIASESSION1/", "ASIASESSION1/", "ASIASESSION1/", "ASIASESSION2/"} {
		has(t, "authorization", s.requests[n].authorization, "Credential="+want)
	}
	form := sts.forms[0]
	for name, want := range map[string]string{"Action": "AssumeRole", "RoleArn": testRole, "RoleSessionName": "attrmigrate", "ExternalId": "made-up", "DurationSeconds": "3600"} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, form.Get(name), want)
		}
	}
	sts.mu.Lock()
	sts.lasts = time.Minute // less than is left when credentials are renewed
	sts.mu.Unlock()
	c.credentials.Renew(c.credentials.Current())
	for range 2 {
		if _, err := u.Update(t.Context(), goldChange()); err != nil {
			t.Fatal(err)
		}
	}
	if len(sts.forms) != 4 {
		t.Errorf("the role was assumed %d times, want 4", len(sts.forms))
	}
}

func TestRoleIsNotAssumed(t *testing.T) {
	const refusal = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`
	tests := []struct {
		name, code, message string
		want                string
		text                string
	}{
		{"the caller may not", "AccessDenied", "User: arn:aws:iam::444455556666:user/ann is not authorized to perform: sts:AssumeRole on resource: " + testRole, "RoleRefused",
			"the role " + testRole + " can't be assumed: AccessDenied: User: arn:aws:iam::444455556666:user/ann is not authorized to perform: sts:AssumeRole on resource: " + testRole},
		{"the credentials are nobody's", "InvalidClientTokenId", "The security token included in the request is invalid", "NoRole",
			"the role " + testRole + " can't be assumed: InvalidClientTokenId: The security token included in the request is invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sts := serveSTS(t)
			sts.fails = func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, refusal, tt.code, tt.message)
			}
			s := serve(t, accept)
			c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL, Role: testRole})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
			if e := asError(t, err); e.Code() != tt.want || e.Error() != tt.text || !e.Fatal() || s.count() != 0 {
				t.Errorf("%s, %q, fatal %t, %d requests", e.Code(), e.Error(), e.Fatal(), s.count())
			}
		})
	}
}

// Without any credentials, that is what is told, and not the role.
func TestRoleWithoutCredentials(t *testing.T) {
	serveSTS(t)
	unset(t, "AWS_ACCESS_KEY_ID")
	unset(t, "AWS_SECRET_ACCESS_KEY")
	s := serve(t, accept)
	c, err := NewClient(t.Context(), Config{Region: "us-east-1", EndpointURL: s.URL, Role: testRole})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
	if e := asError(t, err); e.Code() != "NoCredentials" {
		t.Errorf("%s: %v", e.Code(), e)
	}
}

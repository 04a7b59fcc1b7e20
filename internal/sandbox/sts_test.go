package sandbox_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/sandbox"
)

// tokenService asks a server as the Security Token Service.
type tokenService struct {
	*testing.T
	*sandbox.Server
}

// ask sends a form, in the session of a token if there is one, and returns status and body.
func (s tokenService) ask(token string, fields ...string) (int, string) {
	s.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	r.Header.Set("X-Amz-Security-Token", token)
	return s.answer(r)
}

// describe asks for a pool in the session of a token.
func (s tokenService) describe(token, pool string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fmt.Sprintf(`{"UserPoolId":%q}`, pool)))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.DescribeUserPool")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
	r.Header.Set("X-Amz-Security-Token", token)
	return s.answer(r)
}

func (s tokenService) answer(r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Body)
	return w.Code, string(text)
}

// assume returns the token of a session.
func (s tokenService) assume(role string) string {
	s.Helper()
	status, text := s.ask("", "Action", "AssumeRole", "RoleArn", role, "RoleSessionName", "test", "DurationSeconds", "900")
	var got struct {
		Token string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	if err := xml.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got.Token == "" {
		s.Fatalf("AssumeRole: %d %s %v", status, text, err)
	}
	return got.Token
}

func TestRoles(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	hook := func(op, role string) *sandbox.Fault {
		if op == "AssumeRole" && strings.HasSuffix(role, "/closed") {
			return &sandbox.Fault{Error: "AccessDenied", Message: "not authorized to perform: sts:AssumeRole"}
		}
		return nil
	}
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Now: func() time.Time { return now }, Faults: sandbox.Faults{Hook: hook}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	s := tokenService{t, server}
	for id, account := range map[string]string{"eu-west-1_First": "111122223333", "eu-west-1_Second": "444455556666", "eu-west-1_Common": "000000000000"} {
		document := fmt.Sprintf(`{"UserPool":{"Id":%q,"Name":"x","Arn":"arn:aws:cognito-idp:eu-west-1:%s:userpool/%s"}}`, id, account, id)
		if _, err := s.CreatePool([]byte(document)); err != nil {
			t.Fatal(err)
		}
	}
	token := s.assume("arn:aws:iam::111122223333:role/path/open")
	if _, text := s.ask(token, "Action", "GetCallerIdentity"); !strings.Contains(text, "<Arn>arn:aws:sts::111122223333:assumed-role/open/test</Arn>") {
		t.Errorf("the caller in a role: %s", text)
	}
	if _, text := s.ask("", "Action", "GetCallerIdentity"); !strings.Contains(text, "<Account>000000000000</Account>") {
		t.Errorf("the caller: %s", text)
	}
	for pool, want := range map[string]int{"eu-west-1_First": 200, "eu-west-1_Second": 400, "eu-west-1_Common": 200} {
		if status, text := s.describe(token, pool); status != want {
			t.Errorf("%s in the role: %d %s", pool, status, text)
		}
		if status, text := s.describe("", pool); status != 200 {
			t.Errorf("%s without a role: %d %s", pool, status, text)
		}
	}
	refused := []struct {
		name   string
		fields []string
		status int
		want   string
	}{
		{"a role that trusts nobody", []string{"Action", "AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/closed", "RoleSessionName", "test"}, 403, "<Code>AccessDenied</Code>"},
		{"no role", []string{"Action", "AssumeRole", "RoleArn", "open", "RoleSessionName", "test"}, 400, "<Code>ValidationError</Code>"},
		{"no session name", []string{"Action", "AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/open"}, 400, "<Code>ValidationError</Code>"},
		{"a short session", []string{"Action", "AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/open", "RoleSessionName", "test", "DurationSeconds", "60"}, 400, "durationSeconds"},
		{"another action", []string{"Action", "GetSessionToken"}, 400, "<Code>InvalidAction</Code>"},
	}
	for _, tt := range refused {
		if status, text := s.ask("", tt.fields...); status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	now = now.Add(15 * time.Minute)
	if status, text := s.describe(token, "eu-west-1_First"); status != 400 || !strings.Contains(text, "ExpiredTokenException") {
		t.Errorf("in a session that has expired: %d %s", status, text)
	}
	if status, _ := s.describe("sandbox.!", "eu-west-1_First"); status != 400 {
		t.Errorf("with a token that is none: %d", status)
	}
}

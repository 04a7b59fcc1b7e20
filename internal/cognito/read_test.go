package cognito

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const twoUsers = `{"Users":[
	{"Username":"ann","Enabled":true,"UserStatus":"CONFIRMED","UserCreateDate":1.70000000025E9,"UserLastModifiedDate":null,"MFAOptions":[{"DeliveryMedium":"SMS"}],
	 "Attributes":[{"Name":"sub","Value":"00000000-0000-0000-0000-000000000001"},{"Name":"name","Value":"Ann \"\u00e9\" \u2028"},{"Name":"nickname"},{"Name":"locale","Value":null}]},
	{"Attributes":null,"UserStatus":"FORCE_CHANGE_PASSWORD","Enabled":false,"Username":"b\u00f6b"}
	],"PaginationToken":"next","Surprise":{"a":[1,{}]}}`

var wantTwo = []User{
	{Username: "ann", Enabled: true, Status: "CONFIRMED", Created: time.Date(2023, 11, 14, 22, 13, 20, 250e6, time.UTC), Attributes: map[string]string{"sub": "00000000-0000-0000-0000-000000000001", "name": "Ann \"é\" \u2028"}},
	{Username: "böb", Status: "FORCE_CHANGE_PASSWORD", Attributes: map[string]string{}},
}

func TestListUsers(t *testing.T) {
	tests := []struct {
		name          string
		filter, token string
		limit         int
		answer        string
		want          map[string]any // the body, without the pool
		users         []User
		next          string
	}{
		{"first page", "", "", 0, twoUsers, map[string]any{"Limit": 60.0}, wantTwo, "next"},
		{"next page", "", "t1", 20, twoUsers, map[string]any{"Limit": 20.0, "PaginationToken": "t1"}, wantTwo, "next"},
		{"filtered", `email = "ann@example.com"`, "", 1, `{"Users":[]}`, map[string]any{"Limit": 1.0, "Filter": `email = "ann@example.com"`}, []User{}, ""},
		{"more than there may be", "", "", 1000, `{"PaginationToken":null,"Users":[]}`, map[string]any{"Limit": 60.0}, []User{}, ""},
		{"no users at all", "", "", 60, `{}`, map[string]any{"Limit": 60.0}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, text(200, tt.answer))
			users, next, err := clientOf(t, s.URL).ListUsers(t.Context(), testPool, tt.filter, tt.token, tt.limit)
			if err != nil || next != tt.next || !reflect.DeepEqual(users, tt.users) {
				t.Errorf("got %+v, %q, %v", users, next, err)
			}
			tt.want["UserPoolId"] = testPool
			if got := s.requests[0]; s.count() != 1 || !reflect.DeepEqual(got.body, tt.want) || got.target != "AWSCognitoIdentityProviderService.ListUsers" {
				t.Errorf("sent %v to %s, %d times", got.body, got.target, s.count())
			}
		})
	}
}

func TestGetUser(t *testing.T) {
	s := serve(t, text(200, strings.ReplaceAll(`{"UserMFASettingList":["SMS_MFA"],"Username":"ann","Enabled":true,"UserStatus":"CONFIRMED",
		"Attributes":[{"Name":"email","Value":"ann@example.com"}]}`, "Attributes", "UserAttributes")))
	user, err := clientOf(t, s.URL).GetUser(t.Context(), testPool, "ann@example.com")
	want := &User{Username: "ann", Enabled: true, Status: "CONFIRMED", Attributes: map[string]string{"email": "ann@example.com"}}
	if err != nil || !reflect.DeepEqual(user, want) {
		t.Errorf("got %+v, %v", user, err)
	}
	body := map[string]any{"UserPoolId": testPool, "Username": "ann@example.com"}
	if got := s.requests[0]; !reflect.DeepEqual(got.body, body) || got.target != "AWSCognitoIdentityProviderService.AdminGetUser" {
		t.Errorf("sent %v to %s", got.body, got.target)
	}
}

func TestErrorsOfReading(t *testing.T) {
	const arn = "arn:aws:cognito-idp:us-east-1:*:userpool/us-east-1_Ab12Cd34E"
	tests := []struct {
		name, op, code, message string
		status                  int
		verdict, text, hint     string
	}{
		{"no such user", getUser, "UserNotFoundException", "User does not exist.", 400, "refused ", "no such user: UserNotFoundException: User does not exist", "never created"},
		{"may not read", getUser, "AccessDeniedException", "no", 400, "setup fatal", "the caller may not do this", "allow cognito-idp:AdminGetUser on " + arn + " in the caller's IAM policy, or give --no-read"},
		{"may not list", listUsers, "AccessDeniedException", "no", 400, "setup fatal", "the caller may not do this", "allow cognito-idp:ListUsers on " + arn + " in the caller's IAM policy"},
		{"reads too fast", getUser, "TooManyRequestsException", "Rate exceeded", 400, "throttled throttle again", "the service throttles", "lower --read-rate: the quota of 120 reads a second"},
		{"lists too fast", listUsers, "TooManyRequestsException", "Rate exceeded", 400, "throttled throttle again", "the service throttles", "lower --list-rate: the quota of 30 lists a second"},
		{"lists too fast for the edge", listUsers, "ThrottlingException", "Rate exceeded", 400, "throttled throttle again", "the service throttles", "lower --list-rate"},
		{"a filter that is none", listUsers, "InvalidParameterException", `Error while parsing filter: email = "ann@example.com".`, 400, "refused ",
			"the service doesn't accept the filter or the page token: InvalidParameterException: Error while parsing filter: (hidden)", "begin again"},
		{"a value in another form", listUsers, "InvalidParameterException", "No ann@example.com, no token-of-a-page", 400, "refused ",
			"the service doesn't accept the filter or the page token: InvalidParameterException: No (hidden), no (hidden)", "begin again"},
		{"listing is not allowed", listUsers, "NotAuthorizedException", "no", 400, "setup fatal", "the service doesn't let the users of the pool be listed", "pool"},
		{"reading is not allowed", getUser, "NotAuthorizedException", "no", 400, "setup setup", "the service doesn't let the user be read", "console"},
		{"no pool", listUsers, "ResourceNotFoundException", "no", 400, "setup fatal", "no such user pool", "us-east-1 was asked"},
		{"the service fails", getUser, "InternalErrorException", "no", 500, "transient again", "the service failed", "later"},
		{"an error without a name", listUsers, "", "", 503, "transient again", "an answer without an error code: HTTP503", "calls go to"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, refuseWith(tt.status, tt.code, tt.message))
			if tt.code == "" {
				s = serve(t, text(tt.status, "<html>"))
			}
			e := asError(t, reading(t, s.URL, tt.op))
			if got := verdictOf(e); got != tt.verdict || s.count() != 1 {
				t.Errorf("verdict %q after %d calls, want %q", got, s.count(), tt.verdict)
			}
			has(t, "text", e.Error(), tt.text)
			has(t, "hint", e.Hint(), tt.hint)
			if e.Op != tt.op || strings.Contains(e.Error(), "example.com") {
				t.Errorf("%s: %s", e.Op, e)
			}
		})
	}
}

// reading makes a call of an operation and returns its error.
func reading(t *testing.T, url, op string) error {
	c := clientOf(t, url)
	if op == getUser {
		user, err := c.GetUser(t.Context(), testPool, "ann")
		if user != nil && err != nil {
			t.Error("a user and an error")
		}
		return err
	}
	filter, _ := Filter("email", "ann@example.com")
	users, next, err := c.ListUsers(t.Context(), testPool, filter, "token-of-a-page", 60)
	if err != nil && (users != nil || next != "") {
		t.Error("users and an error")
	}
	return err
}

// Half an answer is no answer: a scan that took it for one would miss users.
func TestBadAnswers(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"nothing", "", "the answer can't be read: unexpected EOF"},
		{"no JSON", "<html>", "the answer can't be read: "},
		{"no object", "[]", "the answer can't be read: it has a [ where a { belongs"},
		{"cut short", `{"Users":[{"Username":"ann","Attributes":[{"Name":"a","Value":"b"}`, "the answer can't be read: "},
		{"cut short behind a user", `{"Users":[{"Username":"ann"}`, "the answer can't be read: "},
		{"more behind it", `{"Users":[]} {}`, "the answer can't be read: there is more behind the object"},
		{"users that are no array", `{"Users":{}}`, "the answer can't be read: it has a { where a [ belongs"},
		{"a user that is none", `{"Users":["ann"]}`, "the answer can't be read: it has a string where a { belongs"},
		{"a user without a name", `{"Users":[{"Enabled":true}]}`, "the answer can't be read: it has a user without a name"},
		{"a value that is no string", `{"Users":[{"Username":"ann","Attributes":[{"Name":"a","Value":7}]}]}`, "the answer can't be read: it has a number where a string belongs"},
		{"a token that is no string", `{"Users":[],"PaginationToken":7}`, "the answer can't be read: it has a number where a string belongs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := asError(t, reading(t, serve(t, text(200, tt.body)).URL, listUsers))
			has(t, "text", e.Error(), tt.want)
			if e.Code() != "BadAnswer" || verdictOf(e) != "transient again" || e.RequestID() == "" {
				t.Errorf("%s %q %s", e.Code(), verdictOf(e), e.RequestID())
			}
		})
	}
}

func TestReadingCancelled(t *testing.T) {
	for _, op := range []string{getUser, listUsers} {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(w http.ResponseWriter, _ int) {
			io.WriteString(w, `{"Users":[`)
			http.NewResponseController(w).Flush()
			cancel()
		})
		c := clientOf(t, s.URL)
		var err error
		if op == getUser {
			_, err = c.GetUser(ctx, testPool, "ann")
		} else {
			_, _, err = c.ListUsers(ctx, testPool, "", "", 60)
		}
		var ours *Error
		if !errors.Is(err, context.Canceled) || errors.As(err, &ours) {
			t.Errorf("%s: %v, want the context's error", op, err)
		}
	}
}

// A page that is not read to its end would cost a connection.
func TestPagesShareAConnection(t *testing.T) {
	s := serve(t, text(200, twoUsers+strings.Repeat(" ", 100_000)))
	c := clientOf(t, s.URL)
	opened := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			opened++
		}
	}})
	for range 10 {
		if _, _, err := c.ListUsers(ctx, testPool, "", "", 60); err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 {
		t.Errorf("%d connections", opened)
	}
}

func TestFilter(t *testing.T) {
	long := strings.Repeat("é", 256-len(`sub = ""`))
	tests := []struct {
		name, attribute, value string
		want                   string
		ok                     bool
	}{
		{"plain", "email", "ann@example.com", `email = "ann@example.com"`, true},
		{"quotes and backslashes", "username", `a"b\c\"`, `username = "a\"b\\c\\\""`, true},
		{"a status", "cognito:user_status", "CONFIRMED", `cognito:user_status = "CONFIRMED"`, true},
		{"as long as may be", "sub", long, `sub = "` + long + `"`, true},
		{"longer", "sub", long + "x", `sub = "` + long + `x"`, false},
		{"longer for its quotes", "sub", long[:len(long)-2] + `"`, "", false},
		{"a custom attribute", "custom:tier", "gold", "", false},
		{"another attribute", "nickname", "ann", "", false},
		{"no value", "email", "", "", false},
		{"no text", "email", "\xff", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Filter(tt.attribute, tt.value)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %s, %v, want %s, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// Whatever users there are, they are decoded as encoding/json would.
func TestUsersComeBack(t *testing.T) {
	type pair struct{ Name, Value string }
	type listed struct {
		Username   string
		Enabled    bool
		UserStatus string
		Attributes []pair
	}
	rapid.Check(t, func(t *rapid.T) {
		var answer struct {
			Users           []listed
			PaginationToken string
		}
		var want []User
		for range rapid.IntRange(0, 5).Draw(t, "users") {
			u := User{Username: rapid.StringN(1, 20, -1).Draw(t, "username"), Enabled: rapid.Bool().Draw(t, "enabled"),
				Status: rapid.String().Draw(t, "status"), Attributes: rapid.MapOf(rapid.String(), rapid.StringN(1, 20, -1)).Draw(t, "attributes")}
			l := listed{Username: u.Username, Enabled: u.Enabled, UserStatus: u.Status}
			for name, value := range maps.All(u.Attributes) {
				l.Attributes = append(l.Attributes, pair{name, value})
			}
			want, answer.Users = append(want, u), append(answer.Users, l)
		}
		answer.PaginationToken = rapid.String().Draw(t, "token")
		body, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		users, next, err := decodePage(string(body))
		if err != nil || next != answer.PaginationToken || len(users) != len(want) || len(want) > 0 && !reflect.DeepEqual(users, want) {
			t.Fatalf("got %+v, %q, %v, want %+v", users, next, err, want)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add(twoUsers)
	f.Fuzz(func(t *testing.T, body string) {
		users, _, err := decodePage(body)
		for _, u := range users {
			if err == nil && (u.Username == "" || u.Attributes == nil) {
				t.Errorf("%+v", u)
			}
		}
	})
}

// decodePage decodes an answer of ListUsers.
func decodePage(body string) (users []User, next string, err error) {
	err = decodeBody(io.NopCloser(strings.NewReader(body)), func(d *userDecoder) (err error) {
		users, next, err = d.page(60)
		return err
	})
	return users, next, err
}

// fullPage is a page of 60 users with 10 attributes each.
func fullPage() string {
	var b strings.Builder
	b.WriteString(`{"Users":[`)
	for i := range 60 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Username":"user-%d","Enabled":true,"UserStatus":"CONFIRMED","UserCreateDate":1.70000000025E9,"UserLastModifiedDate":null,"UserLastModifiedDate":1.7E9,"Attributes":[{"Name":"sub","Value":"00000000-0000-0000-0000-%012d"}`, i, i)
		for j := range 9 {
			fmt.Fprintf(&b, `,{"Name":"custom:a%d","Value":"value %d of %d"}`, j, j, i)
		}
		b.WriteString("]}")
	}
	b.WriteString(`],"PaginationToken":"next"}`)
	return b.String()
}

func TestAPageCostsLittleMoreThanItsStrings(t *testing.T) {
	page := fullPage()
	const strings = 60 * (1 + 10) // usernames and values
	if n := testing.AllocsPerRun(20, func() { _, _, _ = decodePage(page) }); n > 1.7*strings {
		t.Errorf("%v allocations for %d strings", n, strings)
	}
}

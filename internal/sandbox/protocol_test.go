package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// post sends a request as any client might, without the SDK.
func post(h http.Handler, target, authorization, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Authorization", authorization)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer
}

func TestProtocol(t *testing.T) {
	s, err := New(Config{Quotas: NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := s.CreatePool([]byte(plainPool))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateUser(pool, User{Username: "ann"}); err != nil {
		t.Fatal(err)
	}
	const update = targetPrefix + "AdminUpdateUserAttributes"
	for _, tt := range []struct {
		name, target, authorization, body string
		status                            int
		want                              string // error, or body
	}{
		{"update", update, "any", `{"UserPoolId":"` + pool + `","Username":"ann","UserAttributes":[{"Name":"locale","Value":"de"}]}`, 200, `{}`},
		{"null value deletes", update, "any", `{"UserPoolId":"` + pool + `","Username":"ann","UserAttributes":[{"Name":"locale","Value":null}]}`, 200, `{}`},
		{"unknown members", update, "any", `{"UserPoolId":"` + pool + `","Username":"ann","New":[1],"UserAttributes":[{"Name":"locale"}]}`, 200, `{}`},
		{"no attributes", update, "any", `{"UserPoolId":"` + pool + `","Username":"ann"}`, 400, "InvalidParameterException"},
		{"empty list", update, "any", `{"UserPoolId":"` + pool + `","Username":"ann","UserAttributes":[]}`, 400, "InvalidParameterException"},
		{"no pool", update, "any", `{"Username":"ann"}`, 400, "InvalidParameterException"},
		{"unknown operation", targetPrefix + "AdminFly", "any", `{}`, 400, "UnknownOperationException"},
		{"another service", "DynamoDB_20120810.GetItem", "any", `{}`, 400, "UnknownOperationException"},
		{"unsigned", update, "", `{}`, 400, "MissingAuthenticationTokenException"},
		{"unsigned, and needs no signature", targetPrefix + "UpdateUserAttributes", "", `{"AccessToken":"made-up","UserAttributes":[]}`, 400, "NotAuthorizedException"},
		{"metadata that is no text", update, "any", `{"ClientMetadata":{"k":7}}`, 400, "SerializationException"},
		{"no JSON", update, "any", `{"UserPoolId":`, 400, "SerializationException"},
		{"wrong type", update, "any", `{"UserPoolId":7}`, 400, "SerializationException"},
		{"not UTF-8", update, "any", "{\"UserPoolId\":\"\xff\"}", 400, "SerializationException"},
		{"over 1 MiB", update, "any", strings.Repeat(" ", maxBody+1), 413, "RequestEntityTooLargeException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := post(s, tt.target, tt.authorization, tt.body)
			if got.Code != tt.status || len(got.Header().Get("x-amzn-requestid")) != 36 || got.Header().Get("Content-Type") != contentType {
				t.Errorf("got %d, %v", got.Code, got.Header())
			}
			if got.Code == 200 {
				if got.Body.String() != tt.want {
					t.Errorf("got %s", got.Body)
				}
				return
			}
			if got.Header().Get("x-amzn-errortype") != tt.want || !strings.HasPrefix(got.Body.String(), `{"__type":"`+tt.want+`","message":"`) {
				t.Errorf("got %s, %v", got.Body, got.Header())
			}
		})
	}
	ids := map[string]bool{}
	for range 300 {
		ids[post(s, update, "any", `{}`).Header().Get("x-amzn-requestid")] = true
	}
	if len(ids) != 300 {
		t.Errorf("%d request ids in 300 answers", len(ids))
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann")
	for _, tt := range []struct {
		name, method, path string
		status             int
		want               string
	}{
		{"root", "GET", "/", 200, "attrmigrate sandbox: a local Amazon Cognito\n" + w.pool + " 1 users\n"},
		{"health", "GET", "/health", 200, "attrmigrate sandbox: a local Amazon Cognito\n" + w.pool + " 1 users\n"},
		{"elsewhere", "GET", "/x", 404, "404 page not found\n"},
		{"method", "PUT", "/", 405, "the API takes POST\n"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, w.url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Close = true
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != tt.status || string(body) != tt.want {
			t.Errorf("%s: got %d, %q", tt.name, answer.StatusCode, body)
		}
	}
	if err := w.server.Close(); err != nil {
		t.Fatal(err)
	}
	if got := post(w.server, "", "", ""); got.Code != http.StatusServiceUnavailable {
		t.Errorf("after Close: %d", got.Code)
	}
	if _, err := w.server.Start("127.0.0.1:0"); err == nil || err.Error() != "sandbox: the server is closed" {
		t.Errorf("Start after Close: %v", err)
	}
}

// FuzzRequest holds that any request gets an answer in the protocol, and that a refused update
// changes nothing.
func FuzzRequest(f *testing.F) {
	s, err := New(Config{Quotas: NoQuotas(), LogSize: 10})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := s.CreatePool([]byte(described)); err != nil {
		f.Fatal(err)
	}
	if _, err := s.CreateClient("us-east-1_Ab12Cd34E", []byte(`{"UserPoolClient":{"ClientId":"app","ClientName":"app"}}`)); err != nil {
		f.Fatal(err)
	}
	if err := s.CreateUser("us-east-1_Ab12Cd34E", User{Username: "bob", Attributes: map[string]string{"email": "b@example.com"}}); err != nil {
		f.Fatal(err)
	}
	token, err := s.MintToken("us-east-1_Ab12Cd34E", "bob", TokenOptions{ExpiresIn: 24 * time.Hour})
	if err != nil {
		f.Fatal(err)
	}
	for name := range operations {
		f.Add(name, `{"AccessToken":"`+token+`","UserAttributes":[{"Name":"email","Value":"c@example.com"}],"AttributeName":"email","Code":"1"}`)
		f.Add(name, `{"UserPoolId":"us-east-1_Ab12Cd34E","ClientId":"app","ClientName":"app","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"bob","PASSWORD":"x"}}`)
		f.Add(name, `{"UserPoolId":"us-east-1_Ab12Cd34E","Username":"ann","UserAttributes":[{"Name":"email","Value":"a@example.com"}]}`)
		f.Add(name, `{"UserPoolId":"us-east-1_Ab12Cd34E","Limit":1,"MaxResults":1,"Filter":"sub ^= \"a\"","PaginationToken":"MDAuMQ=="}`)
		f.Add(name, `{"PoolName":"x","Schema":[{"Name":"a","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"1"}}]}`)
	}
	f.Fuzz(func(t *testing.T, operation, body string) {
		bob, _ := s.User("us-east-1_Ab12Cd34E", "bob")
		before := lastSequence(s)
		got := post(s, targetPrefix+operation, "any", body)
		text := bytes.TrimSpace(got.Body.Bytes())
		if got.Code != 200 && got.Code != 400 && got.Code != 413 {
			t.Fatalf("%d %s", got.Code, text)
		}
		if !jsontext.Value(text).IsValid() {
			t.Fatalf("the answer is no JSON: %s", text)
		}
		if got.Code == 200 {
			return
		}
		if lastSequence(s) != before {
			t.Fatalf("a refused request is in the log: %s", text)
		}
		if now, _ := s.User("us-east-1_Ab12Cd34E", "bob"); !reflect.DeepEqual(now, bob) {
			t.Fatalf("a refused request has changed the user to %v: %s", now, text)
		}
	})
}

// lastSequence is the number of the last update that was accepted.
func lastSequence(s *Server) int64 {
	log := s.Log()
	if len(log) == 0 {
		return 0
	}
	return log[len(log)-1].Sequence
}

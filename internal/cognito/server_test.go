package cognito

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const testPool = "us-east-1_Ab12Cd34E"

// server answers every request by one function and keeps what it was sent.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

type request struct {
	target, authorization, agent string
	body                         map[string]any
}

func serve(t testing.TB, answer func(w http.ResponseWriter, n int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		kept := request{target: r.Header.Get("X-Amz-Target"), authorization: r.Header.Get("Authorization"),
			agent: r.Header.Get("User-Agent")}
		if err := json.Unmarshal(body, &kept.body); err != nil {
			t.Errorf("request is not JSON: %v", err)
		}
		s.mu.Lock()
		s.requests = append(s.requests, kept)
		n := len(s.requests)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Requestid", "11111111-2222-3333-4444-555555555555")
		answer(w, n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// sent is the one request of an update, which has to be as wanted. Where none is wanted, there must be none.
func (s *server) sent(t *testing.T, outcome pipeline.Outcome, want map[string]any) (r request, sent bool) {
	t.Helper()
	if want == nil {
		if outcome != pipeline.Unchanged || s.count() != 0 {
			t.Errorf("outcome %v after %d calls, want unchanged after none", outcome, s.count())
		}
		return request{}, false
	}
	if outcome != pipeline.Updated || s.count() != 1 {
		t.Fatalf("outcome %v after %d calls, want updated after one", outcome, s.count())
	}
	if r = s.requests[0]; !reflect.DeepEqual(r.body, want) {
		t.Errorf("sent %v, want %v", r.body, want)
	}
	return r, true
}

// refuseWith answers as AWS does with an exception.
func refuseWith(status int, exception, message string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.WriteHeader(status)
		body, _ := json.Marshal(map[string]string{"__type": exception, "message": message})
		w.Write(body)
	}
}

func text(status int, body string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func accept(w http.ResponseWriter, _ int) { io.WriteString(w, "{}") }

// clientOf returns a client of the server with made-up credentials, apart from any environment.
func clientOf(t testing.TB, url string) *Client {
	t.Helper()
	c, err := NewClient(t.Context(), Config{
		Region: "us-east-1", EndpointURL: url, Timeout: 5 * time.Second, UserAgent: "attrmigrate/1.2.3",
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "made-up-secret", "made-up-token"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMain hides the AWS set-up and the proxies of the machine from all tests.
func TestMain(m *testing.M) {
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		if upper := strings.ToUpper(name); strings.HasPrefix(upper, "AWS_") || strings.HasSuffix(upper, "_PROXY") {
			os.Unsetenv(name)
		}
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		os.Setenv(name, os.DevNull)
	}
	os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	os.Exit(m.Run())
}

func goldChange() *sources.Change {
	return &sources.Change{File: "users.csv", Line: 2, Username: "ann",
		Attributes: []sources.Attribute{{Name: "custom:tier", Value: "gold"}}}
}

// has fails the test unless got contains every part of want, parted by "|".
func has(t *testing.T, what, got, want string) {
	t.Helper()
	for part := range strings.SplitSeq(want, "|") {
		if !strings.Contains(got, part) {
			t.Errorf("%s is %q, want %q in it", what, got, part)
		}
	}
}

// unset removes a variable until the test ends.
func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // puts the old value back at the end
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

func newTLSServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

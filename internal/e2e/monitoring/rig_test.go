package monitoring

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// examples is what the tests hold against the programs.
const examples = "../../../examples/monitoring"

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// needs skips a test of a program that is not installed.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed (Debian: prometheus, prometheus-node-exporter)", p)
		}
	}
}

// promtool runs promtool in a directory, which must find nothing to say but that all is well.
func promtool(t *testing.T, dir, input string, args ...string) {
	t.Helper()
	cmd := exec.Command("promtool", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil || input != "" && len(out) > 0 {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// process is a program at work.
type process struct {
	*testing.T
	cmd   *exec.Cmd
	said  said // on standard error
	ended chan struct{}
}

// said is what a program has written so far. It is written by one goroutine and read by another.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// start starts a program, which is killed when the test ends.
func start(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{T: t, cmd: cmd, ended: make(chan struct{})}
	cmd.Stderr = &p.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// finds waits for what the program says, and returns the first group of the expression.
func (p *process) finds(re string) (found string) {
	p.Helper()
	expression := regexp.MustCompile(re)
	harness.Until(p.T, p.cmd.Path+" says "+re, func() (bool, string) {
		text := p.said.String()
		m := expression.FindStringSubmatch(text)
		if m != nil {
			found = m[1]
		}
		return m != nil, text
	})
	return found
}

// interrupted interrupts the program, and wants an exit code.
func (p *process) interrupted(code int) {
	p.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.Fatal(err)
	}
	<-p.ended
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.Errorf("exit code %d, want %d\n%s", got, code, p.said.String())
	}
}

// listening is the line in which Prometheus and its exporters say where they do.
const listening = `msg="Listening on" address=(\S+)`

// client keeps no connection open.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func ask(t *testing.T, method, address, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// prometheus is one at work.
type prometheus struct {
	*testing.T
	address string
}

// answer is what Prometheus says to a query.
type answer struct {
	Error string
	Data  struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
}

// query is how many series a query gives. One that cannot be answered is a failure.
func (p *prometheus) query(expr string) (series int, text string) {
	p.Helper()
	code, text := ask(p.T, http.MethodGet, "http://"+p.address+"/api/v1/query?query="+url.QueryEscape(expr), "", "")
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil || code != http.StatusOK {
		p.Fatalf("%s: %d, %v\n%s", expr, code, err, text)
	}
	return len(a.Data.Result), text
}

// has waits until a query gives so many series, at least.
func (p *prometheus) has(series int, expr string) {
	p.Helper()
	harness.Until(p.T, expr, func() (bool, string) {
		n, text := p.query(expr)
		return n >= series, text
	})
}

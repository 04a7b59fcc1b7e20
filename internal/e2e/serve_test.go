package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
)

// TestServe steers two starts of a run as a program does: by the port, with the token of a file and with the one that
// the run has made. A stream that stays open keeps neither from its end.
func TestServe(t *testing.T) {
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	dir := t.TempDir()
	rows := "username,custom:tier\n"
	for i := range 200 {
		rows += fmt.Sprintf("user-%03d,gold\n", i)
	}
	const token = "hq3v0Jb8Zr1T-yJm.Q2w7uXo9sLk4dNfCe5aPgRiVBM"
	for name, content := range map[string]string{"changes.csv": rows, "token": token + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startServed(t, dir, "--token-file", "token")
	if s.token != "" || strings.Contains(s.told.String(), token) {
		t.Errorf("the token of a file is told: %s", s.told)
	}
	s.ask(401, "GET", "v1/status", "")
	s.token = token
	s.listen()
	s.pausedAndOn()
	s.ask(200, "POST", "v1/stop", `{"reason": "enough"}`)
	s.ends(4, "stopped")

	s = startServed(t, dir, "--unhold")
	if len(s.token) < 43 {
		t.Fatalf("no token is told: %s", s.told)
	}
	s.listen()
	if got := s.ask(200, "PATCH", "v1/limits", `{"rate": 5000}`); got.Effective.Rate != 5000 {
		t.Errorf("in force: %v", got.Effective.Rate)
	}
	s.ends(0, "finished")
}

// TestServeTaken: a run goes on without the page that it cannot have.
func TestServeTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "changes.csv"), []byte("username,custom:tier\nann,gold\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := harness.Program(dir, "apply", "--sandbox", "--yes", "--serve", l.Addr().String(), "changes.csv").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("there is no page; the run goes on without")) || bytes.Contains(out, []byte("page     http")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// standing is what a test looks at of an answer.
type standing struct {
	State     string
	Updated   int
	Effective struct {
		Paused bool
		Reason string
		Rate   float64
	}
	Asked struct {
		PauseOrder struct{ By string } `json:"pause_order"`
	}
}

// servedRun is a start of the program that serves its page.
type servedRun struct {
	*testing.T
	cmd        *exec.Cmd
	url, token string
	told       *bytes.Buffer // standard error, as far as the page
	rest       chan string   // and behind it
	stream     *bufio.Scanner
}

func startServed(t *testing.T, dir string, args ...string) *servedRun {
	t.Helper()
	args = append([]string{"apply", "--sandbox", "--yes", "--rate", "5", "--serve", "127.0.0.1:0"}, args...)
	s := &servedRun{T: t, cmd: harness.Program(dir, append(args, "changes.csv")...), told: &bytes.Buffer{}, rest: make(chan string, 1)}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewReader(stderr)
	for s.url == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("it tells no page: %s", s.told)
		}
		s.told.WriteString(line)
		if page, ok := strings.CutPrefix(line, "page     "); ok {
			s.url, s.token, _ = strings.Cut(strings.Fields(page)[0], "#")
		}
	}
	go func() {
		all, _ := io.ReadAll(lines)
		s.rest <- string(all)
	}()
	return s
}

// ask asks for something, and returns what is answered.
func (s *servedRun) ask(code int, method, path, body string) (got standing) {
	s.Helper()
	resp := s.send(method, path, body)
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != code {
		s.Fatalf("%s %s: %s, want %d, %v", method, path, resp.Status, code, err)
	}
	return got
}

func (s *servedRun) send(method, path, body string) *http.Response {
	s.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	return resp
}

// listen opens a stream that stays open.
func (s *servedRun) listen() {
	s.Helper()
	resp := s.send("GET", "v1/events", "")
	s.Cleanup(func() { _ = resp.Body.Close() })
	s.stream = bufio.NewScanner(resp.Body)
}

// pausedAndOn pauses the run, and lets it go on.
func (s *servedRun) pausedAndOn() {
	s.Helper()
	got := s.ask(200, "POST", "v1/pause", `{"reason": "support called", "by": "somebody else"}`)
	if got.State != "paused" || !got.Effective.Paused || !strings.HasSuffix(got.Asked.PauseOrder.By, " by api") {
		s.Errorf("paused: %+v", got)
	}
	s.awaits("paused", `"reason":"support called"`)
	got = s.ask(200, "POST", "v1/pause", `{"reason": "support called"}`) // by now the last call is counted
	if again := s.ask(200, "GET", "v1/status", ""); again.State != "paused" || again.Updated != got.Updated {
		s.Errorf("updated in a pause: %d, then %d: %s", got.Updated, again.Updated, again.State)
	}
	if got := s.ask(200, "POST", "v1/unpause", ``); got.State != "running" {
		s.Errorf("unpaused: %+v", got)
	}
	s.awaits("unpaused", ` by api"`)
}

// awaits reads the stream as far as something that happens.
func (s *servedRun) awaits(event, says string) (before string) {
	s.Helper()
	for last := ""; s.stream.Scan(); {
		line := s.stream.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			last = name
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if ok && last == event && strings.Contains(data, says) {
			return before
		}
		if ok {
			before = data
		}
	}
	s.Fatalf("the stream has no %s with %s: %v", event, says, s.stream.Err())
	return ""
}

// ends waits for the end, of which the stream is told first.
func (s *servedRun) ends(code int, state string) {
	s.Helper()
	last, ended := s.awaits("end", ""), time.Now()
	if !strings.Contains(last, `"state":"`+state+`"`) {
		s.Errorf("the last status: %s", last)
	}
	for s.stream.Scan() {
		if line := s.stream.Text(); line != "" {
			s.Errorf("behind the end: %q", line)
		}
	}
	if s.stream.Err() != nil {
		s.Errorf("the stream is cut off: %v", s.stream.Err())
	}
	rest := <-s.rest
	if _ = s.cmd.Wait(); s.cmd.ProcessState.ExitCode() != code || time.Since(ended) > 5*time.Second {
		s.Errorf("exit code %d, want %d; %s after the end of the run\n%s%s", s.cmd.ProcessState.ExitCode(), code, time.Since(ended), s.told, rest)
	}
}

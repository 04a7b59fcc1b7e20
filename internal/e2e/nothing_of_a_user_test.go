package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// ofUsers are the files that hold users' data, and say so: docs/operating.md.
var ofUsers = []string{"errors.csv", "applied.csv", "undo.jsonl", "deliveries.csv"}

// flock is a pool in which every name and value is a canary, and a service that repeats them in its errors.
type flock struct {
	*testing.T
	*sandbox.Server
	dir, url, pool string
	secrets        []string // what must stand nowhere

	mu    sync.Mutex
	faced map[string]bool // users who have met their fault
}

const birds = 60

func newFlock(t *testing.T) *flock {
	f := &flock{T: t, dir: t.TempDir(), secrets: []string{"canary"}, faced: map[string]bool{}}
	var err error
	if f.Server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Faults: sandbox.Faults{Hook: f.fault}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Server.Close() })
	if f.pool, err = f.CreatePool([]byte(`{"PoolName":"flock","AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],
		"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:000000000000:function:message"},
		"Schema":[{"Name":"note","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MaxLength":"40"}}]}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.CreateClient(f.pool, []byte(`{"ClientName":"app"}`)); err != nil {
		t.Fatal(err)
	}
	for i := range birds {
		if err := f.CreateUser(f.pool, person(bird(i), "custom:note", "canary of before", "email", bird(i)+"@example.com", "email_verified", "true")); err != nil {
			t.Fatal(err)
		}
	}
	if f.url, err = f.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return f
}

func bird(i int) string { return fmt.Sprintf("canary-%02d", i) }

// fault is what a user meets: each kind of error, with what it is about in its text.
func (f *flock) fault(op, username string) *sandbox.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := op + " " + username
	first := !f.faced[key]
	f.faced[key] = true
	text := fmt.Sprintf("%s failed with error %s is unknown", op, username)
	writes := strings.HasSuffix(op, "UpdateUserAttributes")
	if name := strings.TrimSuffix(username, "@example.com"); writes && len(name) > 1 {
		i, _ := strconv.Atoi(strings.TrimPrefix(name[len(name)-2:], "0"))
		text += fmt.Sprintf(": new-%s@example.com, canary value %d in place of canary of before, canary-ticket, the-canary", bird(i), i)
	}
	always := func(err string) *sandbox.Fault { return &sandbox.Fault{Error: err, Message: text} }
	once := func(err string) *sandbox.Fault {
		if !first {
			return nil
		}
		return always(err)
	}
	switch n := username[max(0, len(username)-1):]; {
	case n == "1" && writes:
		return always("InvalidParameterException")
	case n == "2":
		return once("TooManyRequestsException")
	case n == "3" && writes:
		return always("UserLambdaValidationException")
	case n == "4":
		return once("InternalErrorException")
	case n == "5" && writes:
		return always("SomethingNewException")
	}
	return nil
}

// write writes a file of the scene.
func (f *flock) write(name, text string, mode os.FileMode) {
	f.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), mode); err != nil {
		f.Fatal(err)
	}
}

// asAdmin is a change set with everything that can be wrong, by names and by addresses.
func (f *flock) asAdmin() string {
	var b strings.Builder
	b.WriteString("username,custom:note,email,expect:custom:note,metadata:ticket\n")
	for i := range birds {
		name, expected := bird(i), "canary of before"
		switch i % 10 {
		case 6:
			name += "@example.com" // an alias
		case 7:
			expected = "another canary"
		case 8:
			name = "lost-" + name
		}
		fmt.Fprintf(&b, "%s,canary value %d,new-%s@example.com,%s,canary-ticket\n", name, i, bird(i), expected)
	}
	fmt.Fprintf(&b, "%s,%s,,,\n", bird(0), strings.Repeat("canary", 10)) // too long
	b.WriteString("canary-59,\"canary\"x,,,\n")
	return b.String()
}

// asUsers is one with users' own tokens.
func (f *flock) asUsers() string {
	var b strings.Builder
	b.WriteString("access_token,custom:note,email\n")
	for i := range birds {
		token, err := f.MintToken(f.pool, bird(i), sandbox.TokenOptions{})
		if err != nil {
			f.Fatal(err)
		}
		f.secrets = append(f.secrets, strings.Split(token, ".")[1:]...)
		fmt.Fprintf(&b, "%s,canary value %d,new-%s@example.com\n", token, i, bird(i))
	}
	b.WriteString("canary.canary.canary,canary,\n")
	return b.String()
}

// TestNothingOfAUser: what shows a run to others has no name, value or token of a user, whatever happens to it and whoever
// looks: its files but those of the records, its status, page, metrics, programs and log.
func TestNothingOfAUser(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its programs are scripts of a Unix shell")
	}
	t.Parallel()
	for _, tt := range []struct {
		name  string
		input func(*flock) string
		flags []string
	}{
		{"by an administrator", (*flock).asAdmin, []string{"--on-conflict", "skip", "--client-metadata", "canary-key=the-canary", "--allow-takeover"}},
		{"by users themselves", (*flock).asUsers, []string{"--as", "user", "--client-metadata", "one=canary-ticket", "--client-metadata", "two=the-canary"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFlock(t)
			f.write("changes.csv", tt.input(f), 0o600)
			f.write("token", "a-canary-0123456789-abcdefghijklmn\n", 0o600)
			f.write("event.sh", "#!/bin/sh\n{ env; cat; echo; } >>\"$HOME/told.txt\"\necho seen\n", 0o700)
			f.write("guard.sh", "#!/bin/sh\nenv >>\"$HOME/guarded.txt\"\n", 0o700)
			seen := f.steer(append(tt.flags, "--endpoint-url", f.url, "--user-pool-id", f.pool, "--yes", "--rate", "100", "--max-failures", "100%",
				"--serve", "127.0.0.1:0", "--token-file", "token", "--metrics-file", "run.prom", "--on-event", "./event.sh", "--pause-when", "./guard.sh",
				"--log-level", "debug", "--log-format", "emf", "changes.csv"))
			f.files(seen)
			f.check(seen)
		})
	}
}

// steer lets a run go its way, looks at it in every way that there is, and returns what was seen.
func (f *flock) steer(flags []string) map[string]string {
	seen := map[string]string{}
	cmd := harness.Program(f.dir, append([]string{"apply"}, flags...)...)
	log, stdout, err := pipes(cmd)
	if err != nil {
		f.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	lines := bufio.NewReader(log)
	page := ""
	for page == "" {
		line, err := lines.ReadString('\n')
		seen["log"] += line
		if err != nil {
			f.Fatalf("there is no page: %v\n%s", err, seen["log"])
		}
		page = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(line)
		if strings.Contains(line, f.url) {
			page = ""
		}
	}
	var rest, out []byte
	var reading sync.WaitGroup
	reading.Go(func() { rest, _ = io.ReadAll(lines) })
	reading.Go(func() { out, _ = io.ReadAll(stdout) })
	f.look(seen, page)
	reading.Wait()
	seen["log"] += string(rest)
	seen["result"] = string(out)
	if exit := new(exec.ExitError); !errors.As(cmd.Wait(), &exit) || exit.ExitCode() != exitFailed {
		f.Errorf("it ends with %v\n%s%s", exit, seen["log"], seen["result"])
	}
	return seen
}

func pipes(cmd *exec.Cmd) (stderr, stdout io.Reader, err error) {
	if stderr, err = cmd.StderrPipe(); err == nil {
		stdout, err = cmd.StdoutPipe()
	}
	return stderr, stdout, err
}

// look steers the run by its socket and its page, until it has ended.
func (f *flock) look(seen map[string]string, page string) {
	bySocket := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(f.dir, "changes.run", "control.sock"))
	}}}
	byPort := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(c *http.Client, method, path, body string) {
		f.Helper()
		base, way := page, "page"
		if c == bySocket {
			base, way = "http://run", "socket"
		}
		req, err := http.NewRequestWithContext(f.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			f.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer a-canary-0123456789-abcdefghijklmn")
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := c.Do(req)
		if err != nil {
			f.Fatalf("%s %s: %v", method, path, err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			f.Errorf("%s %s by the %s: %s, %v\n%s", method, path, way, resp.Status, err, text)
		}
		seen[method+" "+path+" by the "+way] = string(text)
	}
	ask(bySocket, http.MethodPost, "/v1/pause", `{"reason":"support called","by":"ann@host by command"}`)
	for _, c := range []*http.Client{bySocket, byPort} {
		for _, path := range []string{"/v1/status", "/v1/series", "/metrics"} {
			ask(c, http.MethodGet, path, "")
		}
	}
	ask(byPort, http.MethodGet, "/", "")
	ask(byPort, http.MethodPatch, "/v1/limits", `{"rate":60,"reason":"lunch"}`)
	ask(byPort, http.MethodPost, "/v1/unpause", `{"reason":"it was nothing"}`)
	ask(byPort, http.MethodGet, "/v1/events", "") // until the run ends
}

// files adds the files that the run leaves, and what commands say of it.
func (f *flock) files(seen map[string]string) {
	for _, args := range [][]string{{"status", "changes.run"}, {"status", "--json", "changes.run"}, {"report", "changes.run", "-o", "again.html"}} {
		text, err := harness.Program(f.dir, args...).CombinedOutput()
		if err != nil {
			f.Errorf("%q: %v\n%s", args, err, text)
		}
		seen[strings.Join(args, " ")] = string(text)
	}
	for _, root := range []string{"changes.run", "run.prom", "told.txt", "guarded.txt", "again.html"} {
		err := filepath.WalkDir(filepath.Join(f.dir, root), func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			seen[filepath.Base(path)] = string(text)
			return err
		})
		if err != nil {
			f.Error(err)
		}
	}
}

// check looks for canaries, and that there was something to be seen.
func (f *flock) check(seen map[string]string) {
	for what, text := range seen {
		for _, secret := range f.secrets {
			switch i := strings.Index(strings.ToLower(text), strings.ToLower(secret)); {
			case i >= 0 && !slices.Contains(ofUsers, what):
				f.Errorf("%s tells of a user: …%s…", what, text[max(0, i-200):min(len(text), i+100)])
			case i < 0 && what == "errors.csv" && secret == "canary":
				f.Error("there are no canaries")
			}
		}
	}
	for what, texts := range map[string][]string{
		"log":                              {`"msg":"attempt failed"`, `"_aws":`, `UserLambdaValidationException`},
		"events.jsonl":                     {`"event":"started"`, "support called", "ann@host by command", "lunch", "by api", "it was nothing", `"event":"finished"`},
		"series.jsonl":                     {`"latency"`, `"failed"`},
		"GET /v1/status by the page":       {`"support called`},
		"GET /v1/events by the page":       {"event: unpaused", "event: status", "event: finished"},
		"GET /metrics by the page":         {"attrmigrate_records_total"},
		"run.prom":                         {`attrmigrate_records_total`, `outcome="failed"`},
		"told.txt":                         {"ATTRMIGRATE_", `"event":"finished"`},
		"guarded.txt":                      {"HOME="},
		"report.html":                      {"support called"},
		"again.html":                       {"support called"},
		"status --json changes.run":        {`"state": "finished"`},
		"GET / by the page":                {"<html"},
		"control.json":                     {"lunch"},
		"GET /v1/series by the socket":     {"["},
		"POST /v1/pause by the socket":     {`"asked"`},
		"PATCH /v1/limits by the page":     {`"rate": 60`},
		"status changes.run":               {"finished, 0 remain"},
		"GET /v1/status by the socket":     {`"asked"`},
		"POST /v1/unpause by the page":     {`"effective"`},
		"GET /v1/series by the page":       {"["},
		"GET /metrics by the socket":       {"attrmigrate_paused"},
		"report changes.run -o again.html": {""},
	} {
		for _, text := range texts {
			if !strings.Contains(seen[what], text) {
				f.Errorf("%s does not have %s:\n%.2000s", what, text, seen[what])
			}
		}
	}
}

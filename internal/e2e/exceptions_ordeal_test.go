package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/sandbox"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const (
	fewRows   = 15 // of which one gets the exception
	manyRows  = 25 // which all get it: more than a streak of set-up errors
	ordealFor = 4  // the record that gets it, if it is one
	company   = 10 // so many others have passed when it does
	slowDowns = 2  // so often it is throttled, or all are before the run is interrupted
)

// ordeal is a run of apply against a sandbox that raises an exception.
type ordeal struct {
	judged
	one bool // of the records gets it

	*guild
	rows    int
	dir     string
	signals chan os.Signal
	remedy  string

	mu       sync.Mutex
	more     *sync.Cond
	received map[string]int // updates, by user
	spared   int            // updates of others than the one that is struck
	gone     bool           // nothing is raised any more
}

func newOrdeal(t *testing.T, x judged, one bool) *ordeal {
	t.Helper()
	rows := manyRows
	if one {
		rows = fewRows
	}
	o := &ordeal{judged: x, one: one, guild: startGuild(t, rows+1), rows: rows, dir: t.TempDir(),
		signals: make(chan os.Signal, 1), received: map[string]int{}}
	o.more = sync.NewCond(&o.mu)
	o.SetFaults(sandbox.Faults{Hook: o.hook})
	var input strings.Builder
	input.WriteString("username,custom:tier\n")
	if o.asUser() {
		input.Reset()
		input.WriteString("access_token,custom:tier\n")
	}
	for i := range o.rows {
		name := o.user(i)
		if o.asUser() {
			name = o.token(t, i, sandbox.TokenOptions{})
		}
		fmt.Fprintf(&input, "%s,gold\n", name)
	}
	if err := os.WriteFile(o.path("changes.csv"), []byte(input.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *ordeal) asUser() bool { return o.op == "UpdateUserAttributes" }

func (o *ordeal) path(name string) string { return filepath.Join(o.dir, filepath.FromSlash(name)) }

// hook raises the exception for one record or for all. A run that gets nothing but throttles would wait
// for five minutes, which TestExceptionMatrix simulates; here it is interrupted.
func (o *ordeal) hook(op, user string) *sandbox.Fault {
	if op != o.op {
		return nil
	}
	n, gone := o.count(user)
	raised := &sandbox.Fault{Error: o.code, Message: o.message}
	switch {
	case user == o.user(o.rows): // who is in no record, and asks for the remedy
		return raised
	case gone:
		return nil
	case o.one && user != o.user(ordealFor):
		return o.spare()
	case o.one:
		return o.strike(n, raised)
	case o.class == "throttled" && n == slowDowns:
		o.signals <- os.Interrupt
	}
	return raised
}

// count counts an update of a user, and tells how many there were and whether the exception has ended.
func (o *ordeal) count(user string) (n int, gone bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.received[user]++
	o.more.Broadcast()
	return o.received[user], o.gone
}

// spare lets a good record pass. If the exception would mean that the service is away, unless it still
// answers others, it waits until the one that is struck is tried again.
func (o *ordeal) spare() *sandbox.Fault {
	if o.class == "transient" {
		awaitCond(o.more, func() bool { return o.received[o.user(ordealFor)] > 1 })
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.spared++
	o.more.Broadcast()
	return nil
}

// strike raises the exception for the one record, once others have passed. It is throttled only for a
// while: it would be tried for ever.
func (o *ordeal) strike(n int, raised *sandbox.Fault) *sandbox.Fault {
	if o.class == "throttled" && n > slowDowns {
		return nil
	}
	if o.class != "transient" || n > 1 {
		awaitCond(o.more, func() bool { return o.spared >= company })
	}
	return raised
}

// attempts is how many updates the sandbox has received for a record, at most.
func (o *ordeal) attempts() (most int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.received {
		most = max(most, n)
	}
	return most
}

// end ends the exception.
func (o *ordeal) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = true
}

// changed is how often each user was changed. A user with another value than was wanted counts as one
// who was not.
func (o *ordeal) changed() map[string]int {
	times := map[string]int{}
	for i := range o.rows {
		times[o.user(i)] = 0
		if u, _ := o.User(o.pool, o.user(i)); u.Attributes["custom:tier"] != "gold" {
			times[o.user(i)] = -o.rows
		}
	}
	for _, u := range o.Log() {
		times[u.Username]++
	}
	return times
}

// ended is how a start of the program ended, and what it printed.
type ended struct {
	code int
	said string
}

// error is the text of the error, or nothing.
func (e ended) error() string { return e.line("attrmigrate: ") }

func (e ended) hint() string { return e.line("hint: ") }

func (e ended) line(begins string) string {
	for line := range strings.Lines(e.said) {
		if text, ok := strings.CutPrefix(line, begins); ok {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// workers is one where all records get the exception, so that the numbers of a streak are exact. Where
// good records wait for a bad one, all are under way at once.
func (o *ordeal) workers() int {
	switch {
	case !o.one:
		return 1
	case o.class == "transient":
		return fewRows
	default:
		return 4
	}
}

// apply applies a change set in a run directory, both in the ordeal's own.
func (o *ordeal) apply(input, runDir string, more ...string) ended {
	args := []string{"apply", "--endpoint-url", o.url, "--run-dir", o.path(runDir), "--yes", "--no-read", "--rate", "off",
		"--max-attempts", "3", "--max-failures", fmt.Sprint(o.rows), "--workers", fmt.Sprint(o.workers()), "--progress", "none"}
	if o.asUser() {
		args = append(args, "--as", "user")
	} else {
		args = append(args, "--user-pool-id", o.pool)
	}
	return o.start(slices.Concat(args, more, []string{o.path(input)})...)
}

// start runs a command. What it prints is kept together, and may come from several goroutines.
func (o *ordeal) start(args ...string) ended {
	said := newTranscript()
	code := cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: said, Stderr: said, Signals: o.signals})
	return ended{code, said.String()}
}

// mend applies what failed once more, as the result says, and returns the exit code.
func (o *ordeal) mend(t *testing.T) int {
	t.Helper()
	var mended ended
	if o.asUser() {
		mended = o.apply("changes.csv", "mended.run", "--only-failed", o.path("changes.run"))
	} else {
		mended = o.apply("changes.run/errors.csv", "mended.run")
	}
	if mended.code != 0 {
		t.Errorf("what failed, once more: exit code %d\n%s", mended.code, mended.said)
	}
	return mended.code
}

// callForRemedy makes the call itself, and returns what its error tells to do.
func (o *ordeal) callForRemedy(t *testing.T) string {
	t.Helper()
	client, err := cognito.NewClient(t.Context(), cognito.Config{Region: "us-east-1", EndpointURL: o.url, Anonymous: o.asUser(),
		Credentials: credentials.NewStaticCredentialsProvider("sandbox", "sandbox", "")})
	if err != nil {
		t.Fatal(err)
	}
	var updater pipeline.Updater = client.AdminUpdater(cognito.AdminUpdaterConfig{PoolID: o.pool})
	if o.asUser() {
		token := o.token(t, o.rows, sandbox.TokenOptions{})
		updater = client.UserUpdater(cognito.UserUpdaterConfig{Token: func(*sources.Change) string { return token }})
	}
	_, err = updater.Update(t.Context(), &sources.Change{Username: o.user(o.rows),
		Attributes: []sources.Attribute{{Name: "custom:tier", Value: "gold"}}})
	var told *cognito.Error
	if !errors.As(err, &told) {
		t.Fatalf("the call itself: %v", err)
	}
	return o.plain(told.Hint())
}

// plain leaves out of a text what is different in every run.
func (o *ordeal) plain(text string) string {
	return strings.NewReplacer(o.url, "http://HOST", o.pool, "POOL").Replace(text)
}

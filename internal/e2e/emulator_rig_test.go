package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/e2e/harness"
)

// values are attributes by name; in a change "" deletes.
type values map[string]string

// people are users by the name that they were created with.
type people map[string]values

// scenario is a pool with users, and what the program does with them.
type scenario struct {
	name   string
	pool   cip.CreateUserPoolInput
	client *cip.CreateUserPoolClientInput // nil: nobody signs in
	users  people                         // created in the order of their names
	files  map[string]string
	steps  []step
}

// step is one start of the program. In arguments, files and expectations {sub NAME}, {token NAME} and so
// on stand for what only the pool knows: see fill.
type step struct {
	meanwhile people // what somebody else changes before
	run       string // the arguments, but for the connection
	killAt    int    // the program is killed when it sends its update of that number; 0: it is not
	want      outcome
	unlike    string  // the difference by which cognito-local ends otherwise
	local     outcome // how
}

// outcome is how a start ends.
type outcome struct {
	code   int
	says   []string          // on standard output or standard error
	sent   int               // updates
	failed []string          // what the errors file lists, sorted: line (any, of an errors file), class, code
	codes  []string          // what deliveries.csv lists, sorted: line, attribute, medium, destination
	change people            // against what the users had before
	back   bool              // the users are as they were at first
	holds  map[string]string // what is written in files
}

// rig is a scenario that is played.
type rig struct {
	*testing.T
	scenario scenario
	api      *cip.Client
	relay    *relay
	poolID   string
	username map[string]string // the Username that the pool gave, by the name that it was given
	sub      map[string]string
	tokens   map[string]*types.AuthenticationResultType
	secrets  map[string]bool // the tokens that stand in inputs
	first    people          // the users at first, without their subs
	has      people          // the users as they should be
	dir      string          // in which the program runs
	out      string          // what it has printed
}

const rigRegion = "us-east-1"

// play plays a scenario against an endpoint; passed is nil but for cognito-local.
func play(t *testing.T, s scenario, url string, passed *passedOver) {
	g := &rig{T: t, scenario: s, dir: t.TempDir(), api: apiClient(t, url), relay: newRelay(t, url),
		username: map[string]string{}, sub: map[string]string{},
		tokens: map[string]*types.AuthenticationResultType{}, secrets: map[string]bool{}}
	g.furnish()
	for i, step := range s.steps {
		want := step.want
		if passed != nil && step.unlike != "" {
			want = step.local
			passed.add(step.unlike, s.name)
		}
		g.change(step.meanwhile)
		code := g.start(step)
		if problems := g.compare(code, want); len(problems) > 0 {
			t.Fatalf("step %d, %s:\n%s\nit printed:\n%s", i+1, step.run, strings.Join(problems, "\n"), g.out)
		}
	}
}

// furnish makes the pool, its users and the files.
func (g *rig) furnish() {
	g.Helper()
	g.createPool()
	g.createUsers()
	g.signIn()
	g.first = g.users()
	g.has = maps.Clone(g.first)
	for name, text := range g.scenario.files {
		if err := os.WriteFile(filepath.Join(g.dir, name), []byte(g.fill(text)), 0o600); err != nil {
			g.Fatal(err)
		}
	}
}

// start starts the program once and returns its exit code, -1 if it was killed.
func (g *rig) start(s step) int {
	g.Helper()
	args := g.arguments(strings.Fields(g.fill(s.run)))
	cmd := harness.Program(g.dir, args...)
	if asUser(args) { // who has a token alone
		cmd.Env = slices.DeleteFunc(cmd.Env, func(entry string) bool {
			return strings.HasPrefix(entry, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(entry, "AWS_SECRET_ACCESS_KEY=")
		})
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	gone := make(chan struct{})
	if err := g.relay.start(cmd, s.killAt, gone); err != nil {
		g.Fatal(err)
	}
	_ = cmd.Wait() // the exit code tells
	close(gone)
	g.out = out.String()
	if s.killAt > 0 && runtime.GOOS == "windows" {
		return -1 // where a process that is killed has a code like any other
	}
	return cmd.ProcessState.ExitCode()
}

// arguments adds the connection, and what makes a start quick and quiet.
func (g *rig) arguments(args []string) []string {
	args = append(args, "--endpoint-url", g.relay.URL, "--region", rigRegion, "--progress", "none")
	if !asUser(args) {
		args = append(args, "--list-rate", "off")
	}
	if !asUser(args) && !slices.Contains(args, "--user-pool-id") {
		args = append(args, "--user-pool-id", g.poolID)
	}
	if args[0] == "apply" {
		args = append(args, "--yes", "--rate", "off", "--read-rate", "off")
	}
	return args
}

// asUser tells whether users' own tokens write: then there are no AWS credentials, and no pool is named.
func asUser(args []string) bool { return slices.Contains(args, "--as") }

var blank = regexp.MustCompile(`\{([a-z]+) ([^{}]+)\}`)

// fill puts in what only the pool knows: {pool}, {sub NAME}, {username NAME}, {token NAME} and what is made of
// tokens.
func (g *rig) fill(text string) string {
	g.Helper()
	text = strings.ReplaceAll(text, "{pool}", g.poolID)
	return blank.ReplaceAllStringFunc(text, func(found string) string {
		parts := blank.FindStringSubmatch(found)
		kind, name := parts[1], parts[2]
		switch {
		case g.username[name] == "" || kind != "sub" && kind != "username" && g.tokens[name] == nil:
			g.Fatalf("%s stands for nothing", found)
			return ""
		case kind == "sub":
			return g.sub[name]
		case kind == "username":
			return g.username[name]
		default:
			token := tokenLike(g.T, kind, g.tokens[name])
			g.secrets[token] = true
			return token
		}
	})
}

// compare says in what a start has ended otherwise than it should.
func (g *rig) compare(code int, want outcome) (problems []string) {
	g.Helper()
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if code != want.code {
		problem("exit code %d, want %d", code, want.code)
	}
	for _, text := range want.says {
		if text = g.fill(text); !strings.Contains(g.out, text) {
			problem("it does not say %q", text)
		}
	}
	if sent := g.relay.updates(); sent != want.sent {
		problem("%d updates were sent, want %d", sent, want.sent)
	}
	if failed := g.failed(); !slices.Equal(failed, want.failed) {
		problem("failed: %q, want %q", failed, want.failed)
	}
	if codes := g.codes(); !slices.Equal(codes, want.codes) {
		problem("codes: %q, want %q", codes, want.codes)
	}
	for file, text := range want.holds {
		got, err := os.ReadFile(filepath.Join(g.dir, file))
		if text = g.fill(text); err != nil || !slices.Equal(sortedLines(string(got)), sortedLines(text)) { // they stand in the order of their subs
			problem("%s holds (%v)\n%s\nwant\n%s", file, err, got, text)
		}
	}
	holdNone(g.T, g.secrets, g.dir, g.out)
	return append(problems, g.compareUsers(want)...)
}

func sortedLines(text string) []string { return slices.Sorted(strings.Lines(text)) }

// compareUsers holds each attribute of each user against what it should be.
func (g *rig) compareUsers(want outcome) (problems []string) {
	g.Helper()
	if want.back {
		g.has = maps.Clone(g.first)
	}
	for name, changes := range want.change {
		g.has[name] = changed(g.has[name], changes)
		for attribute, value := range g.has[name] {
			g.has[name][attribute] = g.fill(value)
		}
	}
	got := g.users()
	for _, name := range sortedKeys(g.has) {
		if !maps.Equal(got[name], g.has[name]) {
			problems = append(problems, fmt.Sprintf("%s has %v, want %v", name, got[name], g.has[name]))
		}
	}
	return problems
}

func changed(before, changes values) values {
	after := maps.Clone(before)
	for name, value := range changes {
		after[name] = value
		if value == "" {
			delete(after, name)
		}
	}
	return after
}

// errorsFile finds the report of what failed, as the program names it.
var errorsFile = regexp.MustCompile(`failed .*: (\S+/errors\.(csv|jsonl)) says why`)

// failed reads the report that the last start has named, if it has.
func (g *rig) failed() (failed []string) {
	g.Helper()
	found := errorsFile.FindStringSubmatch(g.out)
	if found == nil {
		return nil
	}
	path := filepath.Join(g.dir, found[1])
	if found[2] == "jsonl" {
		failed = failedRecords(g.T, path)
	} else {
		for _, row := range readCSV(g.T, path) {
			line := row["_line"]
			if strings.Contains(row["_file"], "/errors.") { // which lists what failed in the order of the run
				line = "any"
			}
			failed = append(failed, line+" "+row["_class"]+" "+row["_code"])
		}
	}
	slices.Sort(failed)
	return failed
}

// failedRecords reads an errors.jsonl.
func failedRecords(t *testing.T, path string) (failed []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var record struct {
			Error struct {
				Line        int
				Class, Code string
			} `json:"_error"`
		}
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatal(err)
		}
		failed = append(failed, fmt.Sprintf("%d %s %s", record.Error.Line, record.Error.Class, record.Error.Code))
	}
	return failed
}

// deliveriesFile finds the list of the codes that Cognito has sent.
var deliveriesFile = regexp.MustCompile(`codes +(\S+/deliveries\.csv) lists`)

// codes reads the list that the last start has named, if it has.
func (g *rig) codes() (codes []string) {
	g.Helper()
	found := deliveriesFile.FindStringSubmatch(g.out)
	if found == nil {
		return nil
	}
	for _, row := range readCSV(g.T, filepath.Join(g.dir, found[1])) {
		codes = append(codes, strings.Join([]string{row["line"], row["attribute"], row["medium"], row["destination"]}, " "))
	}
	slices.Sort(codes)
	return codes
}

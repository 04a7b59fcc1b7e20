package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/sandbox"
)

const updateOperation = "AdminUpdateUserAttributes"

// running is the sandbox of a script, with what it has received and is to do wrong.
type running struct {
	*sandbox.Server
	pool string

	mu       sync.Mutex
	more     *sync.Cond
	received map[string]int // requests by operation, since the last forget
	faults   []*trouble
	own      int64 // updates by the script itself
}

// trouble is a fault for some requests.
type trouble struct {
	op, user string // empty: any
	every    int    // of so many requests that it could meet, it meets one
	met      int    // how many it could have met
	left     int    // how many times; negative: always
	fault    sandbox.Fault
}

// meets tells whether a request meets the trouble.
func (t *trouble) meets(op, user string) bool {
	if t.left == 0 || t.op != op && t.op != "" || t.user != user && t.user != "" {
		return false
	}
	if t.met++; t.met%t.every != 0 {
		return false
	}
	t.left--
	return true
}

// hook counts a request and finds its fault.
func (s *running) hook(op, user string) *sandbox.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received[op]++
	s.more.Broadcast()
	for _, t := range s.faults {
		if t.meets(op, user) {
			return &t.fault
		}
	}
	return nil
}

func (s *running) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.received)
}

func sandboxOf(ts *testscript.TestScript) *running {
	s := stageOf(ts).sandbox
	if s == nil {
		ts.Fatalf("no sandbox is running")
	}
	return s
}

// startSandbox [users=N] [people=FILE] [pool=FILE] [quota=N] [lists=FAULT[=USER]] starts a sandbox and sets URL and POOL. In
// the file of people each line is a user with its attributes.
func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	settings := settingsOf(ts, args, "users", "people", "pool", "quota", "lists")
	quotas := sandbox.NoQuotas()
	if n, err := strconv.ParseFloat(settings["quota"], 64); err == nil {
		quotas.UserUpdate = n
	}
	s := &running{received: map[string]int{}}
	s.more = sync.NewCond(&s.mu)
	faults := sandbox.Faults{Hook: s.hook}
	fault, user, _ := strings.Cut(settings["lists"], "=")
	faults.List, faults.ListUser = sandbox.ListFault(fault), user
	var err error
	s.Server, err = sandbox.New(sandbox.Config{Quotas: quotas, Faults: faults})
	ts.Check(err)
	ts.Defer(func() { ts.Check(s.Close()) })
	document, err := os.ReadFile(poolFile)
	if file := settings["pool"]; file != "" {
		document, err = os.ReadFile(ts.MkAbs(file))
	}
	ts.Check(err)
	s.pool, err = s.CreatePool(document)
	ts.Check(err)
	users, _ := strconv.Atoi(settings["users"])
	for i := 1; i <= users; i++ {
		ts.Check(s.CreateUser(s.pool, sandbox.User{Username: fmt.Sprintf("user-%05d", i)}))
	}
	if file := settings["people"]; file != "" {
		createPeople(ts, s, ts.ReadFile(file))
	}
	url, err := s.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("URL", url)
	ts.Setenv("POOL", s.pool)
	stageOf(ts).sandbox = s
}

// settingsOf takes NAME=VALUE arguments apart, of which the names must be known.
func settingsOf(ts *testscript.TestScript, args []string, names ...string) map[string]string {
	settings := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		settings[name] = value
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
			ts.Fatalf("there is no setting %s", name)
		}
	}
	return settings
}

// setFaults off ends all faults. setFaults OPERATION|any [error=NAME] [message=TEXT] [user=NAME]
// [every=N] [times=N] [delay=D] [hang] [drop] [after] adds one.
func setFaults(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	s.mu.Lock()
	defer s.mu.Unlock()
	if args[0] == "off" {
		s.faults = nil
		return
	}
	settings := settingsOf(ts, args[1:], "error", "message", "user", "every", "times", "delay", "hang", "drop", "after", "echo")
	has := func(name string) bool { _, ok := settings[name]; return ok }
	t := &trouble{op: strings.TrimPrefix(args[0], "any"), user: settings["user"], every: 1, left: -1, fault: sandbox.Fault{
		Error: settings["error"], Message: settings["message"], Hang: has("hang"), Drop: has("drop"), After: has("after"),
	}}
	if n, err := strconv.Atoi(settings["echo"]); err == nil { // the service repeats the script's n-th token
		t.fault.Message = "can't read " + stageOf(ts).tokens[n-1] + " in {AccessToken: " + stageOf(ts).tokens[n-1] + "}"
	}
	if n, err := strconv.Atoi(settings["every"]); err == nil {
		t.every = n
	}
	if n, err := strconv.Atoi(settings["times"]); err == nil {
		t.left = n
	}
	if d, err := time.ParseDuration(settings["delay"]); err == nil {
		t.fault.Delay = d
	}
	s.faults = append(s.faults, t)
}

// awaitRequests N [OPERATION] waits until the sandbox has received N requests, updates by default,
// since the last start.
func awaitRequests(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	op := updateOperation
	if len(args) > 1 {
		op = args[1]
	}
	s := sandboxOf(ts)
	if !awaitCond(s.more, func() bool { return s.received[op] >= n }) {
		ts.Fatalf("the sandbox has not received %d of %s", n, op)
	}
}

// checkSent N compares the number of updates that the sandbox has received in all, those of the script
// itself aside.
func checkSent(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	n := s.Stats().Operations[updateOperation] - s.own
	if (strconv.FormatInt(n, 10) == args[0]) == neg {
		ts.Fatalf("the sandbox has received %d updates", n)
	}
}

// checkCalls OPERATION=N... compares the requests that the sandbox has received since the last start of
// a program in the background or calls reset; every other operation has received none.
func checkCalls(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	if slices.Equal(args, []string{"reset"}) {
		s.forget()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var got []string
	for _, op := range slices.Sorted(maps.Keys(s.received)) {
		got = append(got, fmt.Sprintf("%s=%d", op, s.received[op]))
	}
	slices.Sort(args)
	if !slices.Equal(got, args) {
		ts.Fatalf("the sandbox has received %s", strings.Join(got, " "))
	}
}

// rememberUsers NAME remembers every attribute of every user.
func rememberUsers(ts *testscript.TestScript, neg bool, args []string) {
	stageOf(ts).users[args[0]] = allUsers(sandboxOf(ts))
}

// checkSame NAME compares the pool with how it was remembered.
func checkSame(ts *testscript.TestScript, neg bool, args []string) {
	was, is := stageOf(ts).users[args[0]], allUsers(sandboxOf(ts))
	if (was == is) == neg {
		ts.Fatalf("the pool was\n%s\nand is\n%s", was, is)
	}
}

func allUsers(s *running) string {
	var b strings.Builder
	for u := range s.Users(s.pool) {
		fmt.Fprintln(&b, u.Username, u.Attributes) // a map is printed in the order of its keys
	}
	return b.String()
}

// checkUser [POOL/]NAME ATTRIBUTE [VALUE] compares an attribute in the sandbox; no value: it is absent.
func checkUser(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	pool, name, other := strings.Cut(args[0], "/") // of another pool of the sandbox
	if !other {
		pool, name = s.pool, args[0]
	}
	u, ok := s.User(pool, name)
	if !ok {
		ts.Fatalf("there is no user %s", args[0])
	}
	value, there := u.Attributes[args[1]]
	want := strings.Join(args[2:], " ")
	if (value == want && there == (len(args) > 2)) == neg {
		ts.Fatalf("%s of %s is %q (%t)", args[1], args[0], value, there)
	}
}

// checkLanded FILE compares the sandbox with a change set: every user has every value in it.
func checkLanded(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	for _, row := range rows[1:] {
		u, _ := s.User(s.pool, row[0])
		for i, name := range rows[0][1:] {
			if got := u.Attributes[name]; got != row[i+1] {
				ts.Fatalf("%s of %s is %q, want %q", name, row[0], got, row[i+1])
			}
		}
	}
}

// checkRows FILE N compares the number of lines of a file, its header aside.
func checkRows(ts *testscript.TestScript, neg bool, args []string) {
	rows := strings.Count(ts.ReadFile(filepath.FromSlash(args[0])), "\n") - 1
	if strconv.Itoa(rows) != args[1] {
		ts.Fatalf("%s has %d rows, want %s", args[0], rows, args[1])
	}
}

// writeChanges FILE N TIER [EXPECTED] writes a change set that gives the first N users a tier, if they have the one that is
// expected.
func writeChanges(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b bytes.Buffer
	header := []string{"username", "custom:tier", "expect:custom:tier"}
	fmt.Fprintln(&b, strings.Join(header[:len(args)-1], ","))
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "user-%05d,%s\n", i, strings.Join(args[2:], ","))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// packFile FILE writes FILE.gz and FILE.zst.
func packFile(ts *testscript.TestScript, neg bool, args []string) {
	text := []byte(ts.ReadFile(args[0]))
	var gz, zst bytes.Buffer
	z, err := zstd.NewWriter(&zst)
	ts.Check(err)
	for ending, p := range map[string]struct {
		io.WriteCloser
		packed *bytes.Buffer
	}{".gz": {gzip.NewWriter(&gz), &gz}, ".zst": {z, &zst}} {
		_, err := p.Write(text)
		ts.Check(err)
		ts.Check(p.Close())
		ts.Check(os.WriteFile(ts.MkAbs(args[0])+ending, p.packed.Bytes(), 0o600))
	}
}

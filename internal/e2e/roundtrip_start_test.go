package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"

	"pgregory.net/rapid"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// start is one start of the program: how it is made to end, and what it meets.
type start struct {
	end    string // see ends; "" if it is left alone
	at     int    // when it ends
	limit  int    // of records; 0: none
	faults []hitch
}

// hitch is a fault of one request.
type hitch struct {
	at   int
	kind string
}

// The ends of a start, and the exit codes that it may then have: it may have been done before.
var ends = map[string][]int{
	"killed before the request": {-1},
	"killed before the answer":  {-1},
	"killed":                    {-1}, // while the answer is on its way
	"stopped":                   {exitInterrupted},
	"limited":                   {exitStopped},
	"":                          {},
}

const (
	exitStopped     = 4
	exitInterrupted = 130
)

var hitches = map[string]sandbox.Fault{
	"throttled":      {Error: "TooManyRequestsException"},
	"internal error": {Error: "InternalErrorException"},
	"dropped before": {Drop: true},
	"dropped after":  {Drop: true, After: true},
}

// drawStarts draws how a command is started until it is done, given about how many requests it sends:
// all of its moments are numbers of requests, so that they come in the middle.
func drawStarts(t *rapid.T, command string, requests int) []start {
	moment := rapid.IntRange(1, max(requests, 1))
	faults := rapid.Custom(func(t *rapid.T) (all []hitch) {
		for range rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(t, "faults") { // few: backing off takes time
			all = append(all, hitch{moment.Draw(t, "fault at"), rapid.SampledFrom(sortedKeys(hitches)).Draw(t, "fault")})
		}
		return all
	})
	some := []string{"killed", "killed before the answer", "killed before the request", "stopped"}
	if command == "apply" {
		some = append(some, "limited")
	}
	early := rapid.Custom(func(t *rapid.T) start {
		s := start{end: rapid.SampledFrom(some).Draw(t, "end"), at: moment.Draw(t, "end at"), faults: faults.Draw(t, "faults")}
		if s.end == "limited" {
			s.limit = (s.at + 1) / 2 // a record takes two requests
		}
		return s
	})
	starts := rapid.SliceOfN(early, 0, 3).Draw(t, command)
	return append(starts, start{faults: faults.Draw(t, "faults of the last start")})
}

// run starts a command until it is done, and calls check after each start.
func (v *trip) run(args []string, requests int, check func()) {
	for _, s := range drawStarts(v.T, args[0], requests) {
		code, output := v.start(s, args)
		check()
		switch {
		case code == 0:
			return
		case !slices.Contains(ends[s.end], code):
			v.fail(fmt.Sprintf("%s ends with exit code %d", args[0], code), output)
		case s.end == "stopped" || s.end == "limited":
			v.counts.stopped++
		default:
			v.counts.killed++
		}
	}
}

// start starts the program once and waits for its end.
func (v *trip) start(s start, args []string) (code int, output string) {
	args = append([]string{args[0], "--endpoint-url", v.url, "--user-pool-id", tripPool}, args[1:]...)
	if s.limit > 0 {
		args = append(args, "--limit", fmt.Sprint(s.limit))
	}
	cmd := harness.Program(v.dir, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	gone := make(chan struct{})
	if err := v.clerk.watch(cmd, gone, s); err != nil {
		v.Fatal(err)
	}
	_ = cmd.Wait() // the exit code tells
	close(gone)
	v.counts.starts++
	code = cmd.ProcessState.ExitCode()
	fmt.Fprintf(&v.story, "%s: %+v: exit code %d after %d requests\n", strings.Join(args, " "), s, code, v.clerk.requests())
	return code, out.String()
}

// clerk sees the requests of a start of the program, and does to it what was drawn.
type clerk struct {
	mu    sync.Mutex
	calls map[string]int // of each operation, since forget
	n     int            // requests of this start
	start start
	cmd   *exec.Cmd
	gone  <-chan struct{} // closed when the program has ended
}

// watch starts a program.
func (c *clerk) watch(cmd *exec.Cmd, gone <-chan struct{}, s start) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cmd, c.gone, c.start, c.n = cmd, gone, s, 0
	return cmd.Start()
}

func (c *clerk) requests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// forget returns what was called since it was last asked.
func (c *clerk) forget() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = map[string]int{}
	return calls
}

// hook is asked about every request, before it is carried out.
func (c *clerk) hook(op, _ string) *sandbox.Fault {
	c.mu.Lock()
	c.calls[op]++
	c.n++
	n, s, cmd, gone := c.n, c.start, c.cmd, c.gone
	c.mu.Unlock()
	if n == s.at {
		switch s.end {
		case "stopped":
			_ = cmd.Process.Signal(syscall.SIGTERM)
		case "killed":
			go func() { _ = cmd.Process.Kill() }()
		case "killed before the request":
			_ = cmd.Process.Kill()
			<-gone
			return &sandbox.Fault{Drop: true}
		case "killed before the answer":
			_ = cmd.Process.Kill()
			<-gone
		}
	}
	for _, f := range s.faults {
		if f.at == n {
			fault := hitches[f.kind]
			return &fault
		}
	}
	return nil
}

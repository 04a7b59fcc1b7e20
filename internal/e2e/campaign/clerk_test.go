//go:build unix

package campaign

import (
	"maps"
	"math/rand/v2"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"attrmigrate/internal/sandbox"
)

// clerk sees the requests of a start of the program, notes them, and does to the program and to them
// what the script says. The sandbox asks it from many goroutines.
type clerk struct {
	who    func(name string) string
	quotas func(sandbox.Quotas)
	// poisoned are users of whom calls fail; it is set between starts.
	poisoned map[string]poison

	mu       sync.Mutex
	script   script
	random   *rand.Rand
	cmd      *exec.Cmd
	gone     <-chan struct{} // closed when the program has ended
	stopped  chan struct{}   // closed when it is suspended, or held up
	shut     chan struct{}   // no call is answered until it is closed; nil: they are
	requests []Request
	arrivals []arrival      // of calls for users, in all starts
	patience map[string]int // how often a spell has hit a user in this start
	injected map[string]int // faults of all starts, by kind
}

// arrival is a call for a user.
type arrival struct {
	user string
	at   time.Time
}

// watch starts a program; once it is suspended, or held up, stopped is closed. It fails as exec does.
func (c *clerk) watch(cmd *exec.Cmd, gone <-chan struct{}, s script, stopped chan struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cmd, c.gone, c.script, c.requests, c.stopped = cmd, gone, s, nil, stopped
	c.script.faults, c.patience = maps.Clone(s.faults), map[string]int{}
	c.random = rand.New(rand.NewPCG(s.noisy, 0))
	return cmd.Start()
}

// close has no call answered until openUp.
func (c *clerk) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut == nil {
		c.shut = make(chan struct{})
	}
}

func (c *clerk) openUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut != nil {
		close(c.shut)
		c.shut = nil
	}
}

// seen are the requests of the start.
func (c *clerk) seen() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.requests
}

// arrivedFor are when calls for users of a run came.
func (c *clerk) arrivedFor(r *run) (times []time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.arrivals {
		if r.has(a.user) {
			times = append(times, a.at)
		}
	}
	return times
}

// hook is asked about every request, before it is carried out.
func (c *clerk) hook(operation, name string) *sandbox.Fault {
	c.mu.Lock()
	n := len(c.requests) + 1
	request := Request{Operation: operation, User: c.who(name)}
	fault, kind := c.faultOf(n, request)
	ends := n == c.script.at && c.script.end != limited
	if ends && c.script.end != "" {
		fault, kind = endings[c.script.end], ""
	}
	if ends && c.script.end == rival {
		c.shut = make(chan struct{})
	}
	shut := c.shut
	if shut != nil { // who asked will hardly wait
		fault, kind = sandbox.Fault{}, ""
	}
	switch {
	case fault.Drop:
		request.Fault = Dropped
	case shut != nil:
		request.Fault = Hung
	case fault.Hang:
		request.Fault = Hung
	default:
		request.Fault = fault.Error
	}
	c.requests = append(c.requests, request)
	if request.isForUser() {
		c.arrivals = append(c.arrivals, arrival{request.User, time.Now()})
	}
	if kind != "" {
		c.injected[kind]++
	}
	s, cmd, gone, stopped := c.script, c.cmd, c.gone, c.stopped
	c.mu.Unlock()

	if ends {
		end(s, cmd, gone, stopped)
	}
	if shut != nil {
		<-shut
	}
	if fault == (sandbox.Fault{}) {
		return nil
	}
	return &fault
}

// endings are the faults of the request at which a start ends.
var endings = map[string]sandbox.Fault{
	killBefore:  {Drop: true},
	termHanging: {Hang: true},
	interrupt2:  {Hang: true},
}

// end makes the program end.
func end(s script, cmd *exec.Cmd, gone <-chan struct{}, stopped chan struct{}) {
	switch s.end {
	case napped, overslept, overtaken:
		_ = cmd.Process.Signal(syscall.SIGSTOP)
		close(stopped)
	case rival:
		close(stopped)
	case killBefore, killAnswer:
		_ = cmd.Process.Kill() // it may be gone
		<-gone
	case killLater:
		time.AfterFunc(s.later, func() { _ = cmd.Process.Kill() })
	case terminate, termHanging:
		_ = cmd.Process.Signal(syscall.SIGTERM)
	case interrupt2:
		_ = cmd.Process.Signal(syscall.SIGINT)
		time.AfterFunc(time.Millisecond+s.later, func() { _ = cmd.Process.Signal(syscall.SIGINT) })
	}
}

var singleFaults = map[string]sandbox.Fault{
	"throttle":    {Error: "TooManyRequestsException"},
	"internal":    {Error: "InternalErrorException"},
	"before":      {Drop: true},
	"after":       {Drop: true, After: true},
	"hang":        {Hang: true},
	"lambda":      {Error: "UnexpectedLambdaException"},
	"user lambda": {Error: "UserLambdaValidationException"},
}

// triggers are the faults of a pool's Lambda functions.
var triggers = map[string]bool{"lambda": true, "user lambda": true}

var spellFaults = map[string]sandbox.Fault{
	"storm":   {Error: "TooManyRequestsException"},
	"denied":  {Error: "AccessDeniedException"},
	"expired": {Error: "ExpiredTokenException"},
	"away":    {Drop: true},
	"silence": {Hang: true},
}

// mostWaits is how often a spell makes one user wait: each time the record waits twice as long.
const mostWaits = 3

// faultOf is the fault of the nth request, and what it counts as. The caller holds mu.
func (c *clerk) faultOf(n int, r Request) (fault sandbox.Fault, kind string) {
	switch kind := c.script.faults[n]; {
	case kind == "":
	case triggers[kind] && !r.isUpdate():
		c.script.faults[n+1] = kind // only updates have triggers: the next one may be one
	default:
		return singleFaults[kind], kind
	}
	if p, ok := c.poisoned[r.User]; ok && p.meets(r) {
		return singleFaults["internal"], "poison"
	}
	s := c.script.spell
	if s.length == 0 {
		return sandbox.Fault{}, ""
	}
	within := n >= s.from && n < s.from+s.length
	switch {
	case s.kind == "quota" && n == s.from:
		c.quotas(sandbox.Quotas{UserUpdate: 20, UserRead: 40, UserList: sandbox.Off, UserPoolRead: sandbox.Off,
			PerUserWrite: sandbox.Off, PerUserRead: sandbox.Off})
		return sandbox.Fault{}, "quota cut"
	case s.kind == "quota" && n == s.from+s.length:
		c.quotas(sandbox.NoQuotas())
	case s.kind == "internal" && within:
		if c.random.Float64() < 0.3 {
			return singleFaults["internal"], "internal"
		}
	case (s.kind == "storm" || s.kind == "silence") && within:
		if c.patience[r.User]++; c.patience[r.User] <= mostWaits {
			return spellFaults[s.kind], s.kind
		}
	case s.kind != "quota" && within:
		return spellFaults[s.kind], s.kind
	}
	return sandbox.Fault{}, ""
}

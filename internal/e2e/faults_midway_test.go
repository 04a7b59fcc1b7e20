package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// userVariable has the program go on as another user. It is root, then, that runs the tests.
const userVariable = "ATTRMIGRATE_TEST_USER"

// midway is a run that meets a fault in its middle.
type midway struct {
	*testing.T
	fault  fault
	dir    string
	server *sandbox.Server
	pool   string
	addr   string
	input  string

	names *resolver
	front atomic.Pointer[http.Server]
	way   atomic.Pointer[handler]

	mu      sync.Mutex
	updates int
	at      map[int]func() // by the number of the update before which it happens
	raised  string         // an exception
	left    int            // how often; negative: always
	inTen   int            // of ten calls; 0: all of them
	turn    int            // counts these calls
	cmd     *exec.Cmd
	errors  *os.File  // the reading end of standard error
	output  *os.File  // that of standard output
	stopped time.Time // when the program was sent a signal
}

func newMidway(t *testing.T, f fault) *midway {
	if f.rows == 0 {
		f.rows = 200
	}
	m := &midway{T: t, fault: f, dir: t.TempDir(), at: map[int]func(){}}
	var err error
	m.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Faults: sandbox.Faults{Hook: m.hook}})
	m.check(err)
	t.Cleanup(func() { _ = m.server.Close() })
	m.pool = furnish(t, m.server, f.rows)
	m.addr = "127.0.0.1:0"
	m.reopen()
	if f.named {
		m.names = newResolver(t)
	}
	t.Cleanup(func() { m.shut() })
	var b strings.Builder
	b.WriteString("username,custom:tier,_note\n")
	for i := range f.rows {
		fmt.Fprintf(&b, "user-%05d,tier %d,%s\n", i, i, strings.Repeat("padding ", 60))
	}
	m.input = b.String()
	m.rewrite()
	m.at[min(f.rows/4, 50)] = func() { f.goes(m) }
	return m
}

func (m *midway) path(name string) string { return filepath.Join(m.dir, name) }

func (m *midway) check(err error) {
	m.Helper()
	if err != nil {
		m.Error(err)
	}
}

// run takes the start that meets the fault, and the next one.
func (m *midway) run() {
	code, text := m.start(strings.Fields(m.fault.hasty)...)
	if took := time.Since(m.stopped); m.fault.within > 0 && took > m.fault.within {
		m.Errorf("it ended %s after the signal, want %s", took, m.fault.within)
	}
	if code != m.fault.code || !strings.Contains(text, m.fault.says) || code == 4 && !strings.Contains(text, heal) {
		m.Fatalf("exit code %d, want %d and %q\n%s", code, m.fault.code, m.fault.says, text)
	}
	if m.fault.mend != nil {
		m.fault.mend(m)
	}
	if code, text = m.start(); code != m.fault.again {
		m.Fatalf("the next start: exit code %d, want %d\n%s", code, m.fault.again, text)
	}
	if m.fault.retry {
		if code, text = m.start("--only-failed", "x.run"); code != 0 {
			m.Fatalf("the failed ones again: exit code %d\n%s", code, text)
		}
	}
	m.landed()
}

// start applies the change set and returns how that ended.
func (m *midway) start(more ...string) (code int, text string) {
	host := m.addr
	if m.names != nil {
		host = strings.Replace(host, "127.0.0.1", serviceName, 1)
	}
	args := []string{"apply", "--endpoint-url", "http://" + host, "--user-pool-id", m.pool, "--yes", "--rate", "off", "--workers", "8"}
	args = slices.Concat(args, strings.Fields(m.fault.flags), more, []string{"x.csv"})
	cmd := harness.Program(m.dir, args...)
	if m.names != nil {
		cmd.Env = append(cmd.Env, resolverVariable+"="+m.names.addr)
	}
	if m.fault.unprivileged {
		m.giveAway(cmd)
	}
	reading, writing, err := os.Pipe()
	if err != nil {
		m.Fatal(err)
	}
	output, printing, err := os.Pipe() // which has room for all of it
	if err != nil {
		m.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = printing, writing
	var read bytes.Buffer
	over := make(chan struct{})
	m.mu.Lock() // for whoever wants to signal the program, or to close its pipe
	m.cmd, m.errors, m.output = cmd, reading, output
	err = cmd.Start()
	m.mu.Unlock()
	m.check(err)
	m.check(writing.Close())
	m.check(printing.Close())
	go func() {
		_, _ = io.Copy(&read, reading) // ends with the program, or when a fault closes it
		close(over)
	}()
	_ = cmd.Wait() // the exit code tells
	<-over
	_ = reading.Close()
	_ = output.Close()
	return cmd.ProcessState.ExitCode(), read.String()
}

// landed finds every user with the value of the change set, and every record once in the reports.
func (m *midway) landed() {
	for i := range m.fault.rows {
		name := fmt.Sprintf("user-%05d", i)
		if u, _ := m.server.User(m.pool, name); u.Attributes["custom:tier"] != fmt.Sprintf("tier %d", i) {
			m.Errorf("%s has %q", name, u.Attributes["custom:tier"])
		}
	}
	lines := linesOf(m.T, m.path("x.run/applied.csv"), "line")
	for line, n := range linesOf(m.T, m.path("x.run/errors.csv"), "_line") {
		lines[line] += n
	}
	for line := 2; line < m.fault.rows+2; line++ {
		if lines[fmt.Sprint(line)] != 1 {
			m.Errorf("line %d stands %d times in the reports", line, lines[fmt.Sprint(line)])
		}
	}
}

// hook is asked about every request, before it is carried out.
func (m *midway) hook(op, _ string) *sandbox.Fault {
	m.mu.Lock()
	var happens func()
	if op == updateOperation {
		m.updates++
		happens = m.at[m.updates]
	}
	m.mu.Unlock()
	if happens != nil {
		happens()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.raised == "" || m.left == 0 || op == "DescribeUserPool" {
		return nil
	}
	m.turn++
	if m.inTen > 0 && m.turn*m.inTen%10 >= m.inTen {
		return nil
	}
	m.left--
	return &sandbox.Fault{Error: m.raised}
}

// after has something happen so many updates later.
func (m *midway) after(updates int, happens func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[m.updates+updates] = happens
}

// raise has the service answer with an exception, so often or, negative, always.
func (m *midway) raise(exception string, times int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.raised, m.left = exception, times
}

// stutter has three calls in ten fail, evenly.
func (m *midway) stutter() {
	m.inTen = 3 // which nobody reads before an exception is raised
	m.raise("InternalErrorException", -1)
}

func (m *midway) calm() { m.raise("", 0) }

func (m *midway) signal(s syscall.Signal) {
	cmd, _ := m.current()
	m.check(cmd.Process.Signal(s))
}

// enter notes the program that runs now, and the reading end of its standard error.
func (m *midway) enter(cmd *exec.Cmd, errors *os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cmd, m.errors = cmd, errors
}

func (m *midway) current() (*exec.Cmd, *os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cmd, m.errors
}

// deafen closes the reading end of standard error.
func (m *midway) deafen() {
	_, errors := m.current()
	m.check(errors.Close())
}

// mute closes the reading end of standard output.
func (m *midway) mute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.check(m.output.Close())
}

// giveAway has the program run as nobody, to whom the directory belongs. Who is not root does so anyway.
func (m *midway) giveAway(cmd *exec.Cmd) {
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", userVariable, nobody))
	m.check(os.Chmod(filepath.Dir(m.dir), 0o711))
	for _, path := range []string{m.dir, m.path("x.csv")} {
		m.check(os.Chown(path, nobody, nobody))
	}
}

// unname has the name of the service lead nowhere, and connections end, so that it is asked for.
func (m *midway) unname() {
	m.names.gone.Store(true)
	wire(reset)(m)
}

func (m *midway) rename() {
	m.names.gone.Store(false)
	wire(nil)(m)
}

// shut has nobody listen any more.
func (m *midway) shut() {
	if s := m.front.Load(); s != nil {
		go func() { _ = s.Close() }() // it would wait for the request that brought us here
	}
}

// reopen listens, at the same address as before.
func (m *midway) reopen() {
	l, err := net.Listen("tcp", m.addr)
	if err != nil {
		m.Fatal(err)
	}
	m.addr = l.Addr().String()
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := m.way.Load(); h != nil {
			(*h)(m, w, r, m.server)
			return
		}
		m.server.ServeHTTP(w, r)
	})}
	m.front.Store(s)
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			m.Error(err)
		}
	}()
}

// rewrite writes the change set as it was.
func (m *midway) rewrite() { m.check(os.WriteFile(m.path("x.csv"), []byte(m.input), 0o600)) }

// spoil writes other values where the file has not been read yet.
func (m *midway) spoil() {
	m.check(os.WriteFile(m.path("x.csv"), []byte(strings.ReplaceAll(m.input, ",tier 5", ",TIER 5")), 0o600))
}

// second starts the same command while the first is at work.
func (m *midway) second() {
	first, errors := m.current()
	code, text := m.start()
	m.enter(first, errors)
	if code != 5 || !strings.Contains(text, "is at work in this run directory") {
		m.Errorf("the second run: exit code %d\n%s", code, text)
	}
}

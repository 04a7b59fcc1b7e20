package scheduled

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

func TestMain(m *testing.M) { harness.Main(m) }

// night is what happens while the lines of the crontab run, and what comes of it.
type night struct {
	name    string
	come    string // users who are new, without a tier
	served  string // one that is left by the night before gets a tier by somebody else: this one
	trouble func(n *nights, op string) *sandbox.Fault
	fails   string // the user whose updates are refused
	left    bool   // some are without a tier in the end
	told    string // what the second line mails; the first is silent
}

// TestNights plays the lines of the crontab that give users a tier, night after night: whatever has stopped one, the
// next goes on.
func TestNights(t *testing.T) {
	if testing.Short() {
		t.Skip("the program is started forty times")
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no cron")
	}
	n := newNights(t)
	for _, tt := range []night{
		{name: "the first", come: "ann bob cat"},
		{name: "nobody is new"},
		{name: "killed in the middle", come: "dan eve fay gil", trouble: (*nights).kill, left: true, told: "."},
		{name: "it goes on, and others are new", served: "platinum", come: "hal ike"},
		{name: "interrupted in the middle", come: "jon kim lea max", trouble: (*nights).interrupt, left: true, told: "the same command continues"},
		{name: "it goes on again"},
		{name: "refused in the middle", come: "pam quin", trouble: (*nights).refuse, left: true, told: "the service refuses the run"},
		{name: "and goes on"},
		{name: "killed while it plans", come: "nat", trouble: (*nights).killPlan, left: true, told: "."},
		{name: "it plans again"},
		{name: "one fails", come: "ned oli", fails: "ned", left: true, told: "1 updated, 1 failed"},
		{name: "and fails once more", fails: "ned", left: true, told: "0 updated, 1 failed"},
		{name: "and no more"},
	} {
		t.Run(tt.name, func(t *testing.T) { n.play(t, tt) })
	}
	log := read(t, filepath.Join(n.dir, "tiers.log"))
	if !strings.Contains(log, "1 skipped, 0 failed") {
		t.Errorf("nobody was skipped:\n%s", log)
	}
}

// nights is a pool, and the lines that run each night on it.
type nights struct {
	pool  *cognito
	dir   string
	lines []string

	mu      sync.Mutex
	now     night
	updates int // that were asked for in this night
}

func newNights(t *testing.T) *nights {
	n := &nights{pool: serve(t), dir: t.TempDir()}
	t.Setenv("AWS_ENDPOINT_URL", n.pool.url)
	for line := range strings.Lines(read(t, "attrmigrate.crontab")) {
		if _, command, ok := strings.Cut(line, "* * *  "); ok && strings.Contains(command, "tiers.log") {
			n.lines = append(n.lines, strings.NewReplacer("/usr/local/bin/", "", "/var/lib/attrmigrate", n.dir).Replace(command))
		}
	}
	if len(n.lines) != 2 {
		t.Fatalf("the crontab has %d lines of it", len(n.lines))
	}
	n.pool.SetFaults(sandbox.Faults{Hook: n.hook})
	return n
}

// play has a night come.
func (n *nights) play(t *testing.T, tt night) {
	for u := range n.pool.Users(n.pool.id) {
		if tt.served != "" && u.Attributes["custom:tier"] == "" {
			n.serve(t, u.Username, tt.served)
			break
		}
	}
	for name := range strings.FieldsSeq(tt.come) {
		if err := n.pool.CreateUser(n.pool.id, sandbox.User{Username: name}); err != nil {
			t.Fatal(err)
		}
	}
	n.mu.Lock()
	n.now, n.updates = tt, 0
	n.mu.Unlock()
	for i, line := range n.lines {
		want := tt.told
		if i == 0 {
			want = ""
		}
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = n.dir
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) || want == "" && len(out) > 0 {
			t.Fatalf("line %d: %v, it mails\n%swant %q", i+1, err, out, want)
		}
	}
	left := 0
	for u := range n.pool.Users(n.pool.id) {
		if u.Attributes["custom:tier"] == "" {
			left++
		}
	}
	if (left > 0) != tt.left {
		t.Errorf("%d users are without a tier", left)
	}
}

// serve gives a user a tier, by another hand.
func (n *nights) serve(t *testing.T, user, tier string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(path, []byte("username,custom:tier\n"+user+","+tier+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := attrmigrate("apply", "--user-pool-id", n.pool.id, "--yes", "--run-dir", path+".run", path); code != 0 {
		t.Fatal(stderr, stdout)
	}
}

// hook brings what happens in a night.
func (n *nights) hook(op, user string) *sandbox.Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	if op == "AdminUpdateUserAttributes" {
		n.updates++
	}
	switch {
	case op == "AdminUpdateUserAttributes" && user == n.now.fails:
		return &sandbox.Fault{Error: "UserLambdaValidationException"}
	case n.now.trouble != nil:
		return n.now.trouble(n, op)
	default:
		return nil
	}
}

// kill ends the second update of the night, and the program, for good.
func (n *nights) kill(op string) *sandbox.Fault {
	if op == "AdminUpdateUserAttributes" && n.updates == 2 {
		return n.signal(".plan.run", os.Kill)
	}
	return nil
}

// killPlan does so when the pool is listed.
func (n *nights) killPlan(op string) *sandbox.Fault {
	if op == "ListUsers" {
		return n.signal(".plan", os.Kill)
	}
	return nil
}

// interrupt has the program stop behind the second update of the night.
func (n *nights) interrupt(op string) *sandbox.Fault {
	if op == "AdminUpdateUserAttributes" && n.updates == 2 {
		n.signal(".plan.run", syscall.SIGTERM)
	}
	return nil
}

// refuse takes the right to write away behind the first update of the night.
func (n *nights) refuse(op string) *sandbox.Fault {
	if op == "AdminUpdateUserAttributes" && n.updates > 1 {
		return &sandbox.Fault{Error: "AccessDeniedException"}
	}
	return nil
}

// signal sends a signal to whoever is at work in a directory of the pool. Its request is not answered.
func (n *nights) signal(ending string, signal os.Signal) *sandbox.Fault {
	info, _, err := checkpoint.Holder(filepath.Join(n.dir, n.pool.id+ending))
	if err != nil {
		return nil
	}
	if p, err := os.FindProcess(info.PID); err == nil {
		_ = p.Signal(signal)
	}
	return &sandbox.Fault{Hang: true}
}

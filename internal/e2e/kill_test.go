package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// TestKill kills the program with SIGKILL at twenty random moments of one run, under faults of reads and
// of updates, and starts it again each time. In the end the pool is as if it had never been killed, each
// record stands exactly once in one of the reports, and the undo file leads all the way back.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("the program is started twenty times")
	}
	t.Parallel()
	const (
		users = 250
		rows  = 1000 // four changes of each user, in turns
		kills = 20
	)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	faults := sandbox.Faults{Throttle: 0.0005, Internal: 0.03, DropBefore: 0.01, DropAfter: 0.02}
	k := newKillStage(t, sandbox.Config{Quotas: sandbox.NoQuotas(), Seed: seed, Faults: faults}, users)
	want := writeKillInput(t, filepath.Join(k.dir, "changes.csv"), users, rows)

	for range kills {
		k.start("changes.csv")
		k.killAfter(1 + random.IntN(2*rows/kills)) // of two requests a record: half of what there is to do, on a busy machine too
	}
	k.start("changes.csv")
	k.ended(3)
	k.check(want)
	k.checkReports(rows)

	k.server.SetFaults(sandbox.Faults{})
	k.start(filepath.Join("changes.run", "undo.jsonl"))
	k.ended(0)
	for user := range want {
		want[user] = "tier of before"
	}
	k.check(want)
}

// killStage is a sandbox, and the program that works on it again and again.
type killStage struct {
	*testing.T
	server   *sandbox.Server
	pool     string
	args     []string
	dir      string
	requests chan struct{} // one for each that the sandbox receives

	cmd  *exec.Cmd
	out  *bytes.Buffer
	over chan struct{} // closed when cmd has ended
}

func newKillStage(t *testing.T, cfg sandbox.Config, users int) *killStage {
	k := &killStage{T: t, dir: t.TempDir(), requests: make(chan struct{}, 1<<20)}
	cfg.Faults.Hook = func(string, string) *sandbox.Fault { k.requests <- struct{}{}; return nil }
	var err error
	if k.server, err = sandbox.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.server.Close() })
	k.pool = furnish(t, k.server, users)
	url, err := k.server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k.args = []string{"apply", "--endpoint-url", url, "--user-pool-id", k.pool, "--yes",
		"--rate", "off", "--workers", "16", "--max-attempts", "30", "--max-failures", "500"}
	return k
}

// start applies an input.
func (k *killStage) start(input string) {
	k.Helper()
	for len(k.requests) > 0 { // of the start before
		<-k.requests
	}
	k.cmd, k.out, k.over = harness.Program(k.dir, append(k.args, input)...), &bytes.Buffer{}, make(chan struct{})
	k.cmd.Stdout, k.cmd.Stderr = k.out, k.out
	if err := k.cmd.Start(); err != nil {
		k.Fatal(err)
	}
	go func(cmd *exec.Cmd, over chan struct{}) {
		_ = cmd.Wait() // the exit code tells
		close(over)
	}(k.cmd, k.over)
}

// killAfter kills the program once it has made so many requests.
func (k *killStage) killAfter(requests int) {
	k.Helper()
	for range requests {
		select {
		case <-k.requests:
		case <-k.over:
			k.Fatalf("the program ended before it was killed\n%s", k.out)
		}
	}
	_ = k.cmd.Process.Kill()
	<-k.over
}

// ended waits for the end of the program.
func (k *killStage) ended(code int) {
	k.Helper()
	if <-k.over; k.cmd.ProcessState.ExitCode() != code {
		k.Fatalf("exited with %d, want %d\n%s", k.cmd.ProcessState.ExitCode(), code, k.out)
	}
}

// check compares the tier of each user.
func (k *killStage) check(want map[string]string) {
	k.Helper()
	for user, tier := range want {
		u, _ := k.server.User(k.pool, user)
		if got := u.Attributes["custom:tier"]; got != tier {
			k.Errorf("%s has %q, want %q", user, got, tier)
		}
	}
}

// checkReports: each line stands once, in the report where it belongs.
func (k *killStage) checkReports(rows int) {
	k.Helper()
	run := filepath.Join(k.dir, "changes.run")
	applied, failed := linesOf(k.T, filepath.Join(run, "applied.csv"), "line"), linesOf(k.T, filepath.Join(run, "errors.csv"), "_line")
	for line := 2; line <= rows+1; line++ {
		bad := line%100 == 0
		if n, m := applied[fmt.Sprint(line)], failed[fmt.Sprint(line)]; bad && (n != 0 || m != 1) || !bad && (n != 1 || m != 0) {
			k.Errorf("line %d (bad: %t) stands %d times in applied.csv and %d times in errors.csv", line, bad, n, m)
		}
	}
}

// writeKillInput writes the change set, in which every line that is a multiple of 100 names a user
// who is not there, and returns what each user must end with.
func writeKillInput(t *testing.T, path string, users, rows int) map[string]string {
	t.Helper()
	var b bytes.Buffer
	want := map[string]string{}
	fmt.Fprintln(&b, "username,custom:tier")
	for i := range rows {
		user, tier := fmt.Sprintf("user-%05d", i%users), fmt.Sprintf("tier %d", i)
		if line := i + 2; line%100 == 0 {
			user = fmt.Sprintf("nobody-%d", line)
		} else {
			want[user] = tier
		}
		fmt.Fprintf(&b, "%s,%s\n", user, tier)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return want
}

package cli_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestKill kills the program with SIGKILL at twenty random moments of one run, under faults, and
// starts it again each time. In the end the pool is as if it had never been killed, and each record
// stands exactly once in one of the reports.
func TestKill(t *testing.T) {
	const (
		users = 150
		rows  = 1500 // ten changes of each user, in turns
		kills = 20
	)
	program, err := exec.LookPath("attrmigrate") // as testscript installed it
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	requests := make(chan struct{}, 1<<20)
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Seed: seed, Faults: sandbox.Faults{
		Throttle: 0.003, Internal: 0.05, DropBefore: 0.01, DropAfter: 0.02,
		Hook: func(string, string) *sandbox.Fault { requests <- struct{}{}; return nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	pool := furnish(t, server, users)
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	want := writeKillInput(t, filepath.Join(dir, "changes.csv"), users, rows)
	start := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(program, "apply", "--endpoint-url", url, "--user-pool-id", pool, "--yes",
			"--rate", "off", "--workers", "16", "--max-attempts", "30", "--max-failures", "500", "changes.csv")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox", "AWS_EC2_METADATA_DISABLED=true")
		out := &bytes.Buffer{}
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	for range kills {
		cmd, _ := start()
		for range 1 + random.IntN(2*rows/kills) {
			<-requests
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		drain(requests)
	}
	cmd, out := start()
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
		t.Fatalf("the last start exited with %d, want 3\n%s", cmd.ProcessState.ExitCode(), out)
	}

	for user, tier := range want {
		u, _ := server.User(pool, user)
		if got := u.Attributes["custom:tier"]; got != tier {
			t.Errorf("%s has %q, want %q", user, got, tier)
		}
	}
	run := filepath.Join(dir, "changes.run")
	applied, failed := linesOf(t, filepath.Join(run, "applied.csv"), "line"), linesOf(t, filepath.Join(run, "errors.csv"), "_line")
	for line := 2; line <= rows+1; line++ {
		bad := line%100 == 0
		if n, m := applied[fmt.Sprint(line)], failed[fmt.Sprint(line)]; bad && (n != 0 || m != 1) || !bad && (n != 1 || m != 0) {
			t.Errorf("line %d (bad: %t) stands %d times in applied.csv and %d times in errors.csv", line, bad, n, m)
		}
	}
}

// furnish makes the sandbox's default pool and its users.
func furnish(t *testing.T, server *sandbox.Server, users int) (pool string) {
	t.Helper()
	document, err := os.ReadFile("sandbox_pool.json")
	if err != nil {
		t.Fatal(err)
	}
	if pool, err = server.CreatePool(document); err != nil {
		t.Fatal(err)
	}
	for i := range users {
		if err := server.CreateUser(pool, sandbox.User{Username: fmt.Sprintf("user-%05d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	return pool
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

// linesOf counts the values of a column.
func linesOf(t *testing.T, path, column string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for i, name := range rows[0] {
		if name != column {
			continue
		}
		for _, row := range rows[1:] {
			counts[row[i]]++
		}
	}
	return counts
}

func drain(c <-chan struct{}) {
	for {
		select {
		case <-c:
		default:
			return
		}
	}
}

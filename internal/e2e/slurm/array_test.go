package slurm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// people is how many users a pool has.
const people = 40

// fleet are four pools in a Region each, a change set for each, and the directory of their jobs.
type fleet struct {
	*cluster
	server  *sandbox.Server
	env     []string
	denying atomic.Bool // updates of the third pool are refused
}

// pools are the targets; the letter begins the names of a pool's users.
var pools = []struct{ letter, id, rate string }{
	{"a", "us-east-1_Ab12Cd34E", "5"}, // slow, to be interrupted
	{"b", "eu-west-1_Ab12Cd34E", ""},
	{"c", "eu-central-1_Ab12Cd34E", ""},
	{"d", "ap-southeast-2_Ab12Cd34E", ""},
}

// TestArray runs the program on four pools: one is interrupted and goes on, one has a record that fails, one is stopped
// early twice, and one waits for another process. In the end every user was changed, once.
func TestArray(t *testing.T) {
	needSlurm(t)
	f := newFleet(t)
	f.denying.Store(true)
	other := f.program("apply", "--user-pool-id", pools[3].id, "--run-dir", "d.run", "--yes", "d.csv")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill() })
	f.updated(t, "d", 1)
	f.must(t, "pause", "d.run") // it holds its run until somebody has met it

	listing := f.must(t, "targets", "targets.csv")
	lines := strings.Split(strings.TrimSpace(listing), "\n")
	if last := lines[len(lines)-1]; last != fmt.Sprint(len(pools)) {
		t.Fatalf("the last line is %q, want the number of indexes\n%s", last, listing)
	}
	job := f.submit(t, f.path("jobs"), f.env, fmt.Sprintf("--array=0-%d", len(pools)-1), example(t), "apply", "--targets", "targets.csv", "--yes")

	f.updated(t, "a", 5)
	if out, err := exec.Command("scancel", "--signal=USR1", "--batch", job+"_0").CombinedOutput(); err != nil {
		t.Fatalf("scancel: %v\n%s", err, out)
	}
	f.restarted(t, job, 3, 1)
	f.must(t, "unpause", "d.run")
	if err := other.Wait(); err != nil {
		t.Error("the other process:", err)
	}
	f.restarted(t, job, 2, 2)
	f.denying.Store(false)

	f.ends(t, job, 0, "COMPLETED 0:0, 1 restarts")
	f.ends(t, job, 1, "FAILED 3:0, 0 restarts")
	f.ends(t, job, 2, "COMPLETED 0:0, 2 restarts")
	harness.Until(t, "the last ends", func() (bool, string) {
		is := f.task(job, 3)
		return regexp.MustCompile(`^COMPLETED 0:0, [1-9]\d* restarts$`).MatchString(is), is
	})
	f.check(t)
	for i, says := range []string{
		"fleet: exit code 130: started again", "exit code 3",
		"fleet: exit code 4: started again", "fleet: exit code 5: started again",
	} {
		if log := f.read(fmt.Sprintf("jobs/fleet-%s_%d.log", job, i)); !strings.Contains(log, says) {
			t.Errorf("the log of index %d does not say %q\n%s", i, says, log)
		}
	}
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	f := &fleet{cluster: start(t), server: server}
	targets := "name,user_pool_id,input,rate\n"
	for _, p := range pools {
		document := fmt.Sprintf(`{"UserPool": {"Id": %q, "Name": "shop", "SchemaAttributes": [{"Name": "custom:tier", "AttributeDataType": "String"}]}}`, p.id)
		if _, err := server.CreatePool([]byte(document)); err != nil {
			t.Fatal(err)
		}
		changes := "username,custom:tier\n"
		for i := range people {
			name := fmt.Sprintf("%s-%02d@example.com", p.letter, i)
			if err := server.CreateUser(p.id, sandbox.User{Username: name}); err != nil {
				t.Fatal(err)
			}
			changes += name + ",gold\n"
		}
		if p.letter == "b" {
			changes += "nobody@example.com,gold\n"
		}
		f.write(t, filepath.Join("jobs", p.letter+".csv"), changes)
		targets += strings.Join([]string{p.letter, p.id, p.letter + ".csv", p.rate}, ",") + "\n"
	}
	f.write(t, "jobs/targets.csv", targets)
	server.SetFaults(sandbox.Faults{Hook: func(op, user string) *sandbox.Fault {
		if op == "AdminUpdateUserAttributes" && strings.HasPrefix(user, "c-") && user > "c-10" && f.denying.Load() {
			return &sandbox.Fault{Error: "AccessDeniedException"}
		}
		return nil
	}})
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.env = []string{"HOME=" + f.path("jobs"), "PATH=" + os.Getenv("PATH"), "SLURM_CONF=" + os.Getenv("SLURM_CONF"), "AWS_ENDPOINT_URL=" + url}
	for name, value := range harness.Environment() {
		f.env = append(f.env, name+"="+value)
	}
	return f
}

// program is the program in the directory of the jobs, with their environment.
func (f *fleet) program(args ...string) *exec.Cmd {
	cmd := exec.Command("attrmigrate", args...)
	cmd.Dir = f.path("jobs")
	cmd.Env = f.env
	return cmd
}

// must runs the program, wants it to end with 0, and gives what it printed.
func (f *fleet) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := f.program(args...).Output()
	if err != nil {
		t.Fatalf("attrmigrate %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// updated waits until so many users of a pool were updated.
func (f *fleet) updated(t *testing.T, letter string, n int) {
	t.Helper()
	harness.Until(t, fmt.Sprintf("%d updates of pool %s", n, letter), func() (bool, string) {
		done := 0
		for _, u := range f.server.Log() {
			if strings.HasPrefix(u.Username, letter+"-") {
				done++
			}
		}
		return done >= n, fmt.Sprint(done)
	})
}

// restarted waits until Slurm has started a task again so often.
func (f *fleet) restarted(t *testing.T, job string, index, times int) {
	t.Helper()
	harness.Until(t, fmt.Sprintf("task %d is started again", index), func() (bool, string) {
		is := f.task(job, index)
		return strings.Contains(is, fmt.Sprintf(", %d restarts", times)), is + "\n" + f.read(fmt.Sprintf("jobs/fleet-%s_%d.log", job, index))
	})
}

// check wants every user to have its value, and to have got it once.
func (f *fleet) check(t *testing.T) {
	t.Helper()
	times := map[string]int{}
	for _, u := range f.server.Log() {
		times[u.Username]++
	}
	for _, p := range pools {
		n := 0
		for u := range f.server.Users(p.id) {
			n++
			if u.Attributes["custom:tier"] != "gold" || times[u.Username] != 1 {
				t.Errorf("%s of %s has tier %q, and was updated %d times", u.Username, p.id, u.Attributes["custom:tier"], times[u.Username])
			}
		}
		if n != people {
			t.Errorf("%s has %d users, want %d", p.id, n, people)
		}
	}
}

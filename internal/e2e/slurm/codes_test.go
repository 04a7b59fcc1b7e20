package slurm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// standIn plays the program: each start of a task ends with the next of the exit codes in the task's file. "hang" waits
// for signals and ends with 130; "kill" is killed.
const standIn = `#!/bin/bash
i=$SLURM_ARRAY_TASK_ID
echo "start $*" >>starts-$i
code=$(sed -n "$(grep -c start starts-$i)p" codes-$i)
case $code in
	hang)
		trap 'echo TERM >>starts-$i; over=yes' TERM
		echo waiting >>starts-$i
		for ((n = 0; n < 600; n++)); do [ "$over" ] && break; sleep 0.1; done
		sleep 0.3 # a second signal would be noted, too
		exit 130 ;;
	kill) kill -KILL $$ ;;
	*) exit $code ;;
esac
`

// TestCodes has a task end with each exit code, and in orders of them.
func TestCodes(t *testing.T) {
	needSlurm(t)
	c := start(t)
	tests := []struct {
		name, codes string
		signal      []string // arguments of scancel, once the first start waits
		want        string
		starts      int
	}{
		{"done", "0", nil, "COMPLETED 0:0, 0 restarts", 1},
		{"refused", "1", nil, "FAILED 1:0, 0 restarts", 1},
		{"wrong usage", "2", nil, "FAILED 2:0, 0 restarts", 1},
		{"records failed", "3", nil, "FAILED 3:0, 0 restarts", 1},
		{"stopped early, then done", "4 4 0", nil, "COMPLETED 0:0, 2 restarts", 3},
		{"stopped early for good", "4 4 4 0", nil, "FAILED 4:0, 2 restarts", 3},
		{"interrupted by itself", "130 0", nil, "COMPLETED 0:0, 1 restarts", 2},
		{"waiting and interrupts count for nothing", "4 5 4 130 0", nil, "COMPLETED 0:0, 4 restarts", 5},
		{"killed, then records failed", "kill 3", nil, "FAILED 3:0, 1 restarts", 2},
		{"killed for good", "kill 4 kill 0", nil, "FAILED 137:0, 2 restarts", 3},
		{"its time is over", "hang 0", []string{"--signal=USR1", "--batch"}, "COMPLETED 0:0, 1 restarts", 2},
		{"cancelled", "hang 0", []string{}, "CANCELLED 130:0, 0 restarts", 1},
		{"another process at work, in the task that has the number of the array", "5 5 5 0", nil, "COMPLETED 0:0, 3 restarts", 4},
	}
	dir := c.path("jobs")
	write := func(name, content string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("attrmigrate", standIn, 0o700)
	for i, tt := range tests {
		write(fmt.Sprintf("codes-%d", i), strings.ReplaceAll(tt.codes, " ", "\n")+"\n", 0o600)
	}
	env := append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	job := c.submit(t, dir, env, fmt.Sprintf("--array=0-%d", len(tests)-1), example(t), "apply", "--targets", "my targets.csv")

	write(fmt.Sprintf("codes-%d", len(tests)), "5\n5\n5\n0\n", 0o600)
	bounded := c.submit(t, dir, append(env, "RESTARTS=2"), fmt.Sprintf("--array=%d", len(tests)), example(t), "apply")

	for i, tt := range tests { // all of them first: one must not start another again
		if tt.signal != nil {
			c.signal(t, job, i, tt.signal)
		}
	}
	for i, tt := range tests {
		c.ends(t, job, i, tt.want)
	}
	c.ends(t, bounded, len(tests), "FAILED 5:0, 2 restarts")
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if is := c.task(job, i); is != tt.want {
				t.Errorf("it has ended as %s, and now is %s", tt.want, is)
			}
			noted := c.read(starts(i))
			if n := strings.Count(noted, "start apply --targets my targets.csv --index auto"); n != tt.starts {
				t.Errorf("it was started %d times, want %d\n%s", n, tt.starts, noted)
			}
			if n := strings.Count(noted, "TERM"); tt.signal != nil && n != 1 {
				t.Errorf("it got %d signals, want one, for a second cuts off calls under way\n%s", n, noted)
			}
		})
	}
}

// TestNodeLost takes the node away while a task runs on it: Slurm itself requeues that, and the script does not do so once more.
func TestNodeLost(t *testing.T) {
	needSlurm(t)
	c := start(t)
	dir := c.path("jobs")
	c.write(t, "jobs/codes-0", "hang\n0\n")
	if err := os.WriteFile(filepath.Join(dir, "attrmigrate"), []byte(standIn), 0o700); err != nil {
		t.Fatal(err)
	}
	job := c.submit(t, dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH")), "--array=0", example(t), "apply")
	harness.Until(t, "it waits", func() (bool, string) { return strings.Contains(c.read(starts(0)), "waiting"), c.task(job, 0) })
	for _, state := range []string{"DOWN", "RESUME"} {
		out, err := exec.Command("scontrol", "update", "NodeName="+hostname(t), "State="+state, "Reason=test").CombinedOutput()
		if err != nil {
			t.Fatalf("scontrol: %v\n%s", err, out)
		}
		harness.Until(t, "the task is requeued", func() (bool, string) {
			is := c.task(job, 0)
			return strings.Contains(is, ", 1 restarts"), is
		})
	}
	c.ends(t, job, 0, "COMPLETED 0:0, 1 restarts")
	if noted := c.read(starts(0)); strings.Count(noted, "start apply --index auto") != 2 {
		t.Errorf("it was to be started twice\n%s", noted)
	}
}

// starts is where the stand-in of a task notes what happens to it.
func starts(index int) string { return filepath.Join("jobs", fmt.Sprintf("starts-%d", index)) }

// signal runs scancel with arguments, once the first start of a task waits.
func (c *cluster) signal(t *testing.T, job string, index int, args []string) {
	t.Helper()
	harness.Until(t, "it waits", func() (bool, string) {
		return strings.Contains(c.read(starts(index)), "waiting"), c.task(job, index)
	})
	args = append(args, fmt.Sprintf("%s_%d", job, index))
	if out, err := exec.Command("scancel", args...).CombinedOutput(); err != nil {
		t.Fatalf("scancel: %v\n%s", err, out)
	}
}

// example is the script that is given to sbatch.
func example(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "examples", "fleet", "slurm", "fleet.sbatch"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// needSlurm skips a test that was not asked for: it takes a minute, and starts daemons.
func needSlurm(t *testing.T) {
	t.Helper()
	if os.Getenv("SLURM") == "" {
		t.Skip("make test-slurm runs it")
	}
	if _, err := exec.LookPath("sbatch"); err != nil {
		t.Fatal("there is no Slurm (Debian: slurm-wlm, munge)")
	}
}

package slurm

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
)

// cluster is a Slurm of one node.
type cluster struct {
	dir string // of its files; jobs run below
}

// start starts one, which ends with the test: jobs first, then the daemons.
func start(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{dir: t.TempDir()}
	for _, folder := range []string{"state", "spool", "jobs"} {
		if err := os.Mkdir(c.path(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	key := make([]byte, 64)
	rand.Read(key)
	c.write(t, "munge.key", string(key))
	node, ports := hostname(t), freePorts(t, 2)
	c.write(t, "slurm.conf", c.configuration(t, node, ports[0], ports[1]))
	t.Setenv("SLURM_CONF", c.path("slurm.conf"))

	c.daemon(t, "munged", "--foreground", "--force", "--key-file="+c.path("munge.key"), "--socket="+c.path("munge.sock"),
		"--pid-file="+c.path("munged.pid"), "--seed-file="+c.path("munge.seed"), "--log-file="+c.path("munged.log"))
	harness.Until(t, "munged answers", func() (bool, string) {
		_, err := os.Stat(c.path("munge.sock"))
		return err == nil, c.read("munged.out")
	})
	c.daemon(t, "slurmctld", "-D")
	c.daemon(t, "slurmd", "-D", "-N", node)
	harness.Until(t, "the node is idle", func() (bool, string) {
		out, _ := exec.Command("sinfo", "--noheader", "--format=%T").CombinedOutput()
		return strings.TrimSpace(string(out)) == "idle", string(out) + c.read("slurmctld.out") + c.read("slurmd.out")
	})
	t.Cleanup(func() { c.cancelAll(t) })
	return c
}

// configuration is slurm.conf: everything on loopback and below the directory, by the user of the test. A requeued job
// waits as long as credentials live (cred_expire), and five seconds is the least that Slurm takes.
func (c *cluster) configuration(t *testing.T, node string, controller, daemon int) string {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`ClusterName=fleet
SlurmctldHost=%[2]s(127.0.0.1)
SlurmctldPort=%[3]d
SlurmdPort=%[4]d
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=%[1]s/munge.sock,cred_expire=5
CredType=cred/munge
SlurmUser=%[5]s
SlurmdUser=%[5]s
StateSaveLocation=%[1]s/state
SlurmdSpoolDir=%[1]s/spool
SlurmctldPidFile=%[1]s/slurmctld.pid
SlurmdPidFile=%[1]s/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
KillWait=20
MinJobAge=3600
NodeName=%[2]s NodeAddr=127.0.0.1 CPUs=32 RealMemory=8192 State=UNKNOWN
PartitionName=all Nodes=%[2]s Default=YES MaxTime=INFINITE State=UP
`, c.dir, node, controller, daemon, me.Username)
}

// daemon starts a program of the cluster that is not a daemon here: the test waits for it.
func (c *cluster) daemon(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name) // where not everybody looks
	}
	out, err := os.Create(c.path(name + ".out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		late.Stop()
		out.Close()
		if t.Failed() {
			t.Logf("%s:\n%s", name, c.read(name+".out"))
		}
	})
}

// cancelAll ends what is left of jobs, so that no process of theirs outlives the node.
func (c *cluster) cancelAll(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = exec.CommandContext(ctx, "scancel", "--state=PENDING", "--partition=all").Run()
	_ = exec.CommandContext(ctx, "scancel", "--signal=KILL", "--full", "--partition=all").Run()
	_ = exec.CommandContext(ctx, "scancel", "--partition=all").Run()
	harness.Until(t, "no job is left", func() (bool, string) {
		out, err := exec.CommandContext(ctx, "squeue", "--noheader").CombinedOutput()
		return err != nil || len(out) == 0, string(out)
	})
}

// submit has sbatch take a job, in a directory of the cluster, and gives its number.
func (c *cluster) submit(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("sbatch", append([]string{"--parsable"}, args...)...)
	cmd.Dir = dir
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("sbatch: %v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// task is what the controller says of a task: "COMPLETED 0:0, 2 restarts".
func (c *cluster) task(job string, index int) string {
	out, err := exec.Command("scontrol", "--oneliner", "show", "job", job+"_"+strconv.Itoa(index)).CombinedOutput()
	if err != nil {
		return string(out)
	}
	field := func(name string) string {
		if m := regexp.MustCompile(` ` + name + `=(\S+)`).FindSubmatch(out); m != nil {
			return string(m[1])
		}
		return "no " + name
	}
	return fmt.Sprintf("%s %s, %s restarts", field("JobState"), field("ExitCode"), field("Restarts"))
}

// ends waits until a task is as it should be in the end.
func (c *cluster) ends(t *testing.T, job string, index int, want string) {
	t.Helper()
	log := filepath.Join("jobs", fmt.Sprintf("fleet-%s_%d.log", job, index))
	harness.Until(t, fmt.Sprintf("task %d ends as %s", index, want), func() (bool, string) {
		is := c.task(job, index)
		return is == want, is + "\n" + c.read(log)
	})
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

func (c *cluster) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(c.path(name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read is the content of a file, and nothing if there is none.
func (c *cluster) read(name string) string {
	data, err := os.ReadFile(c.path(name))
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(data))
}

func hostname(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	short, _, _ := strings.Cut(name, ".")
	return short
}

// freePorts are ports of loopback that nobody listens on: Slurm wants to be told its ports.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

//go:build linux

package kubernetes

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// fates are what happens to the index of each target, and what becomes of it.
var fates = []struct {
	happens string
	ends    string // of its pods, one after the other
	job     string // what the Job makes of each
	nodes   string // where they were
	nobody  int    // records of users who are not there
}{
	{happens: "nothing", ends: "0", job: "index completed", nodes: "fleet-1"},
	{happens: "its process is killed (kill -9)", ends: "137, 0", job: "ignored, index completed", nodes: "fleet-1, fleet-1"},
	{happens: "its pod is evicted, as kubectl drain does", ends: "130 EvictionByEvictionAPI, 0", job: "ignored, index completed", nodes: "fleet-1, fleet-1"},
	{happens: "two of its users do not exist", ends: "3", job: "index failed", nodes: "fleet-2", nobody: 2},
	{happens: "somebody else is at work on its run, and stops", ends: "5, 0", job: "ignored, index completed", nodes: "fleet-2, fleet-2"},
	{happens: "its credentials expire, and are renewed", ends: "4, 0", job: "counted, index completed", nodes: "fleet-2, fleet-2"},
	{happens: "its node is lost, with the run's files", ends: "DeletionByTaintManager, 0", job: "ignored, index completed", nodes: "fleet-3, fleet-1"},
	{happens: "its node is lost, but wakes up later", ends: "DeletionByTaintManager, 0", job: "ignored, index completed", nodes: "fleet-3, fleet-1"},
}

// The indexes to which something happens, and the node that is lost: three indexes a node, one after the other.
const (
	killed, evicted, waiting, expired, lost, asleep = 1, 2, 4, 5, 6, 7

	lostNode = 2
)

// testFleet plays the manifest as it is, but for what the targets are on this machine.
func testFleet(t *testing.T, a *api, said *transcript) {
	objects := readManifest(t)
	data := of(objects, "ConfigMap")["data"].(object)
	header, targets := readTargets(t, data["targets.csv"].(string))
	if len(targets) != len(fates) {
		t.Fatalf("the manifest has %d targets, the test %d", len(targets), len(fates))
	}
	bucket := s3test.Start(t, "jobs-111122223333")
	for i, g := range targets {
		g.open(t, bucket, fates[i].nobody)
	}
	environment := append(bucket.Env(), harness.Lease+"=3s", "AWS_ENDPOINT_URL_STS="+targets[0].row["endpoint_url"])
	m := startMachines(t, a, "fleet", 3, func(index int) int { return index / 3 }, environment...)
	m.create(objects, true)

	data["targets.csv"] = writeTargets(header, targets)
	other := byHand(t, header, targets, environment)
	targets[waiting].underWay(t)
	m.create(objects, false)

	targets[killed].underWay(t)
	m.kill(killed)
	targets[evicted].underWay(t)
	m.evict(evicted)
	targets[expired].underWay(t)
	targets[expired].server.SetFaults(sandbox.Faults{ExpiredToken: 1})
	targets[lost].underWay(t)
	targets[asleep].underWay(t)
	sleeper := m.lose(lostNode, asleep)
	m.until("the pod whose credentials have expired has ended", func() bool { return len(m.ends[expired]) > 0 })
	targets[expired].server.SetFaults(sandbox.Faults{})
	m.until("the pod whose run somebody else works on has ended", func() bool { return len(m.ends[waiting]) > 0 })
	other.signal(syscall.SIGINT)
	<-other.ended
	if other.code != 130 {
		t.Errorf("the other process ended with %d", other.code)
	}
	// The next pod goes on; then the process of the one before wakes up, and has to find that out.
	m.until("the pod of the one that sleeps has a successor", func() bool {
		p := m.latest[asleep]
		return p.Status.Phase == "Running" && !m.lost[p.Spec.NodeName]
	})
	before := targets[asleep].sent()
	harness.Until(t, "another pod goes on with the run of the one that sleeps", func() (bool, string) {
		return targets[asleep].sent() > before+users/10, m.describe()
	})
	sleeper.signal(syscall.SIGCONT)
	<-sleeper.ended
	if sleeper.code != 4 && sleeper.code != 5 { // its lease is over, or somebody else has the run: whatever it looks at first
		t.Errorf("the process that slept ended with %d, want 4 or 5\n%s", sleeper.code, tail(sleeper.log))
	}

	s := m.end("attrmigrate")
	state := s.indexes()
	for i, f := range fates {
		h := m.history(i)
		verdicts := h.verdicts(state[i])
		if ends, job, nodes := h.ends(), strings.Join(verdicts, ", "), h.nodes(); ends != f.ends || job != f.job || nodes != f.nodes {
			t.Errorf("index %d (%s): pods on %s ended with %s: %s; want on %s with %s: %s", i, f.happens, nodes, ends, job, f.nodes, f.ends, f.job)
		}
		once, failed := targets[i].once(t, users-f.nobody), targets[i].published(t, bucket, f.nobody)
		for k, e := range h {
			said.pod(i, e, verdicts[k])
		}
		said.fate(i, targets[i].row["name"], f.happens, state[i], once, failed)
	}
	said.engine(s)
}

// byHand starts the command of one index elsewhere, slowly, as somebody would who looks at how it goes.
func byHand(t *testing.T, header []string, targets []*target, environment []string) *work {
	t.Helper()
	dir := t.TempDir()
	targets[waiting].row["rate"] = "2"
	write(t, filepath.Join(dir, "targets.csv"), []byte(writeTargets(header, targets)))
	targets[waiting].row["rate"] = rate
	cmd := harness.Program(dir, "apply", "--targets", "targets.csv", "--index", fmt.Sprint(waiting), "--yes", "--progress", "log")
	cmd.Env = append(cmd.Env, environment...)
	w, err := begin(cmd, "elsewhere", filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.kill()
		<-w.ended
		if t.Failed() {
			t.Logf("the other process said last:\n%s", tail(w.log))
		}
	})
	return w
}

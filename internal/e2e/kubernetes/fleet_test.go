//go:build linux

package kubernetes

import (
	"fmt"
	"path/filepath"
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
	failed  string // how many pods were counted before the last one
	nobody  int    // records of users who are not there
	engine  string // the state of the index
}{
	{happens: "nothing", ends: "0", failed: "0", engine: "completed"},
	{happens: "its process is killed (kill -9)", ends: "137, 0", failed: "0", engine: "completed"},
	{happens: "its pod is evicted, as kubectl drain does", ends: "130 EvictionByEvictionAPI, 0", failed: "0", engine: "completed"},
	{happens: "two of its users do not exist", ends: "3", failed: "0", nobody: 2, engine: "failed"},
	{happens: "somebody else is at work on its run", ends: "5, 0", failed: "0", engine: "completed"},
	{happens: "its credentials expire, and are renewed", ends: "4, 0", failed: "1", engine: "completed"},
	{happens: "its node is lost, and the files with it", ends: "DeletionByTaintManager, 0", failed: "0", engine: "completed"},
	{happens: "its node is lost, too", ends: "DeletionByTaintManager, 0", failed: "0", engine: "completed"},
}

// The indexes to which something happens, and the node that is lost: three indexes a node, one after the other.
const (
	killed, evicted, waiting, expired, lost, lostToo = 1, 2, 4, 5, 6, 7

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
	targets[lostToo].underWay(t)
	m.lose(lostNode)
	m.until("the pod whose credentials have expired has ended", func() bool { return len(m.ends[expired]) > 0 })
	targets[expired].server.SetFaults(sandbox.Faults{})
	m.until("the pod whose run somebody else works on has ended", func() bool { return len(m.ends[waiting]) > 0 })
	other.signal(syscall.SIGINT)
	<-other.ended
	if other.code != 130 {
		t.Errorf("the other process ended with %d", other.code)
	}

	s := m.end("attrmigrate")
	state := s.indexes()
	for i, f := range fates {
		ends, failed := m.history(i)
		if ends != f.ends || failed != f.failed || state[i] != f.engine {
			t.Errorf("index %d (%s): pods ended with %s, %s counted before the last one, the index %s; want %s, %s, %s",
				i, f.happens, ends, failed, state[i], f.ends, f.failed, f.engine)
		}
		targets[i].once(t, users-f.nobody)
		targets[i].published(t, bucket, f.nobody)
		said.fate(i, targets[i].row["name"], f.happens, ends, state[i])
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

package control

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

// shownWork is a plan in a directory of a path that is short enough for a socket.
func shownWork(t *testing.T) (*Work, string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there is no private socket")
	}
	t.Chdir(t.TempDir())
	dir := "tiers.plan"
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := checkpoint.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Release() })
	return ShowWork(WorkConfig{Command: "plan", Pool: "us-east-1_Ab12Cd34E", Dir: dir, Logger: slog.New(slog.DiscardHandler)}), dir
}

// TestWork: a plan is seen by its socket while it is made, which goes with it.
func TestWork(t *testing.T) {
	w, dir := shownWork(t)
	w.At("reading users", 60, 1000)
	run, seen, err := NewClient(dir).Look(t.Context())
	if err != nil || seen == nil || run.State != "" {
		t.Fatalf("%+v, %+v, %v", run, seen, err)
	}
	if seen.Command != "plan" || seen.State != "running" || seen.Doing != "reading users" || seen.Done != 60 || seen.Total != 1000 ||
		seen.Pool != "us-east-1_Ab12Cd34E" || seen.HeldBy == nil || seen.HeldBy.PID != os.Getpid() {
		t.Errorf("%+v", seen)
	}
	w.End(nil)
	if _, err := os.Lstat(filepath.Join(dir, rundir.Socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
	if _, _, err := NewClient(dir).Look(t.Context()); err == nil {
		t.Error("it is seen when it has ended")
	}
}

// TestWorkIsNotSteered: each verb of a run is refused with why.
func TestWorkIsNotSteered(t *testing.T) {
	w, dir := shownWork(t)
	defer w.End(nil)
	for _, r := range verbs(nil, bySocket) {
		req, err := http.NewRequestWithContext(t.Context(), r.method, "http://run"+r.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := NewClient(dir).http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 200)
		n, _ := resp.Body.Read(text)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusConflict || !strings.Contains(string(text[:n]), "a plan is not steered: it writes nothing") {
			t.Errorf("%s %s: %s %s", r.method, r.path, resp.Status, text[:n])
		}
	}
}

// TestWorkEnds: how a plan ended is its last state.
func TestWorkEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"whole", nil, "finished"},
		{"an interrupt", context.Canceled, "interrupted"},
		{"an interrupt, told", refusal.ErrNotStarted, "interrupted"},
		{"an error", errors.New("the pool is gone"), "stopped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _ := shownWork(t)
			if w.End(tt.err); w.Status().State != tt.want {
				t.Errorf("%s, want %s", w.Status().State, tt.want)
			}
		})
	}
}

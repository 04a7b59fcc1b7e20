//go:build unix

package control

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/rundir"
)

func TestSocketIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, rundir.Socket)
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left there: %v, %v", entries, err)
	}
}

// TestSocketOfTheDead: what a process leaves that is killed, and one that is killed while it makes the socket.
func TestSocketOfTheDead(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, making), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{rundir.Socket, filepath.Join(making, unnamed)} {
		dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, name), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		dead.SetUnlinkOnClose(false)
		if err := dead.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewClient(dir).Do(t.Context(), http.MethodGet, "/v1/status", nil); !errors.Is(err, ErrUnreached) {
		t.Errorf("nobody is there: %v", err)
	}
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("there: %v, %v", entries, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestSocketPaths: a path that is too long is gone from where the process is, or there is no socket.
func TestSocketPaths(t *testing.T) {
	above := t.TempDir()
	t.Chdir(above)
	long := filepath.Join(above, strings.Repeat("x", 90), "loyalty.run")
	short := filepath.Join(above, "loyalty.run")
	for _, dir := range []string{long, short} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if l, err := listen(long); err == nil || !strings.Contains(err.Error(), "the path is too long for a socket, of which 103 bytes are taken") {
		t.Errorf("got %v, %v", l, err)
	}
	if entries, err := os.ReadDir(long); err != nil || len(entries) > 0 {
		t.Errorf("left there: %v, %v", entries, err)
	}
	if _, err := NewClient(long).Do(t.Context(), http.MethodGet, "/v1/status", nil); !errors.Is(err, ErrUnreached) {
		t.Errorf("the client: %v", err)
	}
	t.Chdir(filepath.Dir(long))
	l, err := listen(long)
	if err != nil {
		t.Fatalf("from beside it: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestSocketToTheEnd: a run is steered by its socket until it has ended, whoever keeps a connection open, and the socket is
// gone then.
func TestSocketToTheEnd(t *testing.T) {
	s := newScene(t)
	ctx, end := context.WithCancel(t.Context())
	l, err := listen(s.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.serveSocket(ctx, l) }()
	idle, err := net.Dial("unix", filepath.Join(s.cfg.Dir, rundir.Socket))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if _, err := idle.Write([]byte("POST /v1/pause HTTP/1.1\r\nHost: run\r\nContent-Length: 100\r\n\r\n{")); err != nil { // and no more
		t.Fatal(err)
	}
	client := NewClient(s.cfg.Dir)
	got, err := client.Do(t.Context(), http.MethodPost, "/v1/pause", map[string]any{"by": "ann@host by command", "reason": "support called"})
	if err != nil || got.State != "paused" || got.Asked.PauseOrder.By != "ann@host by command" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := client.Do(t.Context(), http.MethodPatch, "/v1/limits", map[string]any{"rate": 0}); err == nil || errors.Is(err, ErrUnreached) {
		t.Errorf("a rate of 0: %v", err)
	}
	if _, err := client.Do(t.Context(), http.MethodGet, "/v2/status", nil); err == nil || errors.Is(err, ErrUnreached) {
		t.Errorf("no such path: %v", err)
	}
	s.end()
	if _, err := client.Do(t.Context(), http.MethodPost, "/v1/unpause", nil); !errors.Is(err, ErrEnded) {
		t.Errorf("after the end: %v", err)
	}
	end()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(s.cfg.Dir, rundir.Socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is there: %v", err)
	}
}

package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"

	"attrmigrate/internal/rundir"
)

// The socket of a run is made in a directory of its own, which nobody else can enter, and comes to its name when nobody
// else can connect to it: from the first moment that it is seen there, its mode is 0600. The mode of the process (umask) is left
// alone, since other goroutines make files meanwhile.
const (
	making  = rundir.Socket + ".tmp"
	unnamed = "s"
)

// longestSocket is the longest path that all systems take for a socket, in bytes: macOS has 104 with the end.
const longestSocket = 103

// errNoSocket is why a run is steered by control.json alone.
var errNoSocket = errors.New("the system has no socket that is private to a user by its mode")

// listen makes the socket of a run directory, which this process holds. What a dead process left there goes.
func listen(dir string) (net.Listener, error) {
	if runtime.GOOS == "windows" {
		return nil, errNoSocket
	}
	if err := clear(dir); err != nil {
		return nil, err
	}
	private := filepath.Join(dir, making)
	if err := os.Mkdir(private, 0o700); err != nil {
		return nil, err
	}
	l, err := listenIn(private)
	if err == nil {
		if err = os.Rename(filepath.Join(private, unnamed), filepath.Join(dir, rundir.Socket)); err != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(err, clear(dir))
	}
	_ = os.Remove(private) // an empty directory does no harm
	return &socket{l, dir}, nil
}

func listenIn(private string) (*net.UnixListener, error) {
	path, err := socketPath(filepath.Join(private, unnamed))
	if err != nil {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it will have another name, and another one may have this
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// clear removes the socket of a run directory, and what a process has left that died while it made one.
func clear(dir string) error {
	var all []error
	for _, name := range []string{rundir.Socket, filepath.Join(making, unnamed), making} {
		if err := os.Remove(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// socketPath is a path as a system takes it for a socket: as it is, or from where the process is.
func socketPath(path string) (string, error) {
	if len(path) <= longestSocket {
		return path, nil
	}
	if here, err := os.Getwd(); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			if rel, err := filepath.Rel(here, abs); err == nil && len(rel) <= longestSocket {
				return rel, nil
			}
		}
	}
	return "", fmt.Errorf("%s: the path is too long for a socket, of which %d bytes are taken", path, longestSocket)
}

// socket is the listener of a run directory; closed, it takes the file with it, under the lock of the run.
type socket struct {
	net.Listener
	dir string
}

func (s *socket) Close() error {
	err := s.Listener.Close()
	if gone := os.Remove(filepath.Join(s.dir, rundir.Socket)); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// serveSocket answers on the socket until ctx ends. Only the owner of the run can connect, so that there is no token, and
// who asks is believed to be who the body says.
func (d *Desk) serveSocket(ctx context.Context, l net.Listener) error {
	return serve(ctx, l, append(views(d.seen()), verbs(d, bySocket)...), d.cfg.Logger)
}

// bySocket names who asks: who the body says, and a program that says nothing is this user's.
func bySocket(_ *http.Request, said string) string { return cmp.Or(said, Operator()+" by api") }

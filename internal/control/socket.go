package control

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"attrmigrate/internal/rundir"
)

// Listen makes the socket of a run directory, which this process holds. What a dead process left there goes.
func Listen(dir string) (net.Listener, error) {
	path := filepath.Join(dir, rundir.Socket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Serve answers on the socket until ctx ends. Only the owner of the run can connect, so that there is no token, and who
// asks is believed to be who the body says.
func (d *Desk) Serve(ctx context.Context, l net.Listener, log *slog.Logger) error {
	all := append(views(d.seen()), verbs(d, func(_ *http.Request, said string) string { return said })...)
	return serve(ctx, l, all, log)
}

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

const (
	dialWithin  = time.Second      // on this machine, or not at all
	replyWithin = 10 * time.Second // more than a verb waits for its effect
	mostReply   = 4 << 20          // bytes of an answer
)

// ErrUnreached says that nobody answers at the socket of a run directory: none is there, or who made it has died, hangs
// or is on another machine. What was asked by control.json reaches whoever is at work.
var ErrUnreached = errors.New("nobody answers at the socket")

// Client speaks with the process that is at work on a run, by the socket in its directory.
type Client struct{ http http.Client }

// NewClient is a client for a run directory. Nothing is dialled yet.
func NewClient(dir string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, err := socketPath(filepath.Join(dir, rundir.Socket))
		if err != nil {
			return nil, err
		}
		d := net.Dialer{Timeout: dialWithin}
		return d.DialContext(ctx, "unix", path)
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: replyWithin}}
}

// Do asks for something and returns the status that is answered: with [ErrEnded], once the run has ended. What does not
// reach the process is an [ErrUnreached].
func (c *Client) Do(ctx context.Context, method, path string, body any) (rundir.Standing, error) {
	var s rundir.Standing
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return s, err
		}
		sent = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://run"+path, sent)
	if err != nil {
		return s, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		return s, fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, mostReply))
	if err != nil {
		return s, fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	return replied(resp, reply)
}

// replied is what an answer says.
func replied(resp *http.Response, reply []byte) (s rundir.Standing, err error) {
	var refused struct{ Error, Hint string }
	_ = json.Unmarshal(reply, &refused) // a status has neither
	switch {
	case resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusConflict && refused.Error == "":
		if err := json.Unmarshal(reply, &s); err != nil {
			return s, fmt.Errorf("%w: it is not the status of a run: %w", ErrUnreached, err)
		}
		if resp.StatusCode == http.StatusConflict {
			return s, ErrEnded
		}
		return s, nil
	}
	if refused.Error == "" {
		return s, fmt.Errorf("%w: it answers %s", ErrUnreached, resp.Status)
	}
	if resp.StatusCode == http.StatusBadRequest {
		return s, &refusal.UsageError{Err: errors.New(refused.Error), Remedy: refused.Hint}
	}
	return s, &refusal.Error{Msg: refused.Error, Remedy: refused.Hint}
}

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"attrmigrate/internal/rundir"
)

// Client speaks with the process that is at work on a run, by the socket in its directory.
type Client struct{ http http.Client }

// NewClient is a client for a run directory. Nothing is dialled yet.
func NewClient(dir string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(dir, rundir.Socket))
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 10 * time.Second}}
}

// Do asks for something and returns the status that is answered.
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
	resp, err := c.http.Do(req)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&s); err != nil {
		return s, err
	}
	if resp.StatusCode == http.StatusConflict {
		return s, ErrEnded
	}
	if resp.StatusCode != http.StatusOK {
		return s, fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return s, nil
}

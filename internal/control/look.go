package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"attrmigrate/internal/rundir"
)

// Look asks where a process stands that is at work in the directory: on a run, or on something else, which is not nil then.
func (c *Client) Look(ctx context.Context) (run rundir.Standing, work *rundir.Work, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://run/v1/status", nil)
	if err != nil {
		return run, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return run, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return run, nil, err
	}
	var other rundir.Work
	if err := json.Unmarshal(text, &other); err != nil {
		return run, nil, err
	}
	if other.Command != "" {
		return run, &other, nil
	}
	return run, nil, json.Unmarshal(text, &run)
}

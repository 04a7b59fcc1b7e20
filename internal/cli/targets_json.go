package cli

import (
	"io"

	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
)

// targetJSON is a row for programs.
type targetJSON struct {
	Name      string         `json:"name"`
	Line      int            `json:"line"`
	Pool      string         `json:"user_pool_id"`
	Role      string         `json:"role_arn,omitempty"`
	External  string         `json:"external_id,omitempty"`
	Input     string         `json:"input,omitempty"`
	RunDir    string         `json:"run_dir"`
	Rate      float64        `json:"rate,omitempty"`
	Endpoint  string         `json:"endpoint_url,omitempty"`
	Connected *connectedJSON `json:"connected,omitempty"` // nil: it was not tried, or not reached
	Problem   string         `json:"problem,omitempty"`   // why it was not reached
}

type connectedJSON struct {
	Name    string `json:"name"`
	Account string `json:"account"`
	Region  string `json:"region"`
	Users   int64  `json:"estimated_users"`
}

// groupJSON is an index for programs.
type groupJSON struct {
	Index   int          `json:"index"`
	Account string       `json:"account,omitempty"`
	Region  string       `json:"region,omitempty"`
	Rows    []targetJSON `json:"rows"`
}

// targetsJSON prints the indexes for programs. What was reached is in the order of the rows.
func targetsJSON(out io.Writer, file *fleet.File, notes []string, reached []connected) error {
	all := struct {
		Indexes int         `json:"indexes"`
		Groups  []groupJSON `json:"groups"`
		Notes   []string    `json:"notes,omitempty"`
	}{Notes: notes}
	for _, g := range file.Groups() {
		index := groupJSON{Index: g.Index, Account: g.Account, Region: g.Region}
		for _, r := range g.Rows {
			row := targetJSON{Name: r.Name, Line: r.Line, Pool: r.Pool, Role: r.Role, External: r.External, Input: r.Input, RunDir: r.RunDir, Rate: r.Rate, Endpoint: r.Endpoint}
			if len(reached) > 0 {
				row.tell(&reached[0])
				reached = reached[1:]
			}
			index.Rows = append(index.Rows, row)
		}
		all.Groups = append(all.Groups, index)
	}
	all.Indexes = len(all.Groups)
	return prose.PrintJSON(out, all)
}

func (t *targetJSON) tell(c *connected) {
	if c.err != nil {
		t.Problem = c.err.Error()
		return
	}
	t.Connected = &connectedJSON{Name: c.pool.Name, Account: c.pool.Account, Region: c.pool.Region, Users: c.pool.EstimatedUsers}
}

package report

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// Changes whose place in plan.jsonl is known when all of them are lie in a file of their own until then. It never gets
// its name.
const claimsFile = "claims.jsonl"

// Claim adds the net change of a user to those that [Plan.Arrange] puts into plan.jsonl.
func (p *Plan) Claim(c *sources.Change) error {
	if p.claims == nil && p.err == nil {
		p.claims, p.err = disk.Create(p.on, filepath.Join(p.dir, claimsFile), disk.Manner{})
	}
	if p.err == nil {
		p.add(p.claims, c)
	}
	return p.failure()
}

// Arrange adds the changes that were held back to plan.jsonl: as they came, and behind them those that have to be
// applied in an order, which it is given. These are of users who may have been among the others.
func (p *Plan) Arrange(ordered []*sources.Change) error {
	apart := map[string]bool{}
	for _, c := range ordered {
		apart[c.Username] = true
	}
	if p.claims != nil && p.err == nil {
		p.err = p.release(apart)
	}
	for _, c := range ordered {
		p.add(p.change, c)
	}
	return p.failure()
}

// release writes what was held back, but for some users.
func (p *Plan) release(apart map[string]bool) error {
	if err := p.claims.Finish(); err != nil {
		return err
	}
	f, err := os.Open(p.claims.Temporary())
	if err != nil {
		return err
	}
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return f.Close()
		}
		var named struct {
			Username string `json:"username"`
		}
		if err == nil && len(apart) > 0 {
			err = json.Unmarshal(line, &named)
		}
		if err == nil && !apart[named.Username] {
			_, err = p.change.Write(line)
		}
		if err != nil {
			return cmp.Or(err, f.Close())
		}
	}
}

// add appends a change to a file of the plan.
func (p *Plan) add(to *disk.Whole, c *sources.Change) {
	if p.err != nil {
		return
	}
	if p.line, p.err = appendChange(p.line[:0], origin{}, c); p.err == nil {
		_, p.err = to.Write(p.line)
	}
}

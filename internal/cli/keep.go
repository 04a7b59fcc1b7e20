package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
)

// mayKeep refuses --verified keep where it could harm and nobody has looked. In a pool with aliases an
// address that is sent as verified is taken from whoever holds it ("only the last user who has
// verified" signs in by it), so a plan of the same change set must have found none held twice.
func (a *applyRun) mayKeep(p *prospect) error {
	if !a.opts.keep || len(p.pool.AliasAttributes) == 0 {
		return nil
	}
	dir := runDirName(a.set.paths, ".plan")
	var planned planResult
	text, err := disk.ReadFile(filepath.Join(dir, report.SummaryJSON))
	if err == nil {
		err = json.Unmarshal(text, &planned)
	}
	if err == nil && !planned.Withheld && planned.Limit == 0 && len(planned.Identity.Diff(p.state.Identity)) == 0 {
		return nil
	}
	return &refusal{
		msg:  "--verified keep: in a pool with aliases it could take addresses from other users, and no plan of this change set says that it does not",
		hint: fmt.Sprintf("attrmigrate plan --user-pool-id %s --verified keep %s", p.pool.ID, strings.Join(a.set.paths, " ")),
	}
}

// mayKeep refuses a plan with --verified keep that could miss the holder of an address. A lookup heeds
// case, which the names of a pool with aliases may not.
func (p *planRun) mayKeep(pool *cognito.Pool) error {
	switch {
	case !p.opts.keep || len(pool.AliasAttributes) == 0:
		return nil
	case p.opts.read == audit.Lookup:
		return &refusal{msg: "--verified keep needs a scan in a pool with aliases: a lookup could miss the holder of an address",
			hint: "leave --read out, or say --read scan"}
	default:
		p.opts.read = audit.Scan
		return nil
	}
}

//go:build unix

package campaign

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"attrmigrate/internal/e2e/harness"
)

// apply is the command that carries runs on.
func (h *history) apply(name string, flags []string, runs []*run, s script) []string {
	args := append([]string{"apply", "--yes", "--endpoint-url", "http://" + h.front.addr, "--read-rate", "off",
		"--timeout", "1s", "--drain-timeout", "500ms"}, flags...)
	if s.limit > 0 {
		args = append(args, "--limit", fmt.Sprint(s.limit))
	}
	if h.plot.elsewhere {
		args = append(args, "--work-dir", h.machine())
	}
	if h.plot.several {
		return append(args, "--targets", name+".csv", "--index", "0")
	}
	args = append(args, "--user-pool-id", runs[0].pool.ID)
	if h.plot.elsewhere {
		args = append(args, "--run-dir", runs[0].place)
	}
	return append(args, runs[0].input)
}

// writeTargets writes the file of targets of a command, where there are several pools. Its last row is of another index.
func (h *history) writeTargets(name string, runs []*run, dirs bool) error {
	if !h.plot.several {
		return nil
	}
	w := &lines{next: 1}
	row := func(name, pool, input, dir string) {
		cells := []string{name, pool}
		if dirs {
			cells = append(cells, input, dir)
		} else if h.plot.source == fromBoth {
			cells = append(cells, input)
		}
		w.row(cells...)
	}
	row("name", "user_pool_id", "input", "run_dir")
	for _, r := range runs {
		input := r.input
		if !dirs {
			input = r.fileName()
		}
		row(r.name(), r.pool.ID, input, r.place)
	}
	input := runs[0].input
	if !dirs {
		input = runs[0].fileName()
	}
	row("other", bystander, input, "other.run")
	return os.WriteFile(filepath.Join(h.dir, name+".csv"), w.Bytes(), 0o600)
}

// plan plans what a rule makes of the pools, and has the runs apply that. It may be killed, and changes nothing.
func (h *history) plan(runs []*run) ([]Violation, error) {
	if h.plot.source == fromFile {
		return nil, nil
	}
	if err := h.writeTargets("plan", runs, false); err != nil {
		return nil, err
	}
	args := append([]string{"plan", "--endpoint-url", "http://" + h.front.addr, "--progress", "none"}, runs[0].planArgs()...)
	switch {
	case h.plot.several:
		args = append(args, "--targets", "plan.csv", "--index", "0")
	case h.plot.source == fromBoth:
		args = append(args, "--user-pool-id", runs[0].pool.ID, runs[0].fileName())
	default:
		args = append(args, "--user-pool-id", runs[0].pool.ID)
	}
	for _, s := range h.plot.planning {
		code, output, found, err := h.start(s, args, runs)
		if err != nil || len(found) > 0 {
			return found, err
		}
		if code != 0 && !(code == -1 && s.end != "") {
			return []Violation{{wrongEnd, fmt.Sprintf("a plan: %d\n%s", code, output)}}, nil
		}
	}
	if n := len(h.server.Log()); n > 0 {
		return []Violation{{stranger, fmt.Sprintf("by a plan, in %d updates", n)}}, nil
	}
	var found []Violation
	for _, r := range runs {
		plan, err := os.ReadFile(filepath.Join(h.dir, r.planDir(), "plan.jsonl"))
		if err != nil {
			return nil, err
		}
		found = append(found, CheckPlan(plan, h.plot.who, r.wanted())...)
		r.facts.Records = PlanRecords(plan, h.plot.who)
		if err := h.meddle(r); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// meddle has somebody change users before their plan is applied: what it expects of them may not be so any more, and then
// they are left as they are.
func (h *history) meddle(r *run) error {
	f := &r.facts
	for i := range f.Records {
		if e := &f.Records[i]; r.budget == unlimited && h.plot.chance(0.15) {
			if err := harness.SetAttribute(h.server, r.pool.ID, e.User, "locale", pick(h.plot.dice, "de", "fr", "it", "")); err != nil {
				return err
			}
			if user := h.pool(r.pool.ID)[e.User]; !(model{f.VerifyFirst, f.Keep}).holds(user, *e) {
				e.Bad, e.Skip = !r.skip, r.skip
				h.totals.kinds["conflicts"]++
			}
		}
	}
	f.Before, r.since = h.pool(r.pool.ID), len(h.updates(r.pool.ID))
	return nil
}

// board edits control.json before a start, and returns its arguments. A run on hold is refused first, if it is to be, and
// sends nothing.
func (h *history) board(name string, flags []string, runs []*run, s script) (args []string, found []Violation, err error) {
	args = h.apply(name, flags, runs, s)
	unholds := false
	for i, r := range runs {
		if r.man == nil {
			continue
		}
		held, err := r.man.read()
		if err == nil && s.edit != nil && i == s.row {
			if err = r.man.write(s.edit); err == nil {
				held, err = r.man.read()
			}
		}
		if err != nil {
			return nil, nil, err
		}
		if !held {
			continue
		}
		if s.unasks && !h.plot.several {
			code, output, found, err := h.start(script{}, args, runs)
			if err == nil {
				err = h.note(runs, output)
			}
			if err != nil || len(found) > 0 {
				return nil, found, err
			}
			if sent := len(h.clerk.seen()); code != 4 || sent > 0 || !strings.Contains(output, "--unhold") {
				return nil, []Violation{{wrongEnd, fmt.Sprintf("on hold: %d, %d requests\n%s", code, sent, output)}}, nil
			}
		}
		r.man.unhold()
		unholds = true
	}
	if unholds {
		args = append([]string{"apply", "--unhold"}, args[1:]...)
	}
	return args, nil, nil
}

// stdin is what a command reads that reads standard input.
func (h *history) stdin() (*bytes.Reader, error) {
	input, err := os.ReadFile(filepath.Join(h.dir, h.plot.scenes[0].fileName()))
	return bytes.NewReader(input), err
}

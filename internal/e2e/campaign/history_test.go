//go:build unix

package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// history is a plot on its way through the program: planned if there is a rule, applied until it is done, checked, taken
// back, checked again.
type history struct {
	plot   *plot
	dir    string // in which the program runs
	server *sandbox.Server
	guests *guests
	front  *front // of both
	clerk  *clerk
	bucket bucket // of runs in S3
	sky    *sky
	story  strings.Builder // of the commands that were given
	totals totals

	machines int      // that are gone
	asleep   *process // was suspended, and another start goes on
	dreams   []int    // the exit codes that it may have
	since    time.Time
}

// violations of what only the driver knows.
const (
	wrongEnd  = "a start ends with another exit code than it may"
	neverDone = "the run does not come to its end"
	stranger  = "a pool is changed that nobody named"
)

func newHistory(seed uint64, dir string) (h *history, err error) {
	h = &history{plot: drawPlot(seed), dir: dir, totals: newTotals()}
	h.totals.drawn(h.plot.kind)
	h.clerk = &clerk{who: h.plot.who, injected: h.totals.faults}
	if h.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Seed: seed}); err != nil {
		return nil, err
	}
	h.clerk.quotas = h.server.SetQuotas
	h.guests = newGuests(h.server, h.plot.who)
	if err = h.furnish(); err == nil {
		h.front, err = newFront(h.guests)
	}
	if err == nil && h.plot.elsewhere {
		if h.bucket.Server, err = s3test.New(); err == nil {
			h.sky = &sky{server: h.bucket.Server, dice: newDice(seed + 1<<40)}
		} else {
			h.front.close()
		}
	}
	if err != nil {
		_ = h.server.Close()
	}
	return h, err
}

// furnish makes the pools and the files. Where there are several pools, one more has the same people, in another Region,
// and nobody is to change it.
func (h *history) furnish() error {
	for _, s := range h.plot.scenes {
		if err := s.furnish(h.server); err != nil {
			return err
		}
		input, err := s.file()
		if err == nil {
			err = os.WriteFile(filepath.Join(h.dir, s.fileName()), input, 0o600)
		}
		if err != nil {
			return err
		}
	}
	h.server.SetFaults(sandbox.Faults{Hook: h.clerk.hook})
	if !h.plot.several {
		return nil
	}
	other := *h.plot.scenes[0]
	other.pool.ID, other.asUser = bystander, false
	return other.furnish(h.server)
}

const bystander = "eu-west-1_Bystander"

func (h *history) close() {
	if h.sky != nil {
		h.sky.end()
		h.bucket.Close()
	}
	h.front.close()
	_ = h.server.Close()
}

// run carries the plot through and returns what was violated.
func (h *history) run() ([]Violation, error) {
	runs := h.runs()
	found, err := h.plan(runs)
	if len(found) > 0 || err != nil {
		return found, err
	}
	runs = slices.DeleteFunc(runs, func(r *run) bool { return len(r.facts.Records) == 0 }) // the rule finds nothing to do
	first := h.plot.scenes[0]
	flags := append([]string{"--max-attempts", fmt.Sprint(first.attempts), "--max-failures", first.failures()}, first.flags...)
	h.clerk.poisoned = h.plot.poisoned()
	found, err = h.carry("apply", flags, runs, h.plot.applying)
	h.clerk.poisoned = nil
	if len(found) > 0 || err != nil {
		return found, err
	}
	var backs []*run
	for _, r := range runs {
		back, err := h.back(r)
		if err != nil {
			return nil, err
		}
		if len(back.facts.Records) > 0 {
			backs = append(backs, back)
		}
	}
	flags = []string{"--max-attempts", "30", "--rate", "off", "--workers", fmt.Sprint(first.workers)}
	return h.carry("undo", flags, backs, h.plot.undoing)
}

// carry starts a command until it is done, and checks what came of it.
func (h *history) carry(name string, flags []string, runs []*run, scripts []script) ([]Violation, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	if err := h.writeTargets(name, runs, true); err != nil {
		return nil, err
	}
	h.guests.forget()
	for n := 0; ; n++ {
		s := script{}
		if n < len(scripts) {
			s = scripts[n]
		}
		args, found, err := h.board(name, flags, runs, s)
		if len(found) > 0 || err != nil {
			return found, err
		}
		code, output, found, err := h.start(s, args, runs)
		if err == nil {
			err = h.note(runs, output)
		}
		if err != nil || len(found) > 0 {
			return found, err
		}
		if h.plot.several && code >= 0 {
			if found := CheckIndex(output, code, ended(runs)); len(found) > 0 {
				return found, nil
			}
		}
		switch {
		case code == 5 && n > 0 && scripts[min(n, len(scripts))-1].weather.kind == "late": // a beat of one that is gone
		case !slices.Contains(h.plot.codes(s), code):
			return []Violation{{wrongEnd, fmt.Sprintf("start %d: %d\n%s", n+1, code, output)}}, nil
		case code == 0 || code == 3:
			return h.check(name, runs, output)
		case n > len(scripts)+h.leftAlone(runs):
			return []Violation{{neverDone, fmt.Sprintf("%d starts\n%s", n+1, output)}}, nil
		}
	}
}

// leftAlone is how many starts that nobody disturbs a run may need. A tight budget may stop each of them. Else
// poisoned users may, three at a time, and the last of them come last; or a lease that runs out, or a hold.
func (h *history) leftAlone(runs []*run) int {
	switch {
	case h.plot.tight():
		return len(runs[0].facts.Records)
	case h.plot.elsewhere, h.plot.steered:
		return 10 * len(runs)
	default:
		return 1 + len(h.clerk.poisoned)/3
	}
}

// check checks what came of runs that are done, of which the last start has written an output.
func (h *history) check(name string, runs []*run, output string) (found []Violation, err error) {
	slipped := h.guests.forget()
	for _, r := range runs {
		f := &r.facts
		files, objects, err := h.files(r)
		if err != nil {
			return nil, err
		}
		f.Updates, f.After, f.Files, f.Slipped = h.updates(r.pool.ID)[r.since:], h.pool(r.pool.ID), files, slipped
		found = append(found, Check(*f)...)
		if h.plot.elsewhere {
			found = append(found, h.checkPublished(r, objects, output)...)
		}
		if r.man != nil {
			found = append(found, r.man.check(h.clerk.arrivedFor(r))...)
			h.totals.steered(r.man)
		}
		h.totals.rows += len(f.Records)
		h.totals.updates += len(f.Updates)
	}
	wrong, err := h.checkStatus(name, runs)
	if err != nil {
		return nil, err
	}
	found = append(found, wrong...)
	if n := len(h.updates(bystander)); n > 0 {
		found = append(found, Violation{stranger, fmt.Sprintf("%d updates of %s", n, bystander)})
	}
	return found, nil
}

// checkStatus holds what status says of several runs against them. In S3, one that could not give its lease back passes for one that is
// at work until that has ended.
func (h *history) checkStatus(name string, runs []*run) (found []Violation, err error) {
	if !h.plot.several {
		return nil, nil
	}
	for began := time.Now(); ; time.Sleep(lease / 5) {
		status, err := h.program("status", "--targets", name+".csv").CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("status: %w\n%s", err, status)
		}
		found = CheckStatus(string(status), ended(runs))
		if len(found) == 0 || !h.plot.elsewhere || time.Since(began) > 2*lease {
			return found, nil
		}
	}
}

// updates are those of a pool that were accepted.
func (h *history) updates(pool string) (all []sandbox.Update) {
	for _, u := range h.server.Log() {
		if u.Pool == pool {
			all = append(all, u)
		}
	}
	return all
}

// pool is the attributes of each user, by username.
func (h *history) pool(id string) map[string]map[string]string {
	users := map[string]map[string]string{}
	for u := range h.server.Users(id) {
		users[u.Username] = u.Attributes
	}
	return users
}

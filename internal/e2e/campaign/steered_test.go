package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// steeredScenes is how many are played if CAMPAIGN_STEERED does not say otherwise.
const steeredScenes = 24

// TestSteeredCampaign plays scenes in which the program is steered at random, beginning with the seed CAMPAIGN_SEED. See
// doc.go, and make campaign-steering.
func TestSteeredCampaign(t *testing.T) {
	if testing.Short() {
		t.Skip("programs are steered for seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("programs are sent signals")
	}
	scenes, seed := steeredScenes, uint64(time.Now().UnixNano())>>20
	var err error
	if text := os.Getenv("CAMPAIGN_STEERED"); text != "" {
		if scenes, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("CAMPAIGN_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	c := &campaigner{T: t, next: seed, totals: newTotals(), kind: steered}
	c.playMany(scenes)
	t.Log(c.totals)
}

var steered = kind{"campaign-steering", func(seed uint64, dir string) (*tale, error) {
	h, err := newHistory(seed, dir)
	if err != nil {
		return nil, err
	}
	return &tale{h, h.runSteered, h.close}, nil
}, 4}

// runSteered carries a scene through that is steered meanwhile, and returns what was violated.
func (h *history) runSteered() ([]Violation, error) {
	voyages := h.scene.drawVoyages()
	f := h.applyFacts()
	m := newSteersman(h.dir, h.scene.runDir())
	found, err := h.sail(&f, m, voyages)
	m.steered.Arrivals = h.clerk.arrivals
	h.totals.steered(m.steered)
	found = append(found, CheckSteering(m.steered)...)
	for _, s := range m.strange {
		found = append(found, Violation{wrongAnswer, s})
	}
	return found, err
}

// wrongAnswer is an answer over the socket that nobody may get.
const wrongAnswer = "an order is answered otherwise than it may be"

// sail starts the program until the run is done, and checks what came of it.
func (h *history) sail(f *Facts, m *steersman, voyages []voyage) ([]Violation, error) {
	since := len(h.server.Log())
	for n := 0; n < len(voyages)+20; n++ {
		v := voyage{}
		if n < len(voyages) {
			v = voyages[n]
		}
		args, found, err := h.board(f, m, v, since)
		if len(found) > 0 || err != nil {
			return found, err
		}
		code, output, err := h.start(v.script, args, func(p *os.Process, gone <-chan struct{}) { m.sail(v, p, gone) })
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&h.story, "    %s: %v\n", clock(time.Now()), v.people)
		h.note(f, since, output)
		switch {
		case !v.mayEnd(code):
			return []Violation{{wrongEnd, fmt.Sprintf("start %d: %d\n%s", n+1, code, output)}}, nil
		case code == 0 || code == 3:
			f.Updates, f.After = h.server.Log()[since:], h.pool()
			f.Files, err = readFiles(filepath.Join(h.dir, m.run))
			h.totals.rows, h.totals.updates = len(f.Records), len(f.Updates)
			return Check(*f), err
		}
	}
	return []Violation{{neverDone, fmt.Sprintf("%d starts", len(f.Starts))}}, nil
}

// board edits control.json before a start, and returns its arguments. A run on hold is refused first, if it is to be, and
// sends nothing.
func (h *history) board(f *Facts, m *steersman, v voyage, since int) (args []string, found []Violation, err error) {
	if _, err := m.read(); err != nil {
		return nil, nil, err
	}
	if v.edit != nil {
		if err := m.write(v.edit); err != nil {
			return nil, nil, err
		}
	}
	held, err := m.read()
	args = h.applyArgs()
	if err != nil || !held {
		return args, nil, err
	}
	if v.unasks {
		code, output, err := h.start(script{}, args, nil)
		if err != nil {
			return nil, nil, err
		}
		h.note(f, since, output)
		if sent := len(h.clerk.seen()); code != 4 || sent > 0 || !strings.Contains(output, "--unhold") {
			return nil, []Violation{{wrongEnd, fmt.Sprintf("on hold: %d, %d requests\n%s", code, sent, output)}}, nil
		}
	}
	m.unhold(time.Now())
	return append([]string{"--unhold"}, args...), nil, nil
}

// note notes a start that has ended.
func (h *history) note(f *Facts, since int, output string) {
	undo, _ := os.ReadFile(filepath.Join(h.dir, h.scene.runDir(), "undo.jsonl")) // there is none before the first update
	f.Starts = append(f.Starts, Start{Requests: h.clerk.seen(), Accepted: len(h.server.Log()) - since, Undo: undo, Output: output})
}

// mayEnd tells whether a start may end with an exit code.
func (v voyage) mayEnd(code int) bool {
	return slices.Contains(v.script.codes(false, false), code) || slices.ContainsFunc(slices.Concat(v.people[0], v.people[1]), func(e errand) bool { return e.ends(code) })
}

package campaign

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// history is a scene on its way through the program: applied until it is done, checked, taken back,
// checked again.
type history struct {
	seed   uint64
	scene  *scene
	dir    string // in which the program runs
	input  []byte
	server *sandbox.Server
	front  *front // of the server
	clerk  *clerk
	story  strings.Builder // of the commands that were given
	totals totals
}

// violations of what only the driver knows.
const (
	wrongEnd  = "a start ends with another exit code than it may"
	neverDone = "the run does not come to its end"
)

func newHistory(seed uint64, dir string) (*history, error) {
	return newHistoryOf(drawScene(seed), seed, dir)
}

func newHistoryOf(s *scene, seed uint64, dir string) (h *history, err error) {
	h = &history{seed: seed, scene: s, dir: dir}
	h.totals = newTotals()
	h.clerk = &clerk{who: h.scene.who, injected: h.totals.faults}
	if h.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Seed: seed}); err != nil {
		return nil, err
	}
	h.clerk.quotas = h.server.SetQuotas
	if err = h.scene.furnish(h.server); err == nil {
		h.server.SetFaults(sandbox.Faults{Hook: h.clerk.hook})
		h.input, err = h.scene.file()
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, h.scene.fileName()), h.input, 0o600)
	}
	if err == nil {
		h.front, err = newFront(h.server)
	}
	if err != nil {
		_ = h.server.Close()
	}
	return h, err
}

// run carries the scene through and returns what was violated.
func (h *history) run() ([]Violation, error) {
	f := h.applyFacts()
	h.clerk.poisoned = h.scene.poisoned
	if found, err := h.carry(&f, h.applyArgs(), h.scene.applying); len(found) > 0 || err != nil {
		return found, err
	}
	h.clerk.poisoned = nil
	undo := f.Files["undo.jsonl"]
	if len(undo) == 0 {
		return nil, nil
	}
	name := strings.TrimSuffix(h.scene.runDir(), ".run") + ".undo.run"
	back := h.facts(name)
	back.Records, back.Goal, back.Tokens, back.MaxAttempts = UndoRecords(undo, f.Names), f.Before, f.Tokens, 30
	args := []string{"--max-attempts", "30", "--rate", "off", "--workers", fmt.Sprint(h.scene.workers), filepath.Join(h.scene.runDir(), "undo.jsonl")}
	return h.carry(&back, args, h.scene.undoing)
}

// applyFacts are those that hold before the change set is applied.
func (h *history) applyFacts() Facts {
	f := h.facts(h.scene.runDir())
	for _, e := range h.scene.records {
		f.Records = append(f.Records, e.Record)
		if e.token != "" {
			f.Tokens = append(f.Tokens, e.token)
		}
	}
	f.NoRead, f.Keep, f.MaxAttempts = h.scene.noRead, h.scene.keep, h.scene.attempts
	return f
}

func (h *history) close() {
	h.front.close()
	_ = h.server.Close()
}

// facts are those that hold before a run.
func (h *history) facts(runDir string) Facts {
	names := map[string]string{}
	for _, p := range h.scene.users {
		names[p.Attributes["sub"]] = p.username()
	}
	return Facts{Before: h.pool(), Names: names, Files: map[string][]byte{runDirName: []byte(runDir)},
		VerifyFirst: h.scene.verifyFirst(), Workers: h.scene.workers}
}

// runDirName stands among the files until they are read.
const runDirName = "the run directory"

func (h *history) applyArgs() []string {
	args := append([]string{"--max-attempts", fmt.Sprint(h.scene.attempts)}, h.scene.flags...)
	args = append(args, "--max-failures", cmp.Or(h.scene.budget, fmt.Sprint(h.scene.foreseen()+1)))
	if h.scene.stdin {
		return append(args, "-")
	}
	return append(args, h.scene.fileName())
}

// carry starts a command until it is done, and checks what came of it.
func (h *history) carry(f *Facts, args []string, scripts []script) ([]Violation, error) {
	dir := filepath.Join(h.dir, string(f.Files[runDirName]))
	since := len(h.server.Log())
	for n := 0; ; n++ {
		s := script{}
		if n < len(scripts) {
			s = scripts[n]
		}
		code, output, err := h.start(s, args, nil)
		if err != nil {
			return nil, err
		}
		undo, _ := os.ReadFile(filepath.Join(dir, "undo.jsonl")) // there is none before the first update
		f.Starts = append(f.Starts, Start{Requests: h.clerk.seen(), Accepted: len(h.server.Log()) - since, Undo: undo, Output: output})
		switch {
		case !slices.Contains(s.codes(h.scene.budget == "", len(h.clerk.poisoned) > 0), code):
			return []Violation{{wrongEnd, fmt.Sprintf("start %d: %d\n%s", n+1, code, output)}}, nil
		case code == 0 || code == 3:
			f.Updates, f.After = h.server.Log()[since:], h.pool()
			f.Files, err = readFiles(dir)
			h.totals.rows += len(f.Records)
			h.totals.updates += len(f.Updates)
			return Check(*f), err
		case n > len(scripts)+h.leftAlone(f):
			return []Violation{{neverDone, fmt.Sprintf("%d starts\n%s", n+1, output)}}, nil
		}
	}
}

// leftAlone is how many starts that nobody disturbs a run may need. A tight budget may stop each of them. Else
// poisoned users may, three at a time, and the last of them come last.
func (h *history) leftAlone(f *Facts) int {
	if h.scene.budget == "" {
		return len(f.Records)
	}
	return 1 + len(h.clerk.poisoned)/3
}

// tooLong is when a start is taken for one that hangs, and killed.
const tooLong = 3 * time.Minute

// start starts the program once and waits for its end. What is to be done during it is given the process, and ends
// when that is gone.
func (h *history) start(s script, args []string, during func(*os.Process, <-chan struct{})) (code int, output string, err error) {
	args = append([]string{"apply", "--yes", "--endpoint-url", "http://" + h.front.addr, "--user-pool-id", poolID, "--read-rate", "off",
		"--timeout", "1s", "--drain-timeout", "500ms"}, args...)
	if s.limit > 0 {
		args = append(args, "--limit", fmt.Sprint(s.limit))
	}
	cmd := harness.Program(h.dir, args...)
	if slices.Contains(args, "-") {
		cmd.Stdin = bytes.NewReader(h.input)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	gone := make(chan struct{})
	if err := h.clerk.watch(cmd, gone, s); err != nil {
		return 0, "", err
	}
	var others sync.WaitGroup
	if during != nil {
		others.Go(func() { during(cmd.Process, gone) })
	}
	hangs := time.AfterFunc(tooLong, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // the exit code tells
	hangs.Stop()
	close(gone)
	others.Wait()
	if err := h.front.settle(); err != nil {
		return 0, "", err
	}
	h.server.SetQuotas(sandbox.NoQuotas())
	code = cmd.ProcessState.ExitCode()
	h.totals.ended(s, code)
	fmt.Fprintf(&h.story, "attrmigrate %s\n    %s: exit code %d after %d requests\n", strings.Join(args, " "), s, code, len(h.clerk.seen()))
	return code, out.String(), nil
}

// pool is the attributes of each user, by username.
func (h *history) pool() map[string]map[string]string {
	users := map[string]map[string]string{}
	for u := range h.server.Users(poolID) {
		users[u.Username] = u.Attributes
	}
	return users
}

// readFiles reads the files of a run directory, but for the input that stands in it.
func readFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "stdin.") || !e.Type().IsRegular() { // a killed start leaves its socket
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		files[e.Name()] = text
	}
	return files, err
}

//go:build unix

package campaign

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/s3/s3test"
)

// run is what becomes of one pool in a command that is started until it is done.
type run struct {
	*scene
	input string
	place string // the run directory, as it is named
	facts Facts
	since int        // updates of the pool that were accepted before
	man   *steersman // nil: nobody steers it
	ended bool
}

// runs are those of the plot, before anything was done.
func (h *history) runs() (all []*run) {
	for _, s := range h.plot.scenes {
		r := h.newRun(s, s.input(), s.runDir())
		for _, e := range s.records {
			r.facts.Records = append(r.facts.Records, e.Record)
			if e.token != "" {
				r.facts.Tokens = append(r.facts.Tokens, e.token)
			}
		}
		r.facts.NoRead, r.facts.Keep, r.facts.MaxAttempts = s.noRead, s.keep, s.attempts
		if h.plot.steered {
			r.man = h.newSteersman(r)
		}
		all = append(all, r)
	}
	return all
}

func (h *history) newRun(s *scene, input, place string) *run {
	if h.plot.elsewhere {
		place = bucketURL + strings.TrimSuffix(place, ".run")
	}
	names := map[string]string{}
	for _, p := range s.users {
		names[p.Attributes["sub"]] = p.username()
	}
	return &run{scene: s, input: input, place: place, since: len(h.updates(s.pool.ID)),
		facts: Facts{Before: h.pool(s.pool.ID), Names: names, VerifyFirst: s.verifyFirst(), Workers: s.workers}}
}

// back is the run that takes one back. What is to be undone is read from where the run is, unless S3 was away and it was
// not published.
func (h *history) back(r *run) (*run, error) {
	undo := r.facts.Files["undo.jsonl"]
	input, place := r.place+"/undo.jsonl", strings.TrimSuffix(r.runDir(), ".run")+".undo.run"
	if h.plot.elsewhere {
		_, objects, err := h.bucket.files(r.key())
		if err != nil {
			return nil, err
		}
		if _, ok, err := h.bucket.published(r.key(), objects); !ok || err != nil {
			input = r.name() + ".undo.jsonl"
			if err := os.WriteFile(filepath.Join(h.dir, input), undo, 0o600); err != nil {
				return nil, err
			}
		}
	}
	back := h.newRun(r.scene, input, place)
	f := &back.facts
	f.Records, f.Goal, f.Tokens, f.MaxAttempts = UndoRecords(undo, f.Names), r.facts.Before, r.facts.Tokens, 30
	return back, nil
}

const bucketURL = "s3://" + s3test.Bucket + "/"

// key is where a run in S3 is in its bucket.
func (r *run) key() string { return strings.TrimPrefix(r.place, bucketURL) }

// has tells whether a request is about a user of the run's pool.
func (r *run) has(user string) bool { return r.facts.Before[user] != nil }

// note notes a start that has ended.
func (h *history) note(runs []*run, output string) error {
	for _, r := range runs {
		files, _, err := h.files(r)
		if err != nil {
			return err
		}
		requests := h.clerk.seen()
		if h.plot.several {
			requests = slices.DeleteFunc(slices.Clone(requests), func(q Request) bool { return !r.has(q.User) })
		}
		r.facts.Starts = append(r.facts.Starts, Start{Requests: requests, Accepted: len(h.updates(r.pool.ID)) - r.since, Undo: files["undo.jsonl"], Output: output})
		r.ended = isFinished(files)
	}
	return nil
}

// ended are which runs are finished, by the names of their rows.
func ended(runs []*run) map[string]bool {
	all := map[string]bool{}
	for _, r := range runs {
		all[r.name()] = r.ended
	}
	return all
}

func isFinished(files map[string][]byte) bool {
	return bytes.Contains(files["checkpoint.json"], []byte(`"state": "finished"`))
}

// files are those of a run, and in S3 how many objects its log has.
func (h *history) files(r *run) (files map[string][]byte, objects int, err error) {
	if h.plot.elsewhere {
		return h.bucket.files(r.key())
	}
	files, err = readFiles(filepath.Join(h.dir, r.place))
	return files, 0, err
}

// readFiles reads the files of a run directory, but for the input that stands in it. Where there is no directory yet, there
// is none.
func readFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return files, nil
	}
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

// stale is a violation: what is published is not what the log has, and nobody was told.
const stale = "what is published of a run that has ended is not what its log has"

func (h *history) checkPublished(r *run, objects int, output string) (found []Violation) {
	published, ok, err := h.bucket.published(r.key(), objects)
	switch {
	case err != nil:
		return []Violation{{stale, err.Error()}}
	case !ok && !strings.Contains(output, "not all of the run could be published") && !strings.Contains(output, "before all of the run was published"):
		return []Violation{{stale, "it is older, and no start says so\n" + output}}
	}
	for _, name := range []string{"errors.csv", "errors.jsonl", "applied.csv", "undo.jsonl", "summary.json", "checkpoint.json"} {
		if ok && !bytes.Equal(published[name], r.facts.Files[name]) {
			found = append(found, Violation{stale, fmt.Sprintf("%s has %d bytes, and %d in the log", name, len(published[name]), len(r.facts.Files[name]))})
		}
	}
	return found
}

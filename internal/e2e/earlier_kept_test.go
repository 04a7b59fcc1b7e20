package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// departure is a way in which a run can end, and what a program of its time does to get there.
type departure struct {
	name  string
	steps []string
	after int64    // so many updates ends the last step:
	how   []string // by signals and commands
}

var departures = []departure{
	{"failures", []string{"apply tiers.csv"}, 0, nil},
	{"killed", []string{"apply --rate 4 tiers.csv"}, 5, []string{"kill"}},
	{"planned", []string{"plan tiers.csv", "apply --rate 4 tiers.plan/plan.jsonl"}, 3, []string{"interrupt"}},
	{"rehearsed", []string{"apply --sandbox --limit 3 tiers.csv"}, 0, nil},
	{"rule", []string{
		"plan --run-dir free.plan --where custom.tier==nil --set custom:tier=free",
		"apply --rate 4 --run-dir free.run free.plan/plan.jsonl",
	}, 5, []string{"kill"}},
	{"paused", []string{"apply --rate 4 tiers.csv"}, 3, []string{"pause tiers.run --reason lunch", "wait", "kill"}},
	{"held", []string{"apply --rate 2 tiers.csv"}, 3, []string{"rate tiers.run 1", "stop tiers.run --reason lunch"}},
	{"killed-elsewhere", []string{"apply --rate 1 --run-dir s3://runs/tiers tiers.csv"}, 6, []string{"kill"}},
	{"held-elsewhere", []string{"apply --rate 2 --run-dir s3://runs/tiers tiers.csv"}, 3, []string{"stop s3://runs/tiers --reason lunch"}},
	{"rule-elsewhere", []string{
		"plan --run-dir s3://runs/free.plan --where custom.tier==nil --set custom:tier=free",
		"apply --rate 4 --run-dir s3://runs/free s3://runs/free.plan/plan.jsonl",
	}, 5, []string{"kill"}},
}

// TestKeepEarlier makes the archives of testdata/earlier, by a program of before: one is made when what a run keeps
// has got another form. They are then held by TestEarlier.
//
//	EARLIER_PROGRAM=/path/to/attrmigrate EARLIER_COMMIT=887aecb EARLIER_NAME=steering go test ./internal/e2e -run TestKeepEarlier/held
//
// Names of the machine stand in what is kept: run it where they say nothing, as with unshare --uts and a TMPDIR of its own.
func TestKeepEarlier(t *testing.T) {
	program := os.Getenv("EARLIER_PROGRAM")
	if program == "" {
		t.Skip("EARLIER_PROGRAM names a program of before")
	}
	to, err := filepath.Abs(filepath.Join("testdata", "earlier", os.Getenv("EARLIER_NAME")))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range departures {
		t.Run(d.name, func(t *testing.T) {
			w := &workshop{T: t, program: program, dir: t.TempDir()}
			w.depart(d)
			archive := w.kept("made by attrmigrate at commit " + os.Getenv("EARLIER_COMMIT"))
			if err := os.MkdirAll(to, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(to, d.name+".txtar"), txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// workshop is where a program of before leaves a run.
type workshop struct {
	*testing.T
	program, dir string
	server       *sandbox.Server
	bucket       *s3test.Server // nil: the run is here
	env, pool    []string
}

// depart has the run begun and ended. Of the users of its input, one does not exist and another cannot be updated today, where
// it is to have failures.
func (w *workshop) depart(d departure) {
	rows := "username,custom:tier\nuser-1,gold\nuser-2,gold\nuser-3,gold\nuser-4,gold\nuser-5,gold\nuser-6,gold\nuser-7,gold\n"
	var where string
	w.server, where = serveEarlier(w.T, nil)
	if strings.Contains(d.name, "failures") {
		rows = "username,custom:tier\nuser-1,gold\nuser-2,gold\nuser-77,gold\nuser-4,gold\nuser-5,gold\n"
		w.server.SetFaults(sandbox.Faults{Hook: func(op, username string) *sandbox.Fault {
			if op == "AdminUpdateUserAttributes" && username == "user-5" {
				return &sandbox.Fault{Error: "UserLambdaValidationException"}
			}
			return nil
		}})
	}
	if err := os.WriteFile(filepath.Join(w.dir, "tiers.csv"), []byte(rows), 0o600); err != nil {
		w.Fatal(err)
	}
	if strings.HasSuffix(d.name, "elsewhere") {
		w.bucket = s3test.Start(w.T)
		w.env, where = elsewhere(w.bucket, where), earlierEndpoint
	}
	w.pool = []string{"--endpoint-url", where, "--user-pool-id", earlierPool, "--progress", "none"}
	for _, step := range d.steps[:len(d.steps)-1] {
		w.run(step)
	}
	last := w.start(d.steps[len(d.steps)-1])
	harness.Until(w, "updates", func() (bool, string) {
		sent := w.server.Stats().Operations["AdminUpdateUserAttributes"]
		return sent >= d.after, fmt.Sprint(sent)
	})
	for _, how := range d.how {
		switch how {
		case "kill":
			_ = last.Process.Kill()
		case "interrupt":
			_ = last.Process.Signal(os.Interrupt)
		case "wait": // for what a run saves every second
			saved := w.checkpoints()
			harness.Until(w, "checkpoint", func() (bool, string) { return w.checkpoints() != saved, saved })
		default:
			w.run(how)
		}
	}
	_ = last.Wait()
	w.Logf("%s: %v", d.name, last.ProcessState)
}

func (w *workshop) checkpoints() string {
	return contentOf(w.T, filepath.Join(w.dir, "tiers.run", "checkpoint.json"))
}

func (w *workshop) start(step string) *exec.Cmd {
	words := strings.Fields(step)
	if words[0] == "apply" {
		words = append(words, "--yes")
	}
	if (words[0] == "apply" || words[0] == "plan") && !strings.Contains(step, "--sandbox") {
		words = append(words, w.pool...)
	}
	cmd := harness.Program(w.dir, words...)
	cmd.Path, cmd.Err = w.program, nil
	cmd.Env = append(cmd.Env, w.env...)
	out, err := os.Create(filepath.Join(w.TempDir(), "out"))
	if err != nil {
		w.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { w.Logf("%s\n%s", step, contentOf(w.T, out.Name())) })
	return cmd
}

func (w *workshop) run(step string) { _ = w.start(step).Wait() } // its end is to be seen in what it leaves

// kept is what is there now: the pool's users that have a tier, the files, and the objects.
func (w *workshop) kept(comment string) *txtar.Archive {
	a := &txtar.Archive{Comment: []byte(comment + "\n")}
	var pool strings.Builder
	for u := range w.server.Users(earlierPool) {
		if tier := u.Attributes["custom:tier"]; tier != "" {
			fmt.Fprintf(&pool, "%s %s\n", u.Username, tier)
		}
	}
	a.Files = append(a.Files, txtar.File{Name: "pool", Data: []byte(pool.String())})
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name() == "report.html" { // which nobody reads
			return err
		}
		name, _ := filepath.Rel(w.dir, path)
		text := strings.ReplaceAll(contentOf(w.T, path), w.dir, workDir)
		a.Files = append(a.Files, txtar.File{Name: filepath.ToSlash(name), Data: []byte(text)})
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	if w.bucket == nil {
		return a
	}
	keys, err := w.bucket.Keys(s3test.Bucket, "")
	if err != nil {
		w.Fatal(err)
	}
	for _, key := range keys {
		if strings.HasSuffix(key, "report.html") {
			continue
		}
		body, err := w.bucket.Get(s3test.Bucket, key)
		if err != nil {
			w.Fatal(err)
		}
		a.Files = append(a.Files, txtar.File{Name: objects + key, Data: zipped(w.T, body)})
	}
	return a
}

// zipped is an object as it stands in an archive.
func zipped(t *testing.T, body []byte) []byte {
	var b bytes.Buffer
	text := base64.NewEncoder(base64.StdEncoding, &b)
	zip := gzip.NewWriter(text)
	_, err := zip.Write(body)
	if err := errors.Join(err, zip.Close(), text.Close()); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// unzipped is the object of an archive.
func unzipped(t *testing.T, text []byte) []byte {
	zip, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

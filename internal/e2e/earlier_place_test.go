package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/cli"
	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// earlier is a place as an earlier program has left it: a pool, a directory, which is the working directory, and maybe a bucket.
type earlier struct {
	*testing.T
	server *sandbox.Server
	tiers  map[string]string // of users, when the program left; empty: nobody wrote them down
	url    string            // where the pool is
	env    []string
	runs   []left
	sent   int64
}

// left is a run directory, and where its run stands.
type left struct {
	dir   string
	state checkpoint.State
}

// newEarlier lays out an archive of testdata/earlier as it was made, but that the sandbox is at another port now, and
// what change does to each of its files.
func newEarlier(t *testing.T, of string, change func(name string, text []byte) []byte) *earlier {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "earlier", of+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	e := &earlier{T: t, tiers: tiers(t, a.Files)}
	e.server, e.url = serveEarlier(t, e.tiers)
	t.Chdir(t.TempDir())
	if slices.ContainsFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, objects) }) {
		e.bucket(a.Files, change)
		return e
	}
	endpoint := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for _, f := range a.Files {
		if strings.Contains(f.Name, ".json") {
			f.Data = endpoint.ReplaceAll(f.Data, []byte(e.url))
			f.Data = bytes.ReplaceAll(f.Data, []byte(workDir), []byte(strings.Trim(strconv.Quote(working(t)), `"`)))
		}
		if change != nil {
			f.Data = change(f.Name, f.Data)
		}
		if filepath.Base(f.Name) == checkpoint.FileName {
			f.Data = resealed(f.Data)
			e.run(filepath.Dir(f.Name), f.Data)
		}
		e.lay(f)
	}
	return e
}

// bucket lays out a run in S3. Its endpoint stays, and nobody waits a minute for the lease of a process that was killed.
func (e *earlier) bucket(files []txtar.File, change func(name string, text []byte) []byte) {
	bucket := s3test.Start(e)
	e.env, e.url = elsewhere(bucket, e.url), earlierEndpoint
	for _, f := range files {
		key, object := strings.CutPrefix(f.Name, objects)
		if !object {
			e.lay(f)
			continue
		}
		body := unzipped(e.T, f.Data)
		if change != nil {
			body = change(key, body)
		}
		dir, name := filepath.Split(key)
		switch name {
		case checkpoint.FileName:
			e.run("s3://"+s3test.Bucket+"/"+strings.TrimSuffix(dir, "/"), body)
		case "lock.json":
			body = bytes.Replace(body, []byte(`"ttl":60`), []byte(`"ttl":0.5`), 1)
		}
		if err := bucket.Put(s3test.Bucket, key, body); err != nil {
			e.Fatal(err)
		}
	}
}

// run notes a run by its checkpoint.
func (e *earlier) run(dir string, text []byte) {
	r := left{dir: dir}
	if err := json.Unmarshal(text, &r.state); err != nil {
		e.Fatal(err)
	}
	e.runs = append(e.runs, r)
}

// elsewhere is the environment of a program that finds S3 and the pool.
func elsewhere(bucket *s3test.Server, url string) []string {
	return append(bucket.Env(), "HTTP_PROXY="+url)
}

// lay makes a file.
func (e *earlier) lay(f txtar.File) {
	if err := os.MkdirAll(filepath.Dir(f.Name), 0o700); err != nil {
		e.Fatal(err)
	}
	write(e.T, f.Name, string(f.Data))
}

// tiers are those that users have, as the file pool of an archive says.
func tiers(t *testing.T, files []txtar.File) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range files {
		if f.Name != "pool" {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			name, tier, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok {
				t.Fatalf("no tier: %s", line)
			}
			all[name] = tier
		}
	}
	return all
}

// look has each run shown: status and report say of it what its checkpoint says.
func (e *earlier) look() {
	e.Helper()
	for _, r := range e.runs {
		code, out := e.command("status "+r.dir+" --json", "")
		var shown rundir.Standing
		if err := json.Unmarshal([]byte(out), &shown); code != 0 || err != nil {
			e.Fatalf("status %s --json: %d, %v\n%s", r.dir, code, err, out)
		}
		states := []string{string(r.state.Phase)}
		if r.state.Phase == checkpoint.Running {
			states = []string{"killed", "running"} // as long as its lease may last
		}
		if s := r.state; shown.Rows != s.Total || shown.Updated != s.Counts.Updated || shown.Failed != s.Counts.Failed || !shown.SavedAt.Equal(s.SavedAt) || !slices.Contains(states, shown.State) {
			e.Errorf("status %s --json: %s\nof %+v", r.dir, out, s)
		}
		if code, out := e.command("status "+r.dir, ""); code != 0 || !strings.Contains(out, r.dir) {
			e.Errorf("status %s: %d\n%s", r.dir, code, out)
		}
		if code, out := e.command("report "+r.dir+" -o report.html --force", ""); code != 0 || !strings.Contains(contentOf(e.T, "report.html"), earlierPool) && !strings.Contains(r.dir, "sandbox") {
			e.Errorf("report %s: %d\n%s", r.dir, code, out)
		}
	}
}

// move makes a move, and returns what was said.
func (e *earlier) move(m move) string {
	e.Helper()
	if words := strings.Fields(m.args); words[0] == "mend" {
		write(e.T, words[1], strings.ReplaceAll(contentOf(e.T, words[1]), words[2], words[3]))
		return ""
	}
	code, out := e.command(m.args, m.stdin)
	if code != m.code || !strings.Contains(out, m.says) {
		e.Errorf("%s\nexit code %d, want %d and %q\n%s", m.args, code, m.code, m.says, out)
	}
	done := e.server.Stats().Operations
	now := done["AdminUpdateUserAttributes"] + done["AdminDeleteUserAttributes"] + done["UpdateUserAttributes"]
	if now-e.sent != m.updates {
		e.Errorf("%s\nsent %d updates, want %d\n%s", m.args, now-e.sent, m.updates, out)
	}
	if e.sent = now; m.updates > 0 && e.env == nil {
		continued(e.T)
	}
	return out
}

// back: nothing is left of what an earlier program did, once it was undone.
func (e *earlier) back() {
	e.Helper()
	for user := range e.server.Users(earlierPool) {
		if tier, is := user.Attributes["custom:tier"]; is && len(e.tiers) > 0 {
			e.Errorf("%s still has %s", user.Username, tier)
		}
	}
}

// command runs a command, against the pool if it needs one: in a process of its own where another environment finds the pool.
func (e *earlier) command(args, stdin string) (int, string) {
	e.Helper()
	words := strings.Fields(args)
	if words[0] == "apply" {
		words = append(words, "--yes", "--rate", "off")
	}
	if (words[0] == "apply" || words[0] == "plan") && !strings.Contains(args, "--sandbox") {
		words = append(words, "--endpoint-url", e.url, "--progress", "none")
		if !strings.Contains(args, "--as user") {
			words = append(words, "--user-pool-id", earlierPool)
		}
	}
	in := ""
	if stdin != "" {
		in = contentOf(e.T, stdin)
	}
	if e.env != nil {
		cmd := harness.Program(working(e.T), words...)
		cmd.Env = append(cmd.Env, e.env...)
		out, _ := cmd.CombinedOutput() // the exit code tells
		return cmd.ProcessState.ExitCode(), string(out)
	}
	var out bytes.Buffer
	code := cli.Run(words, cli.System{Stdin: strings.NewReader(in), Stdout: &out, Stderr: &out})
	return code, out.String()
}

// continued: the checkpoint that was written last is of version 2 and holds no client metadata.
func continued(t *testing.T) {
	t.Helper()
	all, _ := filepath.Glob("*.run/checkpoint.json")
	newest := ""
	for _, path := range all {
		if newest == "" || modified(t, path).After(modified(t, newest)) {
			newest = path
		}
	}
	if text := contentOf(t, newest); !strings.Contains(text, `"version": 2,`) || strings.Contains(text, "a=1") || strings.Contains(text, `"--`) {
		t.Errorf("%s:\n%s", newest, text)
	}
}

// resealed gives a checkpoint that was changed the checksum that it has to have.
func resealed(text []byte) []byte {
	const mark = ",\n  \"checksum\": \"sha256:"
	body := text[:bytes.LastIndex(text, []byte(mark))]
	return fmt.Appendf(bytes.Clone(body), "%s%x\"\n}\n", mark, sha256.Sum256(body))
}

// serveEarlier starts a sandbox with the pool of the runs in testdata/earlier, in which users and tokens are
// always the same, and some users have a tier.
func serveEarlier(t *testing.T, tiers map[string]string) (*sandbox.Server, string) {
	t.Helper()
	s, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	pool, err := s.CreatePool([]byte(`{"UserPool":{"Id":"` + earlierPool + `","Name":"version1","AliasAttributes":["email"],
		"UsernameConfiguration":{"CaseSensitive":false},"SchemaAttributes":[{"Name":"custom:tier",
		"AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"20"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateClient(pool, []byte(`{"UserPoolClient":{"ClientId":"version1client","ClientName":"version1"}}`)); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 9; i++ {
		user := sandbox.User{Username: fmt.Sprintf("user-%d", i), Attributes: map[string]string{"sub": fmt.Sprintf("00000000-0000-4000-8000-%012d", i)}}
		if tier := tiers[user.Username]; tier != "" {
			user.Attributes["custom:tier"] = tier
		}
		if err := s.CreateUser(pool, user); err != nil {
			t.Fatal(err)
		}
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return s, url
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func modified(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

func working(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

// start1 is one start of the program in a directory of version 1, and how it must end.
type start1 struct {
	args    string
	stdin   string // a file
	code    int
	says    string // on either output
	updates int64  // sent by this start
}

// TestVersion1 goes on with run directories that the program left when its checkpoints were of version 1: one
// for each way in which a run can end. Nobody is told to start over.
func TestVersion1(t *testing.T) {
	const settings = "--map level=custom:tier --ignore memo --empty delete --delete-marker - --username-column who levels.csv"
	for _, tt := range []struct {
		name, of string // the test, and the archive
		steps    []start1
	}{
		{"finished", "finished", []start1{
			{args: "tiers.csv", says: "done     already, on "},
			{args: "--run-dir again.run tiers.csv", says: "5 updated", updates: 5},
			{args: "tiers.run/undo.jsonl", says: "5 updated", updates: 5},
		}},
		{"finished with failures", "failures", []start1{
			{args: "tiers.csv", code: 3, says: "3 updated, 2 failed"},
			{args: "--only-failed tiers.run tiers.csv", code: 3, says: "1 updated, 1 failed", updates: 1},
			{args: "--only-failed tiers.run --run-dir all.run tiers.csv", says: "1 updated, 1 unchanged", updates: 1},
			{args: "tiers.run/errors.csv", says: "2 unchanged"},
		}},
		{"stopped early", "stopped", []start1{{args: "tiers.csv", says: "5 updated", updates: 3}}},
		{"continued under another spelling", "respelled", []start1{
			{args: "tiers.csv", code: 3, says: "3 updated, 2 failed"},
			{args: "--only-failed tiers.run tiers.csv", says: "2 updated", updates: 2},
		}},
		{"interrupted", "interrupted", []start1{{args: "tiers.csv", says: "5 updated", updates: 1}}},
		{"killed", "killed", []start1{{args: "tiers.csv", says: "5 updated", updates: 1}}},
		{"without reading", "noread", []start1{
			{args: "tiers.csv", code: 1, says: ": --no-read was true and is not given\n"},
			{args: "--no-read tiers.csv", says: "5 updated", updates: 3},
		}},
		{"several inputs", "inputs", []start1{
			{args: "b.csv a.csv --run-dir a.run", code: 1, says: ": the input has changed\n"},
			{args: "a.csv b.csv", says: "7 updated", updates: 1},
		}},
		{"users' tokens", "tokens", []start1{
			{args: "--as user own.csv", says: "3 updated", updates: 1},
		}},
		{"standard input", "stdin", []start1{{args: "-", stdin: "tiers.csv", says: "5 updated", updates: 3}}},
		{"another setting", "stopped", []start1{
			{args: "--empty delete tiers.csv", code: 1, says: ": --empty was not given and is delete\n"},
			{args: "--client-metadata job=made-up tiers.csv", code: 1, says: ": --client-metadata was not given and is given\n"},
		}},
		{"every setting", "settings", []start1{
			{args: "--client-metadata a=1 " + settings, code: 1, says: ": --client-metadata is another one\n"},
			{args: settings, code: 1, says: ": --client-metadata was given and is not given\n"},
			{args: "--client-metadata a=1,b=2 " + settings, says: "3 updated", updates: 1},
		}},
		{"a setting that says two things", "settings", []start1{
			{args: "--client-metadata a=1 --client-metadata b=2 " + settings, says: "3 updated", updates: 1},
		}},
		{"a plan", "planned", []start1{{args: "--verified keep moves.csv", says: "1 updated", updates: 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, url := serveVersion1(t)
			restore(t, tt.of, url, nil)
			sent := int64(0)
			for _, step := range tt.steps {
				out := step.run(t, url)
				if strings.Contains(out, "a=1") {
					t.Error("the client metadata is told")
				}
				now := s.Stats().Operations["AdminUpdateUserAttributes"] + s.Stats().Operations["UpdateUserAttributes"]
				if now-sent != step.updates {
					t.Errorf("sent %d updates, want %d", now-sent, step.updates)
				}
				sent = now
				if step.updates > 0 {
					continued(t)
				}
			}
		})
	}
}

// TestNewerVersion: what a newer program has left is told as such, and not touched.
func TestNewerVersion(t *testing.T) {
	_, url := serveVersion1(t)
	restore(t, "failures", url, func(text []byte) []byte {
		return bytes.Replace(text, []byte(`"version": 1`), []byte(`"version": 3`), 1)
	})
	before := contentOf(t, "tiers.run/checkpoint.json")
	for _, args := range []string{"apply tiers.csv", "apply --only-failed tiers.run tiers.csv", "status tiers.run"} {
		code, out := anywhere(t, url, args, "")
		if want := "checkpoint.json: written by a newer attrmigrate: version 3, this one knows 2\nhint: go on with the attrmigrate that began this run"; code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d\n%s", args, code, out)
		}
	}
	if contentOf(t, "tiers.run/checkpoint.json") != before {
		t.Error("the checkpoint was changed")
	}
}

func (s start1) run(t *testing.T, url string) string {
	t.Helper()
	code, out := anywhere(t, url, "apply "+s.args, s.stdin)
	if code != s.code || !strings.Contains(out, s.says) {
		t.Errorf("apply %s\nexit code %d, want %d and %q\n%s", s.args, code, s.code, s.says, out)
	}
	return out
}

// anywhere runs a command against the pool at the URL.
func anywhere(t *testing.T, url, args, stdin string) (int, string) {
	t.Helper()
	words := strings.Fields(args)
	if words[0] == "apply" {
		words = append(words, "--endpoint-url", url, "--yes", "--rate", "off", "--progress", "none")
		if !strings.Contains(args, "--as user") {
			words = append(words, "--user-pool-id", "us-east-1_Version10")
		}
	}
	in := ""
	if stdin != "" {
		in = contentOf(t, stdin)
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

// restore lays an archive of testdata/version1 into a directory of its own, which becomes the working
// directory: as it was made, but that the sandbox is at another port now, and what change does to checkpoints.
func restore(t *testing.T, name, url string, change func([]byte) []byte) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "version1", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	endpoint := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".json") {
			f.Data = endpoint.ReplaceAll(f.Data, []byte(url))
		}
		if filepath.Base(f.Name) == "checkpoint.json" {
			if change != nil {
				f.Data = change(f.Data)
			}
			f.Data = resealed(f.Data)
		}
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// resealed gives a checkpoint that was changed the checksum that it has to have.
func resealed(text []byte) []byte {
	const mark = ",\n  \"checksum\": \"sha256:"
	body := text[:bytes.LastIndex(text, []byte(mark))]
	return fmt.Appendf(bytes.Clone(body), "%s%x\"\n}\n", mark, sha256.Sum256(body))
}

// serveVersion1 starts a sandbox with the pool of the runs in testdata/version1, in which users and tokens are
// always the same.
func serveVersion1(t *testing.T) (*sandbox.Server, string) {
	t.Helper()
	for name, value := range environment {
		t.Setenv(name, value)
	}
	s, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	pool, err := s.CreatePool([]byte(`{"UserPool":{"Id":"us-east-1_Version10","Name":"version1","AliasAttributes":["email"],
		"UsernameConfiguration":{"CaseSensitive":false},"SchemaAttributes":[{"Name":"custom:tier",
		"AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"20"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateClient(pool, []byte(`{"UserPoolClient":{"ClientId":"version1client","ClientName":"version1"}}`)); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 9; i++ {
		sub := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		if err := s.CreateUser(pool, sandbox.User{Username: fmt.Sprintf("user-%d", i), Attributes: map[string]string{"sub": sub}}); err != nil {
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

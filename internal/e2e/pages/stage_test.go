package pages

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/s3/s3test"
)

// scene says what is there when a scene begins: the files of a directory of examples, and a sandbox with the pool that it has in
// pool.json.
type scene struct {
	examples string
	users    string // how many, or a file with them
	tokens   string // a file with an access token for each user
	s3       bool
}

var scenes = map[string]scene{
	"loyalty": {examples: "loyalty", users: "2000"},
	"members": {examples: "loyalty", users: "100", tokens: "members.csv"},
	"shop":    {examples: "recipes", users: "users.jsonl"},
	"away":    {examples: "loyalty", users: "2000", s3: true},
}

// stage is where the commands of a scene are typed.
type stage struct {
	dir string
	env []string
}

func (s scene) set(t *testing.T) stage {
	t.Helper()
	here, err := filepath.Abs(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	on := stage{dir: t.TempDir()}
	if err := cmp.Or(os.CopyFS(on.dir, os.DirFS(filepath.Join(here, s.examples))), os.Symlink(here, filepath.Join(on.dir, "examples"))); err != nil {
		t.Fatal(err)
	}
	on.env = append(harness.Program(on.dir).Env, "PATH="+os.Getenv("PATH"), "AWS_ENDPOINT_URL="+harness.Furnished(t, s.furniture(on.dir)))
	if s.s3 {
		on.env = append(on.env, bucket(t, filepath.Join(on.dir, "loyalty.csv"))...)
	}
	return on
}

// bucket serves a bucket that has the input, and returns what of the environment leads there. A lease is short in it.
func bucket(t *testing.T, input string) []string {
	t.Helper()
	server := s3test.Start(t, "example-runs")
	content, err := os.ReadFile(input)
	if err := cmp.Or(err, server.Put("example-runs", "in/"+filepath.Base(input), content)); err != nil {
		t.Fatal(err)
	}
	return append(server.Env(), harness.Lease+"=5s")
}

// furniture is what the sandbox gets.
func (s scene) furniture(dir string) rehearsal.Furniture {
	f := rehearsal.Furniture{Pool: filepath.Join(dir, "pool.json"), Users: s.users}
	if filepath.Ext(s.users) != "" {
		f.Users = filepath.Join(dir, s.users)
	}
	if s.tokens != "" {
		f.Tokens = filepath.Join(dir, s.tokens)
	}
	return f
}

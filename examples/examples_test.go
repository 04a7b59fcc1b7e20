// Package examples runs the change sets of this directory against a sandbox, through the command line.
package examples

import (
	"bytes"
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"attrmigrate/internal/awsconn/awstest"
	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cognito is a sandbox with one pool, and a working directory of its own.
type cognito struct {
	*sandbox.Server
	url, pool string
	root      string // the directory of the examples
}

// serve starts a sandbox with the pool of a document and the given users.
func serve(t *testing.T, document []byte, users []sandbox.User) *cognito {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	awstest.OwnEnvironment(t)
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	pool, err := server.CreatePool(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if err := server.CreateUser(pool, u); err != nil {
			t.Fatal(err)
		}
	}
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &cognito{Server: server, url: url, pool: pool, root: root}
}

// apply runs attrmigrate apply and wants it to exit with a code. Nothing holds its calls back.
func (c *cognito) apply(t *testing.T, code int, args ...string) {
	t.Helper()
	c.attrmigrate(t, code, "apply", append([]string{"--rate", "off", "--read-rate", "off", "--yes"}, args...)...)
}

// plan is the same for attrmigrate plan.
func (c *cognito) plan(t *testing.T, code int, args ...string) {
	t.Helper()
	c.attrmigrate(t, code, "plan", append([]string{"--list-rate", "off"}, args...)...)
}

// export writes the users of the pool to a file.
func (c *cognito) export(t *testing.T, file string) {
	t.Helper()
	c.attrmigrate(t, 0, "export", "--list-rate", "off", "-o", file)
}

func (c *cognito) attrmigrate(t *testing.T, code int, command string, args ...string) {
	t.Helper()
	args = append([]string{command, "--endpoint-url", c.url, "--user-pool-id", c.pool, "--progress", "log"}, args...)
	var out, log bytes.Buffer
	if got := cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &log}); got != code {
		t.Fatalf("attrmigrate %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &log, &out)
	}
}

// example is the path of a file of an example.
func (c *cognito) example(name string) string { return filepath.Join(c.root, filepath.FromSlash(name)) }

// users are the users of the pool and what they have, sub aside.
func (c *cognito) users() map[string]map[string]string {
	all := map[string]map[string]string{}
	for u := range c.Users(c.pool) {
		delete(u.Attributes, "sub")
		all[u.Username] = u.Attributes
	}
	return all
}

// check wants the pool to hold exactly these users, sub aside.
func (c *cognito) check(t *testing.T, want map[string]map[string]string) {
	t.Helper()
	has := c.users()
	for name, attributes := range has {
		if !maps.Equal(attributes, want[name]) {
			t.Errorf("%s: has %v, want %v", name, attributes, want[name])
		}
	}
	if len(has) != len(want) {
		t.Errorf("the pool has %d users, want %d", len(has), len(want))
	}
}

// goBack wants a plan to find nothing left to change after the run of a file, and nothing left of the
// run once its undo file is applied.
func (c *cognito) goBack(t *testing.T, file, run string, start map[string]map[string]string) {
	t.Helper()
	undo := filepath.Join(run, "undo.jsonl")
	c.plan(t, 0, "--check", file)
	c.plan(t, 3, "--check", undo)
	c.apply(t, 0, undo)
	c.plan(t, 0, "--check", undo)
	c.check(t, start)
}

// checkUpdates wants so many updates to have been accepted until now.
func (c *cognito) checkUpdates(t *testing.T, want int) {
	t.Helper()
	if n := len(c.Log()); n != want {
		t.Errorf("%d updates were accepted, want %d", n, want)
	}
}

// readFile reads a file of an example or of a run.
func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// readCSV reads a CSV file as one map a row, from column to cell. Rows need not be as long as the
// header; the header is given back, too.
func readCSV(t *testing.T, name string) (header []string, rows []map[string]string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(readFile(t, name), []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells[:min(len(cells), len(all[0]))] {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return all[0], rows
}

// writeCSV writes rows back under their header.
func writeCSV(t *testing.T, name string, header []string, rows []map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	all := [][]string{header}
	for _, row := range rows {
		cells := make([]string, len(header))
		for i, column := range header {
			cells[i] = row[column]
		}
		all = append(all, cells)
	}
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// set gives a user of want a value, or takes it away.
func set(want map[string]map[string]string, user, name, value string) {
	if value == "" {
		delete(want[user], name)
		return
	}
	want[user][name] = value
}

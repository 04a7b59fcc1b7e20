package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

// serve starts a sandbox of the default pool and returns the flags that lead to it.
func serve(t *testing.T, users ...sandbox.User) (*sandbox.Server, []string) {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	document, err := os.ReadFile(poolFile)
	if err != nil {
		t.Fatal(err)
	}
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
	return server, []string{"--endpoint-url", url, "--user-pool-id", pool, "--list-rate", "off", "--progress", "none"}
}

// TestExportThroughASpreadsheet exports a pool, does with the file what a spreadsheet does that
// evaluates formulas, and applies it: nothing is sent.
func TestExportThroughASpreadsheet(t *testing.T) {
	server, flags := serve(t,
		sandbox.User{Username: "ann", Attributes: map[string]string{
			"phone_number": "+15550100", "phone_number_verified": "true", "birthdate": "2026-01-02", "custom:points": "007", "custom:note": "=1+1"}},
		sandbox.User{Username: "1e5", Attributes: map[string]string{"custom:tier": "MAR1", "custom:note": "<delete>", "name": "-x \"said\"\n@y,"}},
		sandbox.User{Username: "true", Attributes: map[string]string{"custom:tier": "10:30", "name": " blank ", "custom:note": `="text"`, "nickname": "a;b"}},
	)
	file := filepath.Join(t.TempDir(), "users.csv")
	if code, stdout, stderr := run(t, append([]string{"export", "-o", file}, flags...)...); code != 0 || stdout != "" || !strings.Contains(stderr, "1 cell left empty") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	saved := strings.TrimSuffix(file, ".csv") + "-saved.csv"
	evaluateAndSave(t, file, saved)
	for _, path := range []string{file, saved} {
		args := []string{"apply", "--yes", "--rate", "off", "--read-rate", "off", "--run-dir", path + ".run", path}
		code, stdout, stderr := run(t, append(args, flags...)...)
		if code != 0 || !strings.Contains(stdout, ": 0 updated, 3 unchanged, 0 failed") || server.Stats().Operations[updateOperation] != 0 {
			t.Errorf("%s: exit code %d\n%s%s", filepath.Base(path), code, stdout, stderr)
		}
	}
}

// evaluateAndSave opens a CSV in which formulas are evaluated, if they are texts, and saves it.
func evaluateAndSave(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	formula := regexp.MustCompile(`^="((?:[^"]|"")*)"$`)
	for _, row := range rows {
		for i, cell := range row {
			if parts := formula.FindStringSubmatch(cell); parts != nil {
				row[i] = strings.ReplaceAll(parts[1], `""`, `"`)
			}
		}
	}
	var saved bytes.Buffer
	w := csv.NewWriter(&saved)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, saved.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestExportToAReaderThatLeaves writes into a pipe that nobody reads any more: the export ends at the
// first user, without a word.
func TestExportToAReaderThatLeaves(t *testing.T) {
	var users []sandbox.User
	for i := range 600 {
		users = append(users, sandbox.User{Username: fmt.Sprintf("user-%05d", i)})
	}
	server, flags := serve(t, users...)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	var stderr bytes.Buffer
	code := cli.Run(append([]string{"export"}, flags...), cli.System{Stdin: strings.NewReader(""), Stdout: w, Stderr: &stderr})
	if pages := server.Stats().Operations["ListUsers"]; code != 0 || stderr.Len() > 0 || pages != 10 { // all are read before one is written
		t.Errorf("exit code %d after %d pages\n%s", code, pages, stderr.String())
	}
}

// TestWrongExports gives flags that no export could mean. Each costs exit code 2, an error and a hint at most.
func TestWrongExports(t *testing.T) {
	_, flags := serve(t)
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"an input", []string{"users.csv"}, "hint: attrmigrate export --help shows how\n"},
		{"unknown format", []string{"--format", "xml"}, "want one of csv, jsonl"},
		{"no attempts", []string{"--max-attempts", "0"}, "attrmigrate: --max-attempts is 0, want at least 1\n"},
		{"a sandbox of its own", []string{"--sandbox"}, "attrmigrate: unknown flag: --sandbox\n"},
		{"unknown attribute", []string{"--attributes", "email,custom:teir"},
			"attrmigrate: --attributes: custom:teir: the pool has no such attribute, did you mean custom:tier?\nhint: the pool has address, birthdate, custom:note, "},
		{"attribute twice", []string{"--attributes", "email, name,email"}, "attrmigrate: --attributes: email is given twice\n"},
		{"attribute without a name", []string{"--attributes", `email,""`}, "attrmigrate: --attributes: an attribute has no name\n"},
		{"a filter that is no text", []string{"--filter", "bad \"\\\xff\xfe\xfd"}, "attrmigrate: --filter is not UTF-8: bad \"\\\\\\xff\\xfe\\xfd\n"},
		{"a directory", []string{"-o", dir}, dir + ": is a directory\nhint: name a file in it\n"},
		{"in no directory", []string{"-o", filepath.Join(dir, "x", "users.csv")}, "users.csv: there is no such directory\nhint: make it first\n"},
		{"a device", []string{"-o", os.DevNull}, ": is not a regular file\nhint: leave --output out and lead standard output there: > FILE\n"},
		{"packed", []string{"-o", filepath.Join(dir, "users.csv.gz")}, "users.csv.gz: an export is not packed\nhint: pack it on its way: attrmigrate export --user-pool-id us-east-1_Sandbox00 --endpoint-url http://127.0.0.1:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := run(t, append(append([]string{"export"}, flags...), tt.args...)...)
			if code != 2 || stdout != "" || !strings.Contains(stderr, tt.want) || strings.Count(stderr, "\n") > 2 {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
		})
	}
	code, _, stderr := run(t, "export")
	if code != 2 || stderr != "attrmigrate: --user-pool-id is missing\nhint: to list the pools: aws cognito-idp list-user-pools --max-results 60\n" {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

func TestMain(m *testing.M) { harness.Main(m) }

var environment = harness.Environment()

// run executes a command line in the test's own process.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

// withoutCredentials takes from the environment whatever could give the program AWS credentials.
func withoutCredentials(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("HOME", t.TempDir())
}

// write writes a file of the test.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// poolFile describes the pool that attrmigrate sandbox makes.
const poolFile = "../rehearsal/pool.json"

// furnish makes the sandbox's default pool and its users, each with a tier.
func furnish(t *testing.T, server *sandbox.Server, users int) (pool string) {
	t.Helper()
	document, err := os.ReadFile(poolFile)
	if err != nil {
		t.Fatal(err)
	}
	if pool, err = server.CreatePool(document); err != nil {
		t.Fatal(err)
	}
	for i := range users {
		u := sandbox.User{Username: fmt.Sprintf("user-%05d", i), Attributes: map[string]string{"custom:tier": "tier of before"}}
		if err := server.CreateUser(pool, u); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// linesOf counts the values of a column.
func linesOf(t *testing.T, path, column string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for i, name := range rows[0] {
		if name != column {
			continue
		}
		for _, row := range rows[1:] {
			counts[row[i]]++
		}
	}
	return counts
}

package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"attrmigrate/internal/cli"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run executes a command line in the test's own process.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

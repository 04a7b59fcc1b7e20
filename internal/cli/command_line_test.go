package cli_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"attrmigrate/internal/cli"
)

// between separates the arguments of a command line in the corpus.
const between = "\x1f"

// FuzzCommandLine gives the program any arguments, without a service and in a directory of its own: it never
// panics, ends with a code that is documented, and says why, in a text that a terminal can show.
func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{
		"", "--version", "help\x1fapply", "nothing", "--", "completion\x1fbash", "__complete\x1fapply\x1f--",
		"apply\x1f--sandbox\x1f--yes\x1f--rate\x1foff\x1fx.csv",
		"apply\x1f--sandbox\x1f--yes\x1f--run-dir\x1fg[1].run\x1f-",
		"apply\x1f--sandbox\x1f--yes\x1f--rate\x1f1e-300\x1f--read-rate\x1f1e308\x1f--limit\x1f9223372036854775807\x1fx.csv",
		"apply\x1f--sandbox\x1f--yes\x1f--max-attempts\x1f9223372036854775807\x1f--drain-timeout\x1f2540400h\x1f--max-duration\x1f1ns\x1fx.csv",
		"apply\x1f--sandbox\x1f--delete-marker\x1f\xff\x1f--map\x1fb\xff=\x00\x1f--ignore\x1f\xfe\x1fx.csv",
		"apply\x1f--user-pool-id\x1fus-east-1_Made00000\x1f--client-metadata\x1f\xff=\xff\x1f--yes\x1fx.csv",
		"apply\x1f--user-pool-id\x1f\xff\x1fx.csv",
		"apply\x1f--as\x1fuser\x1f--yes\x1f--max-failures\x1f1e400%\x1fx.csv",
		"plan\x1f--sandbox\x1f--read\x1flookup\x1f--list-rate\x1f1e-308\x1fx.csv\x1f\x00",
		"plan\x1f--sandbox\x1f--json\x1fx.csv", "plan\x1f--sandbox\x1f--only-failed\x1fx\x1fx.csv",
		"export\x1f--user-pool-id\x1fus-east-1_Made00000\x1f--max-attempts\x1f1\x1f--filter\x1fbad \"\\\xff\xfe\xfd",
		"export\x1f--user-pool-id\x1fus-east-1_Made00000\x1f--max-attempts\x1f1\x1f--attributes\x1f\"\x1f-o\x1f\x00",
		"export\x1f--user-pool-id\x1fus-east-1_Made00000\x1f--region\x1f\xff\n\x1f--timeout\x1f1ns\x1f-o=",
		"status\x1fx\x00", "status\x1fx.csv", "status\x1f--json\x1f.", "man\x1f\x1b[31m",
		"sandbox\x1f--users\x1f99999999999\x1f--latency\x1f-1h\x1f--quota\x1f1e308", "sandbox\x1f--users\x1fx.csv\x1f--pool\x1fx.csv",
		"sandbox\x1f--journal\x1fx.csv\x1f--tokens\x1fx.csv\x1f--users\x1f1", "sandbox\x1f--fault\x1finternal=NaN\x1f--quota\x1fUserRead=Inf",
	} {
		f.Add(line, "username,locale\nuser-00001,de\n")
	}
	f.Setenv("AWS_ACCESS_KEY_ID", "sandbox")
	f.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
	f.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	f.Setenv("TZ", "UTC")
	f.Setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://127.0.0.1:9") // where nobody is
	f.Setenv("AWS_CONFIG_FILE", os.DevNull)
	f.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	f.Fuzz(func(t *testing.T, line, stdin string) {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("x.csv", []byte("username,custom:tier\nuser-00001,gold\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := cli.Run(harmless(line), cli.System{
			Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Signals: stopSoon(t),
		})
		checkSaid(t, code, stdout.String(), stderr.String())
	})
}

// harmless takes the paths and addresses out of a command line that lead out of the test.
func harmless(line string) []string {
	args := strings.Split(strings.NewReplacer("/", "_", "..", "__").Replace(line), between)
	if slices.Contains(args, "sandbox") {
		args = append(args, "--addr=127.0.0.1:0") // whatever was named before
	}
	return args
}

// stopSoon is an impatient operator: whatever still goes on is stopped, and then cancelled.
func stopSoon(t *testing.T) <-chan os.Signal {
	signals := make(chan os.Signal, 2)
	for i := range 2 {
		timer := time.AfterFunc(time.Duration(i+1)*50*time.Millisecond, func() { signals <- syscall.SIGTERM })
		t.Cleanup(func() { timer.Stop() })
	}
	return signals
}

// checkSaid holds the end of a start against what is documented.
func checkSaid(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	if !slices.Contains([]int{0, 1, 2, 3, 4, 5, 130}, code) {
		t.Errorf("exit code %d", code)
	}
	if code != 0 && code != 3 && !strings.Contains("\n"+stderr, "\nattrmigrate: ") || code == 3 && stdout == "" {
		t.Errorf("exit code %d, and nothing says why:\n%s%s", code, stdout, stderr)
	}
	for _, r := range stderr {
		if r != '\n' && (r == utf8.RuneError || !unicode.IsPrint(r)) {
			t.Errorf("it prints %q", stderr)
			break
		}
	}
}

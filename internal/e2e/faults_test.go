package e2e

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"attrmigrate/internal/sandbox"
)

// TestFaults meets a run in its middle with everything that eleven hours can bring. It says how that
// start ends, and how the next one does when the fault is gone; in the end every user is as the change
// set has it, and every record stands once in the reports. docs/reliability.md lists the table.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("each fault meets a run of its own, and some make it wait")
	}
	t.Parallel()
	for _, f := range faultTable {
		t.Run(f.name, func(t *testing.T) {
			if f.unix && runtime.GOOS == "windows" {
				t.Skip("there is no such fault")
			}
			t.Parallel()
			newMidway(t, f).run()
		})
	}
}

// fault is a row of the table.
type fault struct {
	name  string
	flags string        // beside the usual
	hasty string        // flags of the start that meets the fault; the next one has time
	rows  int           // 0: 200
	goes  func(*midway) // what goes wrong, after a quarter of the records, or fifty
	code  int           // the exit code of that start
	says  string        // on standard error, then
	mend  func(*midway) // nil: nothing is left to mend
	again int           // the exit code of the next start
	// retry applies what failed once more.
	retry bool
	// named gives the service a name, which only the test can resolve.
	named bool
	// unprivileged has the program run as somebody whom modes of files hold up, and root is not.
	unprivileged bool
	// unix says that there is no such fault on Windows: it is a signal, a mode, or a file that goes while it is open.
	unix   bool
	within time.Duration // how long the program may take to end after a signal; 0: any time
}

const (
	away      = "attrmigrate: the service is away: "
	refuses   = "attrmigrate: the service refuses the run: "
	notKept   = "attrmigrate: the run cannot be recorded: "
	heal      = "\nhint: "
	impatient = "--max-attempts 3"
)

// longInput is a number of rows of which the program has not read the last ones while it sends the first fifty.
const longInput = 5500

var faultTable = []fault{
	{name: "three in ten internal errors", rows: 20, flags: "--max-attempts 30", goes: (*midway).stutter},
	{name: "a throttling storm", goes: func(m *midway) { m.raise("TooManyRequestsException", 80) }},
	{name: "the quota cut to a tenth and restored", goes: func(m *midway) {
		m.server.SetQuotas(sandbox.Quotas{UserUpdate: 20, UserRead: -1, UserPoolRead: -1, UserList: -1})
		m.after(40, func() { m.server.SetQuotas(sandbox.NoQuotas()) })
	}},
	{name: "connections refused", hasty: impatient, goes: (*midway).shut, code: 4, says: away, mend: (*midway).reopen},
	{name: "connections reset", hasty: impatient, goes: wire(reset), code: 4, says: away, mend: wire(nil)},
	{name: "connections half closed", hasty: impatient, goes: wire(halfClose), code: 4, says: away, mend: wire(nil)},
	{name: "connections that swallow everything", hasty: impatient + " --timeout 1s", goes: wire(blackHole), code: 4, says: away, mend: wire(nil)},
	{name: "slow bodies", hasty: impatient + " --timeout 1s", goes: wire(slowBody), code: 4, says: away, mend: wire(nil)},
	{name: "truncated answers", hasty: impatient, goes: wire(truncated), code: 4, says: away, mend: wire(nil)},
	{name: "malformed answers", hasty: impatient, goes: wire(answer(200, "application/x-amz-json-1.1", `{"UserAttributes": [`)), code: 4, says: away, mend: wire(nil)},
	{name: "a page of a proxy", hasty: impatient, goes: wire(answer(502, "text/html", "<html>Bad Gateway</html>")), code: 4, says: away, mend: wire(nil)},
	{name: "a sign-in page", hasty: impatient, goes: wire(answer(200, "text/html", "<html>Please sign in</html>")), code: 4, says: away, mend: wire(nil)},
	{name: "the wrong content type", goes: wire(contentType)},
	{name: "permission withdrawn", goes: func(m *midway) { m.raise("AccessDeniedException", -1) }, code: 4, says: refuses, mend: (*midway).calm},
	{name: "credentials expired", goes: func(m *midway) { m.raise("ExpiredTokenException", -1) }, code: 4, says: refuses, mend: (*midway).calm},
	{name: "the pool deleted", goes: func(m *midway) { m.raise("ResourceNotFoundException", -1) }, code: 4, says: refuses, mend: (*midway).calm},
	{name: "the schema changed", goes: func(m *midway) { m.raise("InvalidParameterException", -1) }, code: 4,
		says: "attrmigrate: too many records failed: ", mend: (*midway).calm, again: 3, retry: true},
	{name: "the name of the service gone", hasty: impatient, named: true, goes: (*midway).unname, code: 4, says: "no such host", mend: (*midway).rename},
	{name: "the run directory gone", unix: true, goes: func(m *midway) { m.check(os.RemoveAll(m.path("x.run"))) }, code: 4, says: notKept},
	{name: "the run directory read-only", unix: true, unprivileged: true, goes: func(m *midway) { m.check(os.Chmod(m.path("x.run"), 0o500)) },
		code: 4, says: notKept, mend: func(m *midway) { m.check(os.Chmod(m.path("x.run"), 0o700)) }},
	{name: "the input truncated", rows: longInput, flags: "--no-read --workers 4", goes: func(m *midway) { m.check(os.Truncate(m.path("x.csv"), int64(len(m.input))*9/10)) }, code: 4, says: "the input cannot be read on", mend: (*midway).rewrite},
	{name: "the input changed", rows: longInput, flags: "--no-read --workers 4", goes: (*midway).spoil, code: 4, says: "the input cannot be read on", mend: (*midway).rewrite},
	{name: "the input deleted", unix: true, rows: longInput, flags: "--no-read --workers 4", goes: func(m *midway) { m.check(os.Remove(m.path("x.csv"))) }, mend: (*midway).rewrite},
	{name: "a second run at once", goes: (*midway).second},
	{name: "a dead process and its lock", unix: true, goes: func(m *midway) { m.signal(syscall.SIGKILL) }, code: -1},
	{name: "SIGTERM", unix: true, goes: func(m *midway) { m.signal(syscall.SIGTERM) }, code: 130, says: "stopping"},
	{name: "SIGTERM with ten seconds of grace", unix: true, flags: "--drain-timeout 1s --timeout 1m", goes: wire(holdAndTerminate), code: 130, says: "stopping",
		mend: wire(nil), within: 10 * time.Second},
	{name: "standard error closed", flags: "--log-level debug", goes: (*midway).deafen},
	{name: "standard output closed", goes: (*midway).mute},
}

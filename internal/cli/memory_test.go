package cli_test

import (
	"bytes"
	"os/signal"
	"runtime/debug"
	"strings"
	"testing"

	"attrmigrate/internal/cli"
)

// TestMemoryIsTheProcess: a command limits the memory of a process that is its own, and of no other.
func TestMemoryIsTheProcess(t *testing.T) {
	refused := []string{"apply", "--user-pool-id", "us-east-1_Ab12Cd34E", "--run-dir", t.TempDir() + "/run", "nosuch.csv"}
	limit, garbage := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	defer debug.SetGCPercent(garbage)
	if code, _, said := run(t, refused...); code == 0 || debug.SetMemoryLimit(-1) != limit || debug.SetGCPercent(100) != 100 {
		t.Errorf("exit code %d, and the memory of the tests is limited to %d bytes\n%s", code, debug.SetMemoryLimit(-1), said)
	}
	var limits []int64
	var out bytes.Buffer
	cli.Run(refused, cli.System{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, LimitMemory: func(bytes int64) { limits = append(limits, bytes) },
	})
	if len(limits) == 0 || limits[0] < 20<<20 || limits[0] > 40<<20 {
		t.Errorf("limits of %d bytes\n%s", limits, &out)
	}
	defer signal.Reset() // which Process heeds
	if cli.Process().LimitMemory == nil {
		t.Error("the program limits nothing")
	}
}

//go:build linux

package kubernetes

import (
	"fmt"
	"strconv"
	"testing"
)

// codes are the ends of a program, one an index, and what the Job of the manifest makes of them. Each ends so while
// again says, then well.
var codes = []struct {
	code   int
	again  int // how often it ends so; 0: whenever it is tried
	means  string
	ends   string // of the pods, one after the other
	failed string // how many pods were counted before the last one
	engine string // the state of the index
}{
	{0, 1, "done", "0", "0", "completed"},
	{1, 0, "refused, or failed before the first write", "1", "0", "failed"},
	{2, 0, "wrong flags, or a file that cannot be used", "2", "0", "failed"},
	{3, 0, "finished, but records failed", "3", "0", "failed"},
	{4, 1, "stopped early, once", "4, 0", "1", "completed"},
	{4, 0, "stopped early, each time", "4, 4, 4", "2", "failed"},
	{5, 1, "another process is at work on the run", "5, 0", "0", "completed"},
	{130, 1, "interrupted", "130, 0", "0", "completed"},
	{137, 1, "killed", "137, 0", "0", "completed"},
}

// pretend is a program for these: how often an index was tried is kept in the directory $TRIED.
func pretend() string {
	script := "echo >>$TRIED/$JOB_COMPLETION_INDEX; n=$(wc -l <$TRIED/$JOB_COMPLETION_INDEX)\ncase $JOB_COMPLETION_INDEX in\n"
	for i, c := range codes {
		end := "exit " + strconv.Itoa(c.code)
		if c.code == 137 {
			end = "kill -9 $$"
		}
		if c.again > 0 {
			end = fmt.Sprintf("if [ $n -le %d ]; then %s; fi", c.again, end)
		}
		script += fmt.Sprintf("%d) %s ;;\n", i, end)
	}
	return script + "esac"
}

// testCodes runs the manifest's Job with a program that ends with each code, and wants of the engine what the README says.
func testCodes(t *testing.T, a *api, said *transcript) {
	tried := t.TempDir()
	m := startMachines(t, a, "codes", 1, func(int) int { return 0 }, "TRIED="+tried)
	objects := readManifest(t)
	job := of(objects, "Job")
	spec := job["spec"].(object)
	spec["completions"], spec["parallelism"] = len(codes), len(codes)
	c := job.container()
	c["command"], c["args"] = []string{"/bin/sh", "-c", pretend()}, nil
	m.create(objects, false)

	s := m.end("attrmigrate")
	state := s.indexes()
	for i, c := range codes {
		ends, failed := m.history(i)
		if ends != c.ends || failed != c.failed || state[i] != c.engine {
			t.Errorf("index %d (%d, %s): pods ended with %s, %s counted before the last one, the index %s; want %s, %s, %s",
				i, c.code, c.means, ends, failed, state[i], c.ends, c.failed, c.engine)
		}
		said.code(c.code, c.means, ends, state[i])
	}
}

//go:build linux

package kubernetes

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// codes are the ends of a program, one an index, and what the Job of the manifest makes of them. Each ends so while
// again says, then well.
var codes = []struct {
	code  int
	again int // how often it ends so; 0: whenever it is tried
	means string
	ends  string // of the pods, one after the other
	job   string // what the Job makes of each
}{
	{0, 1, "done", "0", "index completed"},
	{1, 0, "refused, or failed before the first write", "1", "index failed"},
	{2, 0, "wrong flags, or a file that cannot be used", "2", "index failed"},
	{3, 0, "finished, but records failed", "3", "index failed"},
	{4, 1, "stopped early, once", "4, 0", "counted, index completed"},
	{4, 0, "stopped early, each time", "4, 4, 4", "counted, counted, index failed"},
	{5, 1, "another process is at work on the run", "5, 0", "ignored, index completed"},
	{130, 1, "interrupted", "130, 0", "ignored, index completed"},
	{137, 1, "killed", "137, 0", "ignored, index completed"},
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
		h := m.history(i)
		ends, job := h.ends(), strings.Join(h.verdicts(state[i]), ", ")
		if ends != c.ends || job != c.job {
			t.Errorf("index %d (%d, %s): pods ended with %s: %s; want %s: %s", i, c.code, c.means, ends, job, c.ends, c.job)
		}
		said.code(c.code, c.means, ends, job)
	}
}

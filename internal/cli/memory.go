package cli

import (
	"os"
	"runtime/debug"
)

// Limits of the memory, of the pass over the input and of what sends. They are soft: what lives at once is a
// few MiB, but on a busy machine the garbage of thousands of calls a second would grow to several times
// that before it is collected.
const (
	checkMemory = 26 << 20
	sendMemory  = 32 << 20
)

// garbage is how much may lie about before it is collected, in percent of what lives. So little lives that
// the usual 100 would have it collected a hundred times a second, and the memory given back in between.
const garbage = 400

// limitProcess sets the limit for the process, and lets garbage grow up to it, unless the environment says
// otherwise.
func limitProcess(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

// limitMemory leaves a process alone that has more to do than this command.
func (s System) limitMemory(bytes int64) {
	if s.LimitMemory != nil {
		s.LimitMemory(bytes)
	}
}

// limitMemory leaves a rehearsal alone, whose users are in memory, too.
func (a *applyRun) limitMemory(bytes int64) {
	if !a.opts.connection.sandbox {
		a.sys.limitMemory(bytes)
	}
}

package cli_test

import (
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// sandboxes finds the sandbox of a script: scripts run in parallel.
var sandboxes registry

type registry struct{ m sync.Map }

func (r *registry) put(ts *testscript.TestScript, s *running) { r.m.Store(ts, s) }

func (r *registry) get(ts *testscript.TestScript) *running {
	s, ok := r.m.Load(ts)
	if !ok {
		ts.Fatalf("no sandbox is running")
	}
	return s.(*running)
}

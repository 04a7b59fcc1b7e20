package cli

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/metrics"
	"attrmigrate/internal/telemetry"
)

// metricsFile is the file of metrics of a command that has no desk, since it sends nothing. The zero value keeps none. It
// belongs to one goroutine, but for what is read for the file.
type metricsFile struct {
	path string // empty: none is wanted
	log  *slog.Logger
	end  func() // nil: it was not begun

	mu   sync.Mutex
	now  metrics.Reading
	read *console.Reading // nil: nothing is read
}

// begin keeps the file from now on, of a command and the name of what it makes.
func (m *metricsFile) begin(command, poolID, makes string, read *console.Reading) {
	if m.path == "" {
		return
	}
	m.now, m.read = metrics.Reading{Recorded: true, State: "running"}, read
	if whole, err := filepath.Abs(makes); err == nil {
		makes = whole
	}
	from := metrics.Source{Command: command, Pool: poolID, Run: filepath.Base(makes), Version: release(), Started: time.Now(), Read: m.look}
	m.end = metrics.New(from).Keep(m.path, m.log)
}

// look is how far the command is. Users that were read since it was last looked are a success.
func (m *metricsFile) look() metrics.Reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read != nil && m.now.State == "running" {
		users, of := m.read.Far()
		if remaining := max(0, of-users); remaining != m.now.Remaining || of != m.now.Total {
			m.now.Total, m.now.Remaining = of, remaining
			m.now.Totals.LastSuccess = time.Now()
		}
	}
	return m.now
}

// close leaves word of how the command ended.
func (m *metricsFile) close(ctx context.Context, err error) {
	if m.end == nil {
		return
	}
	m.look()
	m.mu.Lock()
	switch {
	case err == nil:
		m.now.State, m.now.Finished, m.now.Remaining = "finished", time.Now(), 0
	case ctx.Err() != nil:
		m.now.State = "interrupted"
	default:
		m.now.State = "stopped"
	}
	m.mu.Unlock()
	m.end()
}

// nothingToDo leaves word of an apply that had nothing to do: whoever waits for it to finish each night is to see that it did.
func (m *metricsFile) nothingToDo(poolID, dir string, found metrics.Reading) {
	if m.path == "" {
		return
	}
	m.begin("apply", poolID, dir, nil)
	found.Recorded, found.Totals = true, telemetry.Totals{}
	m.mu.Lock()
	m.now = found
	m.mu.Unlock()
	m.close(context.Background(), nil)
}

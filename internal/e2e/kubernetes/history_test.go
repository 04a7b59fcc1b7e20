//go:build linux

package kubernetes

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// ending is the end of a pod: on which node, with which exit code or for which reason, and how many pods of its index the
// Job had counted as failures, and ignored, before it.
type ending struct{ node, end, failed, ignored string }

// history is how the pods of an index have ended, once the last of them has.
type history []ending

// history of an index is complete when its Job has ended.
func (m *machines) history(index int) history {
	m.Helper()
	m.until(fmt.Sprintf("the last pod of index %d has ended", index), func() bool {
		p := m.latest[index]
		return p != nil && m.noted[p.Metadata.UID]
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ends[index]
}

// ends are the ends of the pods, one after the other.
func (h history) ends() string {
	var ends []string
	for _, e := range h {
		ends = append(ends, e.end)
	}
	return strings.Join(ends, ", ")
}

// nodes are where the pods were, one after the other.
func (h history) nodes() string {
	var nodes []string
	for _, e := range h {
		nodes = append(nodes, e.node)
	}
	return strings.Join(nodes, ", ")
}

// verdicts are what the Job made of each pod, as the pod behind it says, and of the last one.
func (h history) verdicts(last string) (verdicts []string) {
	for i := 1; i < len(h); i++ {
		switch {
		case h[i].failed != h[i-1].failed && h[i].ignored == h[i-1].ignored:
			verdicts = append(verdicts, "counted")
		case h[i].failed == h[i-1].failed && h[i].ignored != h[i-1].ignored:
			verdicts = append(verdicts, "ignored")
		default:
			verdicts = append(verdicts, fmt.Sprintf("%+v after %+v", h[i], h[i-1]))
		}
	}
	return append(verdicts, "index "+last)
}

// until waits until something holds of what the goroutines have noted; it is asked with mu held.
func (m *machines) until(what string, holds func() bool) {
	m.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		m.mu.Lock()
		ok, changed := holds(), m.changed
		m.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			m.Fatalf("%s: not within %s\n%s", what, patience, m.describe())
		}
	}
}

// patience is how long the control plane may take for anything: it looks for lost pods every twenty seconds, and waits before it
// tries a pod again.
const patience = 90 * time.Second

// describe is what was noted of each index, and what its latest pod has said last.
func (m *machines) describe() (text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range len(m.latest) {
		if p := m.latest[i]; p != nil {
			text += fmt.Sprintf("index %d: ends %q, latest %s on %s: %s\n", i, m.ends[i], p.Metadata.Name, cmp.Or(p.Spec.NodeName, "no node"), p.Status.Phase)
			if w := m.work[p.Metadata.UID]; w != nil {
				text += tail(w.log)
			}
		}
	}
	return text
}

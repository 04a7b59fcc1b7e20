//go:build linux

package kubernetes

import (
	"os"
	"path/filepath"
	"syscall"
)

// at is the process of the latest pod of an index.
func (m *machines) at(index int) (w *work, name string) {
	m.Helper()
	m.until("a pod of the index runs", func() bool {
		if p := m.latest[index]; p != nil {
			w, name = m.work[p.Metadata.UID], p.Metadata.Name
		}
		return w != nil
	})
	return w, name
}

// kill kills the process of an index, as the kernel does where memory is short.
func (m *machines) kill(index int) {
	m.Helper()
	w, _ := m.at(index)
	w.kill()
}

// evict has the API server evict the pod of an index, as kubectl drain does.
func (m *machines) evict(index int) {
	m.Helper()
	_, name := m.at(index)
	m.must(m.post(m.Context(), m.path("pods", name, "eviction"), named("policy/v1", "Eviction", name)))
}

// lose has a node vanish, with the processes and files of its pods, and tells the API server what an administrator or a cloud's
// controller does: that it is out of service. The process of one index only falls asleep, and may be woken.
func (m *machines) lose(node, asleep int) (sleeper *work) {
	m.Helper()
	name := m.nodes[node]
	sleeper, _ = m.at(asleep)
	m.mu.Lock()
	m.lost[name] = true
	var processes []*work
	for _, w := range m.work {
		if w.node == name {
			processes = append(processes, w)
		}
	}
	m.mu.Unlock()
	for _, w := range processes {
		if w == sleeper {
			w.signal(syscall.SIGSTOP)
			continue
		}
		w.kill()
		<-w.ended
		m.must(os.RemoveAll(filepath.Dir(w.log)))
	}
	m.must(m.patch(m.Context(), "/api/v1/nodes/"+name+"/status", status(map[string]any{"conditions": []condition{{Type: "Ready", Status: "Unknown"}}})))
	m.must(m.patch(m.Context(), "/api/v1/nodes/"+name, map[string]any{"spec": map[string]any{"taints": []any{
		map[string]any{"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}}}}))
	return sleeper
}

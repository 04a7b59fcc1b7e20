//go:build linux

package kubernetes

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// machines are the nodes of a namespace, and its scheduler. One goroutine watches the pods and decides about them; each pod that
// runs has a goroutine of its own, which waits for the end of its process. What both touch, and the test, is
// guarded by mu.
type machines struct {
	*testing.T
	*api
	namespace   string
	nodes       []string
	place       func(index int) (node int) // where the pods of an index run while that node is there
	environment []string                   // what the cluster adds to that of a pod, as EKS adds credentials
	dir         string
	given       map[string]bool // pods that have a node, by UID; of the goroutine that watches
	pods        sync.WaitGroup

	mu      sync.Mutex
	lost    map[string]bool  // nodes
	work    map[string]*work // by the UID of the pod
	noted   map[string]bool  // pods whose end was noted, by UID
	ends    map[int][]ending // of the pods of an index, one after the other
	latest  map[int]*pod     // of each index, by creation
	changed chan struct{}    // closed, and replaced, when one of these changes
}

// startMachines makes a namespace and its nodes, which run its pods until the test ends.
func startMachines(t *testing.T, a *api, namespace string, nodes int, place func(index int) int, environment ...string) *machines {
	t.Helper()
	m := &machines{T: t, api: a, namespace: namespace, place: place, environment: environment, dir: t.TempDir(),
		given: map[string]bool{}, noted: map[string]bool{}, lost: map[string]bool{}, work: map[string]*work{},
		ends: map[int][]ending{}, latest: map[int]*pod{}, changed: make(chan struct{})}
	m.must(a.post(t.Context(), "/api/v1/namespaces", named("v1", "Namespace", namespace)))
	for i := range nodes {
		name := fmt.Sprintf("%s-%d", namespace, i+1)
		m.must(a.post(t.Context(), "/api/v1/nodes", named("v1", "Node", name)))
		m.must(a.patch(t.Context(), "/api/v1/nodes/"+name+"/status", status(map[string]any{"conditions": []condition{{Type: "Ready", Status: "True"}}})))
		m.nodes = append(m.nodes, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if err := watch(ctx, a, m.path("pods"), func(kind string, p *pod) { m.see(ctx, kind, p) }); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-watched
		m.mu.Lock()
		for _, w := range m.work {
			w.kill()
		}
		m.mu.Unlock()
		m.pods.Wait()
		if t.Failed() {
			t.Log(m.describe())
		}
	})
	return m
}

// named is an object that has a name and nothing else.
func named(version, kind, name string) map[string]any {
	return map[string]any{"apiVersion": version, "kind": kind, "metadata": map[string]any{"name": name}}
}

func status(of any) map[string]any { return map[string]any{"status": of} }

// path is that of the namespace's objects of a kind, and of one of them.
func (m *machines) path(kind string, name ...string) string {
	path := "/api/v1/namespaces/" + m.namespace + "/" + kind
	for _, n := range name {
		path += "/" + n
	}
	return path
}

func (m *machines) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

// see has something done about a pod. What fails for the pod is there no more is well.
func (m *machines) see(ctx context.Context, kind string, p *pod) {
	err := m.decide(ctx, kind, p)
	if err != nil && ctx.Err() == nil && !gone(err) {
		m.Errorf("pod %s: %v", p.Metadata.Name, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if end, over := p.over(); over && !m.noted[p.Metadata.UID] {
		m.noted[p.Metadata.UID] = true
		failed, ignored := p.counted()
		m.ends[p.index()] = append(m.ends[p.index()], ending{p.Spec.NodeName, end, failed, ignored})
	}
	if last := m.latest[p.index()]; last == nil || !p.Metadata.CreationTimestamp.Before(last.Metadata.CreationTimestamp) {
		m.latest[p.index()] = p
	}
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *machines) decide(ctx context.Context, kind string, p *pod) error {
	uid := p.Metadata.UID
	_, over := p.over()
	m.mu.Lock()
	w, lost := m.work[uid], m.lost[p.Spec.NodeName]
	m.mu.Unlock()
	switch {
	case lost: // nothing reaches it
	case kind == "DELETED":
		if w != nil {
			w.kill()
		}
	case w != nil && p.Metadata.DeletionTimestamp != nil:
		w.terminate(time.Duration(p.Spec.TerminationGracePeriodSeconds) * time.Second)
	case w != nil || over:
	case p.Metadata.DeletionTimestamp != nil:
		return m.remove(ctx, p)
	case p.Spec.NodeName == "" && !m.given[uid]:
		m.given[uid] = true
		binding := named("v1", "Binding", p.Metadata.Name)
		binding["target"] = map[string]any{"apiVersion": "v1", "kind": "Node", "name": m.schedule(p.index())}
		return m.post(ctx, m.path("pods", p.Metadata.Name, "binding"), binding)
	case p.Spec.NodeName != "":
		return m.run(ctx, p)
	}
	return nil
}

// schedule is the node for a pod: that of its index, or the first that is there.
func (m *machines) schedule(index int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := m.nodes[m.place(index)]; !m.lost[n] {
		return n
	}
	for _, n := range m.nodes {
		if !m.lost[n] {
			return n
		}
	}
	return ""
}

// run starts the program of a pod.
func (m *machines) run(ctx context.Context, p *pod) error {
	dir := filepath.Join(m.dir, p.Spec.NodeName, p.Metadata.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cmd, err := p.command(dir, m.configMap(ctx), m.environment)
	if err != nil {
		return err
	}
	w, err := begin(cmd, p.Spec.NodeName, filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.work[p.Metadata.UID] = w
	m.mu.Unlock()
	began := time.Now()
	running := map[string]any{"phase": "Running", "startTime": began, "conditions": []condition{{Type: "Ready", Status: "True"}}}
	err = m.patch(ctx, m.path("pods", p.Metadata.Name, "status"), status(running))
	// Only now, so that nothing is told in the wrong order.
	m.pods.Go(func() {
		<-w.ended
		if err := m.tell(ctx, p, w, began); err != nil && ctx.Err() == nil && !gone(err) {
			m.Errorf("pod %s: %v", p.Metadata.Name, err)
		}
	})
	return err
}

// configMap gives the files of a ConfigMap. That there is none is not what becomes of a pod that is gone.
func (m *machines) configMap(ctx context.Context) func(name string) (map[string]string, error) {
	return func(name string) (map[string]string, error) {
		var c struct{ Data map[string]string }
		if err := m.get(ctx, m.path("configmaps", name), &c); err != nil {
			return nil, fmt.Errorf("config map %s: %v", name, err)
		}
		return c.Data, nil
	}
}

// tell says how a pod ended. A node that is lost says nothing.
func (m *machines) tell(ctx context.Context, p *pod, w *work, began time.Time) error {
	m.mu.Lock()
	lost := m.lost[w.node]
	m.mu.Unlock()
	if lost {
		return nil
	}
	phase, reason := "Succeeded", "Completed"
	if w.code != 0 {
		phase, reason = "Failed", "Error"
	}
	c := p.Spec.Containers[0]
	ended := map[string]any{"phase": phase, "conditions": []condition{{Type: "Ready", Status: "False"}},
		"containerStatuses": []any{map[string]any{"name": c.Name, "image": c.Image, "imageID": c.Image, "ready": false, "restartCount": 0,
			"state": map[string]any{"terminated": map[string]any{"exitCode": w.code, "reason": reason,
				"startedAt": began.UTC().Format(time.RFC3339), "finishedAt": time.Now().UTC().Format(time.RFC3339)}}}}}
	if err := m.patch(ctx, m.path("pods", p.Metadata.Name, "status"), status(ended)); err != nil || !w.asked() {
		return err
	}
	return m.remove(ctx, p)
}

// remove takes a pod away whose end has been asked for, and has come.
func (m *machines) remove(ctx context.Context, p *pod) error {
	const atOnce = `{"gracePeriodSeconds": 0}`
	return m.call(ctx, http.MethodDelete, m.path("pods", p.Metadata.Name), asJSON, []byte(atOnce), nil)
}

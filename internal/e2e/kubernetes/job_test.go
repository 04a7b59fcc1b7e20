//go:build linux

package kubernetes

import (
	"context"
	"strconv"
	"strings"
)

// jobStatus is what the engine says of an Indexed Job.
type jobStatus struct {
	Metadata struct{ Name string }
	Status   struct {
		Succeeded, Failed               int
		CompletedIndexes, FailedIndexes string
		Conditions                      []condition
	}
}

// over is how the Job has ended, and why; empty: it has not.
func (s *jobStatus) over() string {
	for _, c := range s.Status.Conditions {
		if (c.Type == "Complete" || c.Type == "Failed") && c.Status == "True" {
			return c.Type + ", " + c.Reason
		}
	}
	return ""
}

// indexes are the states of the indexes that have ended.
func (s *jobStatus) indexes() map[int]string {
	states := map[int]string{}
	for state, text := range map[string]string{"completed": s.Status.CompletedIndexes, "failed": s.Status.FailedIndexes} {
		for part := range strings.SplitSeq(text, ",") {
			first, last, ok := strings.Cut(part, "-")
			if !ok {
				last = first
			}
			from, err := strconv.Atoi(first)
			to, err2 := strconv.Atoi(last)
			for i := from; i <= to && err == nil && err2 == nil; i++ {
				states[i] = state
			}
		}
	}
	return states
}

// end waits for the end of a Job, and returns what the engine says of it then.
func (m *machines) end(name string) (last *jobStatus) {
	m.Helper()
	ctx, cancel := context.WithTimeout(m.Context(), patience)
	defer cancel()
	err := watch(ctx, m.api, "/apis/batch/v1/namespaces/"+m.namespace+"/jobs", func(_ string, s *jobStatus) {
		if s.Metadata.Name == name {
			last = s
		}
		if s.over() != "" {
			cancel()
		}
	})
	m.must(err)
	if last == nil || last.over() == "" {
		m.Fatalf("the Job has not ended within %s: %+v\n%s", patience, last, m.describe())
	}
	return last
}

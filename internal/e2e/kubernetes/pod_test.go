//go:build linux

package kubernetes

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"attrmigrate/internal/e2e/harness"
)

// pod is what a node has to know of one.
type pod struct {
	Metadata struct {
		Name, UID         string
		Annotations       map[string]string
		Labels            map[string]string
		CreationTimestamp time.Time
		DeletionTimestamp *time.Time
	}
	Spec struct {
		NodeName                      string
		Containers                    []container
		Volumes                       []volume
		TerminationGracePeriodSeconds int
	}
	Status struct {
		Phase             string
		Conditions        []condition
		ContainerStatuses []struct {
			State struct{ Terminated *struct{ ExitCode int } }
		}
	}
}

type container struct {
	Name, Image   string
	Command, Args []string
	Env           []struct {
		Name, Value string
		ValueFrom   struct{ FieldRef struct{ FieldPath string } }
	}
	VolumeMounts []struct{ Name, MountPath string }
}

// volume is a ConfigMap or, if it has no name, an empty directory.
type volume struct {
	Name      string
	ConfigMap struct{ Name string }
}

type condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// index is that of a pod of an Indexed Job.
func (p *pod) index() int {
	n, err := strconv.Atoi(p.Metadata.Annotations["batch.kubernetes.io/job-completion-index"])
	if err != nil {
		return -1
	}
	return n
}

// counted is how many pods of the index failed before this one, as the Job counts them, and how many it ignored.
func (p *pod) counted() (failed, ignored string) {
	const prefix = "batch.kubernetes.io/job-index-"
	return p.Metadata.Annotations[prefix+"failure-count"], p.Metadata.Annotations[prefix+"ignored-failure-count"]
}

// over tells whether it has ended, and how: its exit code, and why it was taken away.
func (p *pod) over() (end string, over bool) {
	if p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed" {
		return "", false
	}
	var words []string
	for _, c := range p.Status.ContainerStatuses {
		if t := c.State.Terminated; t != nil {
			words = append(words, strconv.Itoa(t.ExitCode))
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == "DisruptionTarget" && c.Status == "True" {
			words = append(words, c.Reason)
		}
	}
	return strings.Join(words, " "), true
}

// field is the value of a path such as metadata.annotations['NAME'].
func (p *pod) field(path string) (string, error) {
	kind, name, _ := strings.Cut(strings.TrimSuffix(path, "']"), "['")
	switch kind {
	case "metadata.annotations":
		return p.Metadata.Annotations[name], nil
	case "metadata.labels":
		return p.Metadata.Labels[name], nil
	case "metadata.name":
		return p.Metadata.Name, nil
	}
	return "", fmt.Errorf("a node of the test does not know the field %s", path)
}

// command is the program of the pod's container in a directory, with what it mounts in there. configMap gives the
// files of one, and environment is what the cluster adds to the pod's.
func (p *pod) command(dir string, configMap func(name string) (map[string]string, error), environment []string) (*exec.Cmd, error) {
	if len(p.Spec.Containers) != 1 {
		return nil, fmt.Errorf("pod %s has %d containers", p.Metadata.Name, len(p.Spec.Containers))
	}
	c := p.Spec.Containers[0]
	for _, v := range p.Spec.Volumes {
		files, err := map[string]string{}, error(nil)
		if v.ConfigMap.Name != "" {
			files, err = configMap(v.ConfigMap.Name)
		}
		if err != nil {
			return nil, err
		}
		if err := fill(filepath.Join(dir, v.Name), files); err != nil {
			return nil, err
		}
	}
	mounted := func(text string) string {
		for _, m := range c.VolumeMounts {
			if rest, ok := strings.CutPrefix(text, m.MountPath); ok && (rest == "" || rest[0] == '/') {
				return filepath.Join(dir, m.Name) + rest
			}
		}
		return text
	}
	words := slices.Concat(c.Command, c.Args)
	for i, w := range words {
		words[i] = mounted(w)
	}
	cmd := harness.Program(dir, words...)
	if len(c.Command) > 0 {
		program := exec.Command(words[0], words[1:]...)
		program.Dir, program.Env = cmd.Dir, cmd.Env
		cmd = program
	}
	cmd.Env = append(cmd.Env, "PATH="+os.Getenv("PATH"), "TMPDIR="+mounted("/tmp"))
	cmd.Env = append(cmd.Env, environment...)
	for _, e := range c.Env {
		value := e.Value
		if path := e.ValueFrom.FieldRef.FieldPath; path != "" {
			var err error
			if value, err = p.field(path); err != nil {
				return nil, err
			}
		}
		cmd.Env = append(cmd.Env, e.Name+"="+value)
	}
	return cmd, nil
}

// fill makes a directory with files.
func fill(dir string, files map[string]string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

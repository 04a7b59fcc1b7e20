//go:build linux

package kubernetes

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/s3/s3test"
)

// attrmigrate is what the program prints.
func attrmigrate(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return attrmigrateWith(t, nil, dir, args...)
}

// attrmigrateWith is what the program prints that has more in its environment.
func attrmigrateWith(t *testing.T, env []string, dir string, args ...string) string {
	t.Helper()
	cmd := harness.Program(dir, args...)
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("attrmigrate %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestIndexes: the Job has as many indexes as the program finds in the targets of the manifest.
func TestIndexes(t *testing.T) {
	objects := readManifest(t)
	dir := t.TempDir()
	targets := of(objects, "ConfigMap").at("data", "targets.csv").(string)
	write(t, filepath.Join(dir, "targets.csv"), []byte(targets))
	inputs := regexp.MustCompile(`s3://([a-z0-9-]+)/(in/[a-z-]+\.csv)`).FindAllStringSubmatch(targets, -1)
	if len(inputs) == 0 {
		t.Fatal("no target has an input in S3")
	}
	store := s3test.Start(t, inputs[0][1])
	for _, input := range inputs {
		if err := store.Put(input[1], input[2], []byte("username,custom:tier\n")); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(attrmigrateWith(t, store.Env(), dir, "targets", "targets.csv")), "\n")
	job := of(objects, "Job")
	for _, field := range []string{"completions", "parallelism"} {
		if got := strconv.Itoa(job.at("spec", field).(int)); got != lines[len(lines)-1] {
			t.Errorf("%s is %s, and the program finds %s indexes", field, got, lines[len(lines)-1])
		}
	}
}

// TestEveryCode: a program that ends with a code of the help is played, and 137, which is none of the program's.
func TestEveryCode(t *testing.T) {
	_, rest, _ := strings.Cut(attrmigrate(t, t.TempDir(), "--help"), "Exit codes:\n")
	block, _, _ := strings.Cut(rest, "\n\n")
	want := []int{137}
	for _, m := range regexp.MustCompile(`(?m)^ +(\d+) `).FindAllStringSubmatch(block, -1) {
		code, _ := strconv.Atoi(m[1])
		want = append(want, code)
	}
	var got []int
	for _, c := range codes {
		got = append(got, c.code)
	}
	slices.Sort(want)
	slices.Sort(got)
	if got = slices.Compact(got); len(want) < 8 || !slices.Equal(got, want) {
		t.Errorf("%v are played, want %v", got, want)
	}
}

// TestGrace wants time for the calls under way to end, and half a minute to bring to S3 what they did.
func TestGrace(t *testing.T) {
	job := of(readManifest(t), "Job")
	args := job.container()["args"].([]any)
	at := slices.Index(args, any("--drain-timeout"))
	if at < 0 {
		t.Fatal("the command has no --drain-timeout")
	}
	drain, err := time.ParseDuration(args[at+1].(string))
	if err != nil {
		t.Fatal(err)
	}
	grace := time.Duration(job.at("spec", "template", "spec", "terminationGracePeriodSeconds").(int)) * time.Second
	if grace < drain+30*time.Second {
		t.Errorf("the grace period is %s, --drain-timeout is %s", grace, drain)
	}
}

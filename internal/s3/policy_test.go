package s3_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// statement is one of a policy, whose actions may be one text.
type statement struct {
	Effect   string
	Action   any
	Resource any
}

func (s statement) actions() (all []string) {
	switch a := s.Action.(type) {
	case string:
		return []string{a}
	case []any:
		for _, one := range a {
			all = append(all, one.(string))
		}
	}
	return all
}

// TestPolicies holds the policies of docs/elsewhere.md against what the program asks of S3, in all that it can do there.
func TestPolicies(t *testing.T) {
	page, err := os.ReadFile("../../docs/elsewhere.md")
	if err != nil {
		t.Fatal(err)
	}
	var allowed []string
	blocks := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(page, -1)
	for _, block := range blocks {
		var policy struct{ Statement []statement }
		if err := json.Unmarshal(block[1], &policy); err != nil {
			t.Errorf("%v in\n%s", err, block[1])
		}
		for _, s := range policy.Statement {
			if s.Effect == "Allow" {
				allowed = append(allowed, s.actions()...)
			}
		}
	}
	slices.Sort(allowed)
	allowed = slices.Compact(allowed)
	needed := neededPermissions(t)
	if len(blocks) < 3 || !slices.Equal(allowed, needed) {
		t.Errorf("the page allows  %s\nthe program needs %s", strings.Join(allowed, " "), strings.Join(needed, " "))
	}
}

// neededPermissions does all that can be done with a bucket, and tells what that takes.
func neededPermissions(t *testing.T) (all []string) {
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	b := open(t, s3test.Bucket, s3.Config{}).InSmallParts()
	big := content(7 << 20)
	server.Script(func(r s3test.Request) s3test.Fault { // an upload that fails is taken back
		if r.Operation == "CompleteMultipartUpload" && r.Number == 1 {
			return s3test.Fault{Status: 400, Code: "InvalidPart"}
		}
		return s3test.Fault{}
	})
	_, err := b.Put(t.Context(), "a", nil, runlog.IfAbsent)
	_, again := b.Get(t.Context(), "a")
	_, exists := b.Exists(t.Context(), "a")
	_, versioned := fetch(t, b, "a", "version")
	_ = versioned // there is none, but it was asked for
	for _, err := range []error{err, again, exists,
		list(t.Context(), b), remove(t.Context(), b),
		b.Upload(t.Context(), "big", bytes.NewReader(big), int64(len(big)), runlog.Always)} {
		if err != nil && !strings.Contains(err.Error(), "InvalidPart") {
			t.Error(err)
		}
	}
	if err := b.Upload(t.Context(), "big", bytes.NewReader(big), int64(len(big)), runlog.IfAbsent); err != nil {
		t.Error(err)
	}
	if err := b.Upload(t.Context(), "big", io.NewSectionReader(bytes.NewReader(big), 0, 1), 1, runlog.IfAbsent); err == nil {
		t.Error("it was written twice")
	}
	for operation := range server.Counts() {
		if len(s3test.Permissions(operation)) == 0 {
			t.Errorf("nobody knows what %s needs", operation)
		}
		all = append(all, s3test.Permissions(operation)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

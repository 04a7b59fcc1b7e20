package campaign

import (
	"strings"
	"testing"
)

// TestCheckPlan plants each violation in a plan, and in the end of an index.
func TestCheckPlan(t *testing.T) {
	ann := `{"username":"ann","attributes":{"locale":"fr","custom:tier":null},"expect":{"locale":"de"}}` + "\n"
	bob := `{"username":"5a4d0b0c","attributes":{"locale":"fr"},"expect":{"locale":null}}` + "\n"
	names := map[string]string{"ann": "ann", "5a4d0b0c": "bob", "cat": "cat"}
	want := map[string]map[string]string{"ann": {"locale": "fr", "custom:tier": ""}, "bob": {"locale": "fr"}}
	for _, tt := range []struct{ name, plan, want string }{
		{"what the rule makes", ann + bob, ""},
		{"in another order", bob + ann, ""},
		{"a user is missing", ann, "bob has no line"},
		{"a user too many", ann + bob + strings.Replace(ann, "ann", "cat", 1), "cat: map"},
		{"a user twice", ann + bob + bob, "by an earlier line"},
		{"another value", strings.Replace(ann, "fr", "it", 1) + bob, "ann: map"},
		{"a value that is left out", ann + strings.Replace(bob, `"locale":"fr"`, "", 1), "bob: map"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := CheckPlan([]byte(tt.plan), func(name string) string { return names[name] }, want)
			if len(found) > 0 != (tt.want != "") || len(found) > 0 && !strings.Contains(found[0].String(), tt.want) {
				t.Errorf("found %v, want %q", found, tt.want)
			}
		})
	}
}

func TestCheckIndex(t *testing.T) {
	both := map[string]bool{"x0": true, "x1": true}
	first := map[string]bool{"x0": true, "x1": false}
	x0 := "row      1 of 2: x0, pool us-east-1_Campaign0\nrow      x0: done (exit code 0), x0.run\n"
	for _, tt := range []struct {
		name, output string
		code         int
		finished     map[string]bool
		want         string
	}{
		{"all done", x0 + "row      x1: finished, but records failed (exit code 3), x1.run\n", 3, both, ""},
		{"one stopped", x0 + "row      x1: stopped early; the same command continues (exit code 4), x1.run\n", 4, first, ""},
		{"one not begun", "row      x0: interrupted (exit code 130), x0.run\nrow      x1: not begun\n", 130, map[string]bool{"x0": false, "x1": false}, ""},
		{"a graver one", x0 + "row      x1: stopped early (exit code 4), x1.run\n", 0, first, WrongIndex},
		{"one is not told", x0, 0, both, WrongIndex},
		{"none is", "", 0, both, WrongIndex},
		{"done, and its run is not", x0 + "row      x1: done (exit code 0), x1.run\n", 0, first, WrongRow},
		{"one of another index", x0 + "row      other: done (exit code 0), other.run\n", 0, both, WrongRow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := CheckIndex(tt.output, tt.code, tt.finished)
			if len(found) > 0 != (tt.want != "") || len(found) > 0 && found[0].Rule != tt.want {
				t.Errorf("found %v, want %q", found, tt.want)
			}
		})
	}
}

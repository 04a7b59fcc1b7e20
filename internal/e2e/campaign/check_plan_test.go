package campaign

import (
	"strings"
	"testing"
)

// TestCheckPlan plants each violation in a plan.
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

package shell

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitList(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		want       []string
	}{
		{"one", "note", []string{"note"}},
		{"several, with blanks", "note, Account Name ,x", []string{"note", "Account Name", "x"}},
		{"a comma in a name", `Street\, No,b`, []string{"Street, No", "b"}},
		{"a backslash that escapes nothing", `DOMAIN\user,a\`, []string{`DOMAIN\user`, `a\`}},
		{"an empty name", "a,,b", []string{"a", "", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := SplitList(tt.list); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Names come back from a list, but for those that end in a backslash.
func TestListComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[a,\\ ]*[a,]`).Filter(func(s string) bool {
			return s == strings.TrimSpace(s) && !strings.Contains(s, `\,`)
		}), 1, 5).Draw(t, "names")
		if got := SplitList(List(names...)); !slices.Equal(got, names) {
			t.Errorf("%q, want %q", got, names)
		}
	})
}

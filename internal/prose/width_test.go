package prose

import "testing"

// TestCut: a text is cut by the columns that it takes, and not within a letter.
func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		columns    int
		want       string
	}{
		{"as it is", "gold", 4, "gold"},
		{"cut", "golden", 4, "gol…"},
		{"wide letters", "日本語", 6, "日本語"},
		{"wide letters, cut", "日本語", 5, "日本…"},
		{"a wide letter that has no place", "日本語", 4, "日…"},
		{"a combining mark", "e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
		{"cut between letters of several characters", "e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"a family", "👨‍👩‍👧x", 2, "…"},
		{"cut before", "0123456789…", 8, "0123456…"},
		{"an ellipsis at the end", "ab…c", 4, "ab…c"},
		{"one ellipsis is enough", "ab…cd", 4, "ab…"},
		{"no place", "gold", 0, "…"},
		{"nothing", "", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Cut(tt.text, tt.columns); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSome: a list that is long ends in how many there are besides.
func TestSome(t *testing.T) {
	list := []string{"a", "b", "c", "d"}
	for want, got := range map[string]string{"": Some(nil, 2), "a, b": Some(list[:2], 2), "a, b and 2 more": Some(list, 2), "a, b, c, d": Some(list, 4)} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

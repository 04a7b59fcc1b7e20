package campaign

import "testing"

// TestCheckIndex plants each violation in the end of an index.
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

func TestCheckStatus(t *testing.T) {
	table := "index  name  state     finished  failed\n0      x0    finished  2 of 2    0\n0      x1    stopped   1 of 2    0\n1      other  finished  2 of 2    0\n"
	for _, tt := range []struct {
		name     string
		finished map[string]bool
		wrong    int
	}{
		{"as it is", map[string]bool{"x0": true, "x1": false}, 0},
		{"one is not told to be finished", map[string]bool{"x0": true, "x1": true}, 1},
		{"one is told to be finished that is not", map[string]bool{"x0": false}, 1},
		{"one of another index", map[string]bool{"other": true}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if found := CheckStatus(table, tt.finished); len(found) != tt.wrong {
				t.Errorf("found %v", found)
			}
		})
	}
}

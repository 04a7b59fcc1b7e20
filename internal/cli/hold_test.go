package cli

import (
	"strings"
	"testing"
)

// TestUnholding: the command that continues a run never begins another one.
func TestUnholding(t *testing.T) {
	for _, test := range []struct{ name, given, want string }{
		{"as it was", "apply --rate 20 loyalty.csv", "attrmigrate apply --unhold --rate 20 loyalty.csv"},
		{"the run was begun anew", "apply --restart --rate 20 loyalty.csv", "attrmigrate apply --unhold --rate 20 loyalty.csv"},
		{"the same, said at length", "apply --rate 20 loyalty.csv --restart=true", "attrmigrate apply --unhold --rate 20 loyalty.csv"},
		{"it was on hold before", "apply --unhold --restart loyalty.csv", "the same command with --unhold, and without --restart"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := &applyRun{sys: System{words: strings.Fields(test.given)}}
			a.opts.restart, a.opts.unhold = strings.Contains(test.given, "--restart"), strings.Contains(test.given, "--unhold")
			if got := a.unholding([]string{"loyalty.csv"}); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}

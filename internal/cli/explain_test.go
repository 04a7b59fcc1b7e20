package cli

import (
	"errors"
	"testing"

	"attrmigrate/internal/job"
)

// TestExplain: an error of a job gets the words of the command line, and what went wrong beside it is told, too.
func TestExplain(t *testing.T) {
	const wanted = "--verified keep needs a scan in a pool with aliases: a lookup could miss the holder of an address"
	beside := errors.New("the run of before stays in made-up.run.2026")
	for _, tt := range []struct {
		name, want, hint string
		err              error
	}{
		{"alone", wanted, "leave --read out, or say --read scan", job.ErrLookup},
		{"joined with nothing", wanted, "leave --read out, or say --read scan", errors.Join(job.ErrLookup, nil)},
		{"beside another", wanted + "\n" + beside.Error(), "leave --read out, or say --read scan", errors.Join(job.ErrLookup, beside)},
		{"none of a job", beside.Error(), "", beside},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := new(options).explain(tt.err, nil)
			if got.Error() != tt.want || hintOf(got) != tt.hint {
				t.Errorf("got  %q, %q\nwant %q, %q", got, hintOf(got), tt.want, tt.hint)
			}
		})
	}
}

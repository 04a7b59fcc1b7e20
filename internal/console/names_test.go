package console

import (
	"strings"
	"testing"
)

// TestNames: places have their names in all that is written, and a name that a shell would take apart is one word.
func TestNames(t *testing.T) {
	const place = "/tmp/attrmigrate-work-1/loyalty"
	for _, row := range []struct{ name, url, text, want string }{
		{"in a sentence", "s3://runs/loyalty", "run      " + place + ": running\n", "run      s3://runs/loyalty: running\n"},
		{"a file there", "s3://runs/loyalty", "undo     " + place + "/undo.jsonl\n", "undo     s3://runs/loyalty/undo.jsonl\n"},
		{"in JSON", "s3://runs/the loyalty", `{"dir":"` + place + `"}`, `{"dir":"s3://runs/the loyalty"}`},
		{"a command", "s3://runs/the loyalty", "hint: attrmigrate unpause " + place + "\n", "hint: attrmigrate unpause 's3://runs/the loyalty'\n"},
		{"two places", "s3://runs/loyalty", place + " /tmp/attrmigrate-work-2/1/errors.csv\n", "s3://runs/loyalty s3://runs/old/errors.csv\n"},
		{"another text", "s3://runs/loyalty", "nothing\n", "nothing\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var names Names
			var out strings.Builder
			w := names.Writer(&out)
			names.Tell(func() []string { return []string{place, row.url} })
			names.Tell(func() []string { return []string{"/tmp/attrmigrate-work-2/1", "s3://runs/old"} })
			if n, err := w.Write([]byte(row.text)); n != len(row.text) || err != nil {
				t.Errorf("wrote %d of %d: %v", n, len(row.text), err)
			}
			if out.String() != row.want {
				t.Errorf("written is %q, want %q", out.String(), row.want)
			}
		})
	}
}

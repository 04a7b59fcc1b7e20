package cli_test

import (
	"os"
	"strings"
	"testing"
)

// TestWrongFlags gives flags that no run could mean. Each costs exit code 2, an error and a hint at most.
func TestWrongFlags(t *testing.T) {
	for _, tt := range []struct {
		name, args, want string
	}{
		{"no pool", "", "attrmigrate: --user-pool-id is missing\nhint: --sandbox rehearses without one, on a local Cognito\n"},
		{"two services", "--sandbox --endpoint-url http://127.0.0.1:9", "attrmigrate: --sandbox and --endpoint-url exclude each other\n"},
		{"a flag that is not there", "--rat 3", "attrmigrate: unknown flag: --rat, did you mean --rate?\nhint: attrmigrate apply --help lists the flags\n"},
		{"rate of zero", "--rate 0", "want a number above 0, or off"},
		{"rate in words", "--rate fast", "want a number above 0, or off"},
		{"no workers", "--sandbox --workers 0", "attrmigrate: --workers is 0, want 1 to 1024\n"},
		{"no attempts", "--sandbox --max-attempts 0", "attrmigrate: --max-attempts is 0, want at least 1\n"},
		{"a limit in words", "--limit x", "attrmigrate: invalid argument \"x\" for \"--limit\" flag: want a whole number\nhint: attrmigrate apply --help lists the flags\n"},
		{"a duration without its unit", "--max-duration 6", "attrmigrate: invalid argument \"6\" for \"--max-duration\" flag: want a duration, such as 90s or 6h\n"},
		{"neither true nor false", "--trim=maybe", "attrmigrate: invalid argument \"maybe\" for \"--trim\" flag: want true or false, or nothing behind it\n"},
		{"a limit of nothing", "--sandbox --limit 0", "attrmigrate: --limit is 0, want more than 0\nhint: leave it out for no limit\n"},
		{"negative limit", "--sandbox --limit -1", "attrmigrate: --limit is -1, want more than 0\nhint: leave it out for no limit\n"},
		{"no time at all", "--sandbox --max-duration 0s", "attrmigrate: --max-duration is 0s, want more than 0s\nhint: leave it out for no limit\n"},
		{"negative duration", "--sandbox --max-duration -1s", "attrmigrate: --max-duration is -1s, want more than 0s\nhint: leave it out for no limit\n"},
		{"a limit of nothing for each row", "--targets pools.csv --index 0 --limit 0", "attrmigrate: --limit is 0, want more than 0\nhint: leave it out for no limit\n"},
		{"no time to drain", "--sandbox --drain-timeout 0s", "attrmigrate: --drain-timeout is 0s, want more than 0s\n"},
		{"no time to answer", "--sandbox --timeout 0s", "attrmigrate: --timeout is 0s, want more than 0s\n"},
		{"over all", "--max-failures 120%", "want a percentage from 0% to 100%"},
		{"budget in words", "--max-failures some", "want a number of records or a percentage"},
		{"unknown progress", "--progress loud", "want one of auto, bar, log, none"},
		{"unknown level", "--log-level loud", "want one of debug, error, info, warn"},
		{"unknown policy", "--empty drop", "want one of delete, error, keep"},
		{"unknown format", "--format xml", "want one of csv, jsonl"},
		{"half a pair", "--map tier", "want NAME=VALUE"},
		{"client metadata without a name", "--client-metadata made-up", "attrmigrate: --client-metadata: want NAME=VALUE\n"},
		{"client metadata twice", "--client-metadata a=made-up --client-metadata a=made-up", "attrmigrate: --client-metadata: a is given twice\n"},
		{"a pair twice", "--map a=b --map a=c", "a is given twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"apply"}, strings.Fields(tt.args)...)
			code, _, stderr := run(t, append(args, "x.csv")...)
			if code != 2 || !strings.Contains(stderr, tt.want) || strings.Count(stderr, "\n") > 2 || strings.Contains(stderr, "made-up") {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
		})
	}
}

// TestWrongFiles gives files that are no change set: exit code 2, and what to do about it.
func TestWrongFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		name, file, content, want string
	}{
		{"missing", "missing.csv", "", "missing.csv: no such file\nhint: check the name and the working directory\n"},
		{"a directory", ".", "", ".: is a directory\nhint: name the files in it\n"},
		{"an archive", "book.csv", "PK\x03\x04\x14\x00", "book.csv: is a zip archive, and no text\nhint: unpack it first: unzip book.csv\n"},
		{"UTF-16", "wide.csv", "u\x00s\x00", "wide.csv: is not text in UTF-8: it looks like UTF-16\nhint: export it as CSV or JSONL in UTF-8\n"},
		{"binary", "image.csv", "\x89GIF\x00\x00\n", "image.csv: is not text: it looks like binary data\nhint: export it as CSV or JSONL in UTF-8\n"},
		{"blank", "blank.csv", " \n", "blank.csv: is empty\nhint: check what should have written it; a CSV has at least a header\n"},
		{"no format", "notes.txt", "x", "notes.txt: its name does not say its format\nhint: name it .csv or .jsonl, or say --format csv or --format jsonl\n"},
		{"bars", "semi.csv", "username|custom:tier\n", "semi.csv:1: the columns are not separated by commas\nhint: export the file with commas, semicolons or tabs between its cells\n"},
		{"not packed", "fake.csv.gz", "username,custom:tier\n", "fake.csv.gz: is not gzip data, as its name says\nhint: rename it without .gz\n"},
		{"packed unnamed", "packed.csv", "\x1f\x8b\x08\x00", "packed.csv: is gzip data, which its name does not say\nhint: give its name the ending .gz\n"},
		{"cut short", "short.csv.gz", "\x1f\x8b\x08\x00\x00\x00", "short.csv.gz: gzip data is damaged or cut short: unexpected EOF\nhint: copy or compress the file again\n"},
		{"a column without a name", "hole.csv", "username,,custom:tier\n", "hole.csv:1: column 2 has no name\nhint: name the column or remove it; the columns are username, , custom:tier\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.content != "" {
				if err := os.WriteFile(tt.file, []byte(tt.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, _, stderr := run(t, "apply", "--sandbox", "--yes", tt.file)
			if want := "attrmigrate: " + tt.want; code != 2 || stderr != want {
				t.Errorf("exit code %d\ngot  %s\nwant %s", code, stderr, want)
			}
			if runs, _ := os.ReadDir("."); strings.Contains(strings.Join(names(runs), " "), ".run") {
				t.Errorf("a run directory was made: %v", names(runs))
			}
		})
	}
}

func names(entries []os.DirEntry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

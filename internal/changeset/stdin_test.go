package changeset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

const tiers = "username,custom:tier\nann,gold\nbob,tin\n"

// packed is a text as a packer writes it.
func packed(t *testing.T, text string, pack func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var b strings.Builder
	w, err := pack(&b)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// runDir is a directory of a run, locked until the test ends.
func runDir(t *testing.T) *rundir.Dir {
	t.Helper()
	d, err := rundir.Local().Open(filepath.Join(t.TempDir(), "tiers.run"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// opened is the change set of some files, or of standard input.
func opened(t *testing.T, spec Spec) *Set {
	t.Helper()
	set, err := Open(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// usernames are those of all records, or of how many a limit has.
func usernames(t *testing.T, set *Set, limit int64) (names []string) {
	t.Helper()
	in, err := set.Read()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	in.Limit(limit)
	for {
		c, err := in.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, c.Username)
	}
}

// TestSpool: standard input is kept under a name of its format, beside the copy of an earlier start until it is
// known to be of this run, and then in its place; what was read is what holds from then on.
func TestSpool(t *testing.T) {
	lines := `{"username":"ann","attributes":{"locale":"de"}}` + "\n" + `{"username":"bob","attributes":{"locale":"de"}}` + "\n"
	gzipped := func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
	for _, tt := range []struct{ name, stdin, file string }{
		{"CSV", tiers, "stdin.csv"},
		{"JSON lines", lines, "stdin.jsonl"},
		{"JSON lines without a token", `{"username":"ann","access_token":null,"attributes":{"locale":"de"}}` + "\n" + `{"username":"bob","attributes":{"a":"eyJabc"}` + "\n", "stdin.jsonl"},
		{"CSV, gzip", packed(t, tiers, gzipped), "stdin.csv.gz"},
		{"JSON lines, gzip", packed(t, lines, gzipped), "stdin.jsonl.gz"},
		{"CSV, zstd", packed(t, tiers, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), "stdin.csv.zst"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := runDir(t)
			if err := os.WriteFile(d.File(tt.file), []byte("of an earlier start"), 0o600); err != nil {
				t.Fatal(err)
			}
			set := opened(t, Spec{Paths: []string{rundir.Stdin}})
			arrived, err := set.Spool(t.Context(), strings.NewReader(tt.stdin), d)
			if err != nil {
				t.Fatal(err)
			}
			if earlier, _ := os.ReadFile(d.File(tt.file)); !set.IsStdin() || arrived.IsStdin() || string(earlier) != "of an earlier start" {
				t.Errorf("it is standard input %v and then %v; of an earlier start there is %q", set.IsStdin(), arrived.IsStdin(), earlier)
			}
			before, err := arrived.Digests(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			settled, err := arrived.Settled(d)
			if err != nil {
				t.Fatal(err)
			}
			if got := settled.Paths(); !slices.Equal(got, []string{d.File(tt.file)}) || !slices.Equal(namesIn(t, d.Path), []string{"lock", tt.file}) {
				t.Errorf("it is in %q of %q", got, namesIn(t, d.Path))
			}
			after, err := settled.Digests(t.Context())
			if err != nil || !slices.Equal(before, after) {
				t.Errorf("the digest is %q and then %q, %v", before, after, err)
			}
			if got := usernames(t, settled, 0); !slices.Equal(got, []string{"ann", "bob"}) || settled.Unchanged() != nil {
				t.Errorf("it has %q; %v", got, settled.Unchanged())
			}
			if err := os.WriteFile(d.File(tt.file), []byte(strings.Repeat("x", len(tt.stdin))), 0o600); err != nil {
				t.Fatal(err)
			}
			if settled.Unchanged() == nil {
				t.Error("what was confirmed may change")
			}
			if got, err := settled.Digests(t.Context()); !strings.Contains(fmt.Sprint(err), "changed since it was opened") {
				t.Errorf("what was read may change: %q, %v", got, err)
			}
		})
	}
}

// TestSettledIsSealed: what was read where standard input arrived holds at its final place.
func TestSettledIsSealed(t *testing.T) {
	d := runDir(t)
	arrived, err := opened(t, Spec{Paths: []string{rundir.Stdin}}).Spool(t.Context(), strings.NewReader(tiers), d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := arrived.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	settled, err := arrived.Settled(d)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(d.File("stdin.csv"))
	if err == nil {
		err = errors.Join(os.WriteFile(d.File("stdin.csv"), []byte(strings.ToUpper(tiers)), 0o600),
			os.Chtimes(d.File("stdin.csv"), info.ModTime(), info.ModTime()))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := settled.Digests(t.Context()); !strings.Contains(fmt.Sprint(err), "changed since it was opened") {
		t.Errorf("read again: %q, %v", got, err)
	}
}

// TestSpoolRefuses: what comes by standard input and is no change set leaves the copy of an earlier start alone.
func TestSpoolRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stdin io.Reader
		want  string
	}{
		{"nothing", strings.NewReader(""), "standard input is empty"},
		{"no header of a change set", strings.NewReader("a,b\n1,2\n"), "no column names the user"},
		{"access tokens that are not wanted", strings.NewReader("access_token,locale\nTTT,de\n"), "standard input (-) has access tokens, and would be kept in "},
		{"access tokens as a header", strings.NewReader("eyJhIjoxfQ.eyJhIjoxfQ.eA,locale\n"), "standard input (-) has access tokens, and would be kept in "},
		{"a token in another column", strings.NewReader("username,_jwt,locale\nann,,de\nbob,eyJhIjoxfQ.eyJhIjoxfQ.eA,de\n"), "standard input (-) has access tokens (line 3), and would be kept in "},
		{"a token in JSON lines", strings.NewReader(`{"username":"ann","access_token":"TTT","attributes":{"locale":"de"}}`), "standard input (-) has access tokens (line 1), and would be kept in "},
		{"a line cut short that names a token", strings.NewReader(`{"username":"ann","access_token":"TTT","attr`), "standard input (-) may have access tokens (line 1, which cannot be decoded), and would be kept in "},
		{"damage", strings.NewReader("username,locale\nann,\"de\n"), "standard input:2: a quote is left open"},
		{"a reader that fails", io.MultiReader(strings.NewReader(tiers), broken{}), "keep standard input: made up"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := runDir(t)
			if err := os.WriteFile(d.File("stdin.csv"), []byte(tiers), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := opened(t, Spec{Paths: []string{rundir.Stdin}}).Spool(t.Context(), tt.stdin, d)
			if !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if kept, _ := os.ReadFile(d.File("stdin.csv")); string(kept) != tiers {
				t.Errorf("of the earlier start there is %q", kept)
			}
			if got := namesIn(t, d.Path); !slices.Equal(got, []string{"lock", "stdin.csv"}) {
				t.Errorf("there are %q", got)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, end := io.Pipe()
	defer end.Close()
	d := runDir(t)
	if err := os.WriteFile(d.File(rundir.Incoming+"stdin.tmp"), []byte(tiers), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(t, Spec{Paths: []string{rundir.Stdin}}).Spool(ctx, silent, d); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if got := namesIn(t, d.Path); !slices.Equal(got, []string{"lock"}) {
		t.Errorf("interrupted: there are %q", got)
	}
}

// TestSpoolKeepsDamaged: what has no token in it and is damaged in a late row is kept, under the name that the error says; what may have one
// is not.
func TestSpoolKeepsDamaged(t *testing.T) {
	gzipped := func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
	var long strings.Builder
	long.WriteString("username,locale\n")
	for i := range 100_000 {
		fmt.Fprintf(&long, "user-%d,de\n", i*i)
	}
	cut := packed(t, long.String(), gzipped)
	for _, tt := range []struct{ name, stdin, file, want string }{
		{"a quote", "username,locale\nann,de\nbob,\"de\n", "stdin.csv", "stdin.csv:3: a quote is left open"},
		{"packed", packed(t, "username,locale\nann,de\nbob,\"de\n", gzipped), "stdin.csv.gz", "stdin.csv.gz:3: a quote is left open"},
		{"packed, and cut short", cut[:len(cut)-9], "", "standard input"},
		{"a token behind it", "username,_jwt\nann,x\nbob,\"x\neve,eyJhIjoxfQ.eyJhIjoxfQ.eA\n", "", "standard input:3: a quote is left open"},
		{"the name of one", "username,locale,metadata:access_token\nann,de,\nbob,\"TTT\n", "", "standard input:3: a quote is left open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := runDir(t)
			_, err := opened(t, Spec{Paths: []string{rundir.Stdin}}).Spool(t.Context(), strings.NewReader(tt.stdin), d)
			e, ok := errors.AsType[*sources.FileError](err)
			if !ok || !strings.HasPrefix(strings.TrimPrefix(err.Error(), d.Path+string(filepath.Separator)), tt.want) {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			want := []string{"lock"}
			if tt.file != "" {
				want = append(want, tt.file)
			}
			if got := namesIn(t, d.Path); !slices.Equal(got, want) {
				t.Errorf("there are %q, want %q", got, want)
			}
			if told := strings.Contains(e.Hint(), "standard input is not kept: write it to a file first"); told != (tt.file == "") {
				t.Errorf("hint: %s", e.Hint())
			}
		})
	}
}

// TestSpoolRemoves: what a start that was killed has left of standard input, which may have tokens in it, goes with the next start, of a file
// too.
func TestSpoolRemoves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tiers.csv")
	if err := os.WriteFile(file, []byte(tiers), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, input string }{{"a file", file}, {"standard input", rundir.Stdin}} {
		t.Run(tt.name, func(t *testing.T) {
			d := runDir(t)
			for _, left := range []string{"stdin.csv", rundir.Incoming + "stdin.tmp", rundir.Incoming + "stdin", rundir.Incoming + "stdin.jsonl.gz"} {
				if err := os.WriteFile(d.File(left), []byte(tiers), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			arrived, err := opened(t, Spec{Paths: []string{tt.input}}).Spool(t.Context(), strings.NewReader(tiers), d)
			if err == nil {
				_, err = arrived.Settled(d)
			}
			if got := namesIn(t, d.Path); err != nil || !slices.Equal(got, []string{"lock", "stdin.csv"}) {
				t.Errorf("there are %q, %v", got, err)
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("made up") }

// TestOpenRefuses: standard input stands alone.
func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec Spec
		want string
	}{
		{"beside a file", Spec{Paths: []string{"tiers.csv", rundir.Stdin}}, "standard input (-) cannot be read together with other inputs"},
		{"of which some failed", Spec{Paths: []string{rundir.Stdin}, OnlyFailed: "tiers.run"}, "--only-failed needs the files of that run, not standard input"},
		{"a file that is not there", Spec{Paths: []string{filepath.Join(t.TempDir(), "tiers.csv")}}, "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Open(t.Context(), tt.spec); !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestSetIsNotModified: what a set becomes is another one; the one that it was made of stays as it is.
func TestSetIsNotModified(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.csv")
	if err := os.WriteFile(path, []byte(tiers), 0o600); err != nil {
		t.Fatal(err)
	}
	set := opened(t, Spec{Paths: []string{path}})
	known := set.Known([]string{"as it was named"})
	for _, tt := range []struct {
		name string
		set  *Set
		want string
	}{{"the set", set, path + ":2"}, {"known by another name", known, "as it was named:2"}} {
		in, err := tt.set.Read()
		if err != nil {
			t.Fatal(err)
		}
		c, err := in.Next(t.Context())
		if err != nil || c.Place() != tt.want {
			t.Errorf("%s: %v, %v", tt.name, c.Place(), err)
		}
		in.Close()
	}
	set.Paths()[0] = "another"
	if set.Paths()[0] != path || set.Decoding().Format != sources.CSV || set.Noun() != "row" {
		t.Errorf("%q, %v, %s", set.Paths(), set.Decoding().Format, set.Noun())
	}
	if got := usernames(t, set, 1); !slices.Equal(got, []string{"ann"}) {
		t.Errorf("of one record there is %q", got)
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

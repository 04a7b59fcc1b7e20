package rundir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// interrupted is a file system on which somebody comes before a rename.
type interrupted struct {
	disk.FS
	come func()
}

func (i interrupted) Rename(from, to string) error {
	i.come()
	return i.FS.Rename(from, to)
}

// put writes an empty file.
func put(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUnmade: a start that did not begin takes with it the directories that it made, and nothing that people look for
// or that was there.
func TestUnmade(t *testing.T) {
	for _, tt := range []struct {
		name  string
		there string // a directory that is there before
		in    string // a file that comes into the run directory
		begun bool
		left  string
	}{
		{name: "refused"},
		{name: "a rehearsal that is refused", in: Journal},
		{name: "begun", begun: true, left: "in/for/tiers.plan/lock"},
		{name: "a directory that was there", there: "in/for/tiers.plan", left: "in/for/tiers.plan/lock"},
		{name: "a parent that was there", there: "in", left: "in"},
		{name: "a parent in which another run lies", there: "in/for/other.plan", left: "in/for/other.plan"},
		{name: "with what an error has named", in: "stdin.csv", left: "in/for/tiers.plan/lock in/for/tiers.plan/stdin.csv"},
		{name: "with what was asked of it", in: AskedJSON, left: "in/for/tiers.plan/control.json in/for/tiers.plan/lock"},
	} {
		for _, pins := range []bool{Local().Pins, true} {
			t.Run(tt.name, func(t *testing.T) {
				t.Chdir(t.TempDir())
				if tt.there != "" {
					if err := os.MkdirAll(tt.there, 0o700); err != nil {
						t.Fatal(err)
					}
				}
				d, err := Volume{FS: disk.OS{}, Pins: pins}.Open("in/for/tiers.plan")
				if err != nil {
					t.Fatal(err)
				}
				if tt.in != "" {
					put(t, d.File(tt.in))
				}
				d.Refused = !tt.begun
				if err := d.Close(); err != nil {
					t.Error(err)
				}
				if got := leaves(t); got != tt.left {
					t.Errorf("there is %q, want %q", got, tt.left)
				}
			})
		}
	}
}

// leaves are the files below the working directory, and the directories with nothing in them.
func leaves(t *testing.T) string {
	t.Helper()
	var all string
	err := filepath.WalkDir(".", func(path string, e os.DirEntry, err error) error {
		if entries, _ := os.ReadDir(path); err == nil && len(entries) == 0 && path != "." {
			all += " " + filepath.ToSlash(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all[min(1, len(all)):]
}

// TestUnmadeOvertaken: whoever comes as the directory goes loses nothing.
func TestUnmadeOvertaken(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tiers.plan")
		ask := sync.OnceFunc(func() { put(t, filepath.Join(path, AskedJSON)) })
		d, err := Volume{FS: interrupted{disk.OS{}, ask}, Pins: Local().Pins}.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		d.Refused = true
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if got := namesIn(t, path); !slices.Equal(got, []string{AskedJSON, "lock"}) {
			t.Errorf("there is %q", got)
		}
	})
	t.Run("behind", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tiers.plan")
		var other *Dir
		d, err := Volume{FS: overtaken{disk.OS{}, func() { other, _ = Local().Open(path) }}, Pins: Local().Pins}.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		d.Refused = true
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if got := namesIn(t, filepath.Dir(path)); other == nil || !slices.Equal(got, []string{"tiers.plan"}) {
			t.Errorf("there is %q, and the other start has %v", got, other)
		}
		if _, held, _ := checkpoint.Holder(path); !held {
			t.Error("the directory is not the other start's")
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestUnmadeByMany: of starts that make one directory at once each has it, or is told that another has. What one has made
// and another has locked stays, as its own.
func TestUnmadeByMany(t *testing.T) {
	t.Chdir(t.TempDir())
	path := filepath.Join("in", "tiers.plan")
	const starts, times = 4, 20
	ended := make(chan error)
	for range starts {
		go func() {
			var wrong error
			for range times {
				d, err := Local().Open(path)
				if _, held := errors.AsType[*checkpoint.HeldError](err); held {
					continue
				}
				if err == nil {
					d.Refused = true
					_, err = os.Stat(d.File(checkpoint.LockName)) // nobody has taken it away
					err = errors.Join(err, d.Close())
				}
				wrong = errors.Join(wrong, err)
			}
			ended <- wrong
		}()
	}
	for range starts {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if got := leaves(t); !strings.HasPrefix("in/tiers.plan/lock", got) {
		t.Errorf("there is %q", got)
	}
}

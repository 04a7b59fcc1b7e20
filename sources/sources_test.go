package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// bufferSize is how much of an input is read at once.
const bufferSize = 64 << 10

// smallRecord is a limit of records that is met with less than the true one: 192 KiB, more than is read at once.
const smallRecord = 3 * bufferSize

// read opens inputs and reads them to their end or to the error that ends them.
func read(tb testing.TB, opts Options, paths ...string) ([]*Change, error) {
	tb.Helper()
	f, err := Open(paths, opts)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return rest(f)
}

// rest reads what is left of a change set.
func rest(f *Files) ([]*Change, error) {
	var changes []*Change
	for {
		c, err := f.Next(context.Background())
		if err == io.EOF {
			return changes, nil
		}
		if err != nil {
			return changes, err
		}
		changes = append(changes, c)
	}
}

// show writes a record on one line, for comparison with what a test wants.
func show(c *Change) string {
	if c.Err != nil {
		var failed *RecordError
		if !errors.As(c.Err, &failed) || failed.Class() != "input" || failed.Code() == "" {
			return fmt.Sprintf("%d: strange error %v", c.Line, c.Err)
		}
		return fmt.Sprintf("%d: %s! %s", c.Line, failed.Code(), failed)
	}
	parts := []string{fmt.Sprintf("%d: %s", c.Line, c.Username)}
	for _, a := range c.Attributes {
		parts = append(parts, showAttribute(a))
	}
	for _, a := range c.Expect {
		parts = append(parts, "expect:"+showAttribute(a))
	}
	if c.Order != "" {
		parts = append(parts, "order:"+c.Order)
	}
	if c.ClientMetadata != nil {
		parts = append(parts, fmt.Sprint(c.ClientMetadata))
	}
	return strings.Join(parts, " ")
}

func showAttribute(a Attribute) string {
	if a.Delete {
		return a.Name + "=-" + a.Value
	}
	return fmt.Sprintf("%s=%q", a.Name, a.Value)
}

func showAll(changes []*Change) string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, show(c))
	}
	return strings.Join(lines, "\n")
}

// check reads a text under a name and compares its records.
func check(t *testing.T, name, text string, opts Options, want ...string) {
	t.Helper()
	changes, err := read(t, opts, write(t, name, text))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := showAll(changes), strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// refused checks that err refuses the file at a place (":line") with a text and a hint.
func refused(t *testing.T, err error, file, want, hint string) {
	t.Helper()
	var refusal *FileError
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a *FileError: %s", err, want)
	}
	if got := strings.TrimPrefix(refusal.Error(), file); got != want || refusal.File != file {
		t.Errorf("got  %q\nwant %q", refusal.Error(), file+want)
	}
	if !strings.Contains(refusal.Hint(), hint) || hint != "" && refusal.Hint() == "" {
		t.Errorf("hint %q does not contain %q", refusal.Hint(), hint)
	}
}

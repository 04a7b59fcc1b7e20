package records

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// start is where the bytes of an input begin.
var start = Mark{Line: 1}

// Limits of records: one that is not met, and one that is, by more than is read at once.
const (
	large = 4 << 20
	small = 3 * bufferSize
)

// fataler is what testing.T and rapid.T have in common here.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// all reads the records of a finder to their end.
func all(finder interface{ Next() (Record, error) }) (records []Record, err error) {
	for {
		r, err := finder.Next()
		if err == io.EOF {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		r.Text = []byte(string(r.Text))
		records = append(records, r)
	}
}

// show writes records for people, one a line: from line:byte to line:byte, and the text.
func show(records []Record) string {
	var lines []string
	for _, r := range records {
		lines = append(lines, fmt.Sprintf("%d:%d-%d:%d %q", r.Begin.Line, r.Begin.Offset, r.After.Line, r.After.Offset, r.Text))
	}
	return strings.Join(lines, "\n")
}

// checkPlaces checks that records stand where they say, one behind the other.
func checkPlaces(t fataler, text string, records []Record) {
	t.Helper()
	last := start
	for _, r := range records {
		if r.Begin.Offset < last.Offset || text[r.Begin.Offset:r.After.Offset] != string(r.Text) {
			t.Fatalf("not in its place behind %v: %s", last, show([]Record{r}))
		}
		for _, m := range []Mark{r.Begin, r.After} {
			if want := 1 + strings.Count(text[:m.Offset], "\n"); m.Line != want && !strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
				t.Fatalf("%v is in line %d", m, want)
			}
		}
		if column := int(r.Begin.Offset) - strings.LastIndexByte(text[:r.Begin.Offset], '\n'); r.Column != 0 && r.Column != column {
			t.Fatalf("in column %d, not %d: %s", column, r.Column, show([]Record{r}))
		}
		last = r.After
	}
}

// damaged checks that err is damage at a place, line:column, with a text and a remedy.
func damaged(t *testing.T, err error, want, remedy string) {
	t.Helper()
	damage, ok := errors.AsType[*Damage](err)
	if !ok {
		t.Fatalf("got %v, want damage: %s", err, want)
	}
	place := fmt.Sprint(damage.Line)
	if damage.Column > 0 {
		place += fmt.Sprint(":", damage.Column)
	}
	if got := place + ": " + damage.Error(); got != want || !strings.Contains(damage.Remedy, remedy) {
		t.Errorf("got  %s (%s)\nwant %s (%s)", got, damage.Remedy, want, remedy)
	}
}

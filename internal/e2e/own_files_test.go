package e2e

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// oddPeople have values that nobody would write today: they were in the pool, and are nobody's mistake now.
var oddPeople = []sandbox.User{
	person("ann", "custom:note", " NULL ", "email", "ann@example.com", "email_verified", "True", "custom:flag", "TRUE"),
	person("bob", "custom:note", "go\u200bld", "custom:tier", "nan", "email", "bob@example.com", "email_verified", "False"),
	person("cat", "custom:note", "#REF!", "custom:tier", "\ufffd", "custom:flag", "False"),
}

// TestUndoOfOddValues: what was in the pool goes back as it was, unchecked and untold, also where it is asked to be strict.
func TestUndoOfOddValues(t *testing.T) {
	for _, flags := range []string{"", "--strict"} {
		t.Run(flags, func(t *testing.T) {
			r := newTrial(t, cellPool, oddPeople)
			before := r.users()
			write(t, "x.csv", "username,custom:note,custom:tier,email_verified,custom:flag\nann,a,gold,false,false\nbob,b,gold,true,\ncat,c,gold,,true\n")
			r.apply("x.csv")
			if maps.EqualFunc(before, r.users(), maps.Equal) {
				t.Fatal("nothing was changed")
			}
			r.run(append(strings.Fields(flags), "x.run/undo.jsonl")...)
			for kind, h := range r.hazards() {
				t.Errorf("the plan of the undo tells of %s: %s", kind, h.Text)
			}
			for _, fault := range r.faults {
				t.Error(fault)
			}
			if after := r.users(); !maps.EqualFunc(before, after, maps.Equal) {
				t.Errorf("the pool was %v and is %v\n%s", before, after, r.applied.stderr)
			}
		})
	}
}

// TestExportOfOddValues: an export changes nothing, whatever stands in the pool, as CSV and as JSON.
func TestExportOfOddValues(t *testing.T) {
	for _, flags := range []string{"", "--format jsonl", "--separator semicolon", "--separator tab"} {
		t.Run(flags, func(t *testing.T) {
			r := newTrial(t, cellPool, oddPeople)
			file := "users.csv"
			if strings.Contains(flags, "jsonl") {
				file = "users.jsonl"
			}
			if s := r.command("export", append(strings.Fields(flags), "-o", file)); s.code != 0 {
				t.Fatalf("export ends with %d: %s", s.code, s.stderr)
			}
			r.run(file)
			if s := r.planned; s.code != 0 || !strings.Contains(s.stdout, "no updates") {
				t.Errorf("plan ends with %d: %s%s", s.code, s.stdout, s.stderr)
			}
			if s := r.applied; s.code != 0 || !maps.EqualFunc(r.before, r.after, maps.Equal) {
				t.Errorf("apply ends with %d: %s%s", s.code, s.stdout, s.stderr)
			}
		})
	}
}

// TestKeepOfTruthInCapitals: a flag that is True is true, where it is kept, and goes back as it was.
func TestKeepOfTruthInCapitals(t *testing.T) {
	r := newTrial(t, cellPool, oddPeople)
	before := r.users()
	write(t, "x.csv", "username,email\nann,new@example.com\nbob,new-b@example.com\n")
	r.apply("--verified", "keep", "x.csv")
	got := flat(r.users())
	if got["ann email_verified"] != "true" || got["bob email_verified"] == "true" {
		t.Errorf("the flags are %s and %s", got["ann email_verified"], got["bob email_verified"])
	}
	r.apply("x.run/undo.jsonl")
	if after := r.users(); !maps.EqualFunc(before, after, maps.Equal) {
		t.Errorf("the pool was %v and is %v", before, after)
	}
}

// TestErrorsAreFedBack: the file of errors, applied as it is, says what the input said, cell by cell.
func TestErrorsAreFedBack(t *testing.T) {
	texts := []string{"01234", "=SUM(A1:A2)", `="01234"`, "+49", "-5", "@x", "1/2/2026", "TRUE", " a ", "a;b", "a,b", "a\tb", `a "b"`, "'x", "1e3", "Renée",
		"<delete>x", "two\nlines", "\ufeffx", `\N`, "NULL", "#N/A"}
	for name, separator := range map[string]rune{"commas": ',', "semicolons": ';', "tabs": '\t'} {
		t.Run(name, func(t *testing.T) {
			var people []sandbox.User
			rows := [][]string{{"username", "custom:note", "birthdate"}}
			for i, text := range texts {
				people = append(people, person(fmt.Sprintf("user-%02d", i)))
				rows = append(rows, []string{fmt.Sprintf("user-%02d", i), text, "17.03.1984"}) // each is refused for its date
			}
			r := newTrial(t, cellPool, people)
			write(t, "x.csv", separated(rows, separator))
			if s := r.command("apply", []string{"--yes", "--rate", "off", "--max-failures", "100%", "x.csv"}); s.code != exitFailed {
				t.Fatalf("apply ends with %d: %s", s.code, s.stderr)
			}
			if failed := r.failed(); len(failed) != len(texts) {
				t.Fatalf("%d failed: %v", len(failed), failed)
			}
			r.apply("--ignore", "birthdate", r.files("x.run/errors.*")[0])
			for i, text := range texts {
				want := text
				if text == `="01234"` {
					want = "01234" // which protects it from a spreadsheet
				}
				if got := r.users()[fmt.Sprintf("user-%02d", i)]["custom:note"]; got != want {
					t.Errorf("%q is %q", text, got)
				}
			}
		})
	}
}

// separated are rows as a spreadsheet saves them.
func separated(rows [][]string, separator rune) string {
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteRune(separator)
			}
			b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

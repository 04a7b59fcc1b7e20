package audit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// TestMarkerAsText: no option takes for empty what deletes, and the hint does not say so.
func TestMarkerAsText(t *testing.T) {
	for _, tt := range []struct {
		name, deletes string
		values        []string
		want          string
	}{
		{"with a blank", "<delete>", []string{"locale=<delete> "}, "to have <delete> delete: --trim"},
		{"with a blank, beside others", "<delete>", []string{"locale=<delete> ", "nickname=NULL"},
			"to have <delete> delete, and take other such cells for empty ones: --trim --empty-value NULL"},
		{"marked as a text", "<delete>", []string{"locale=<delete>"}, "<delete> deletes where it stands by itself in the cell of an attribute: leave the cell empty otherwise"},
		{"another one", "NULL", []string{"locale=NULL "}, "to have NULL delete: --trim"},
		{"where another one deletes", "NULL", []string{"locale=<delete> "}, "to take such cells for empty ones: --trim --empty-value '<delete>'"},
		{"where none deletes", "", []string{"locale=<delete> "}, "to take such cells for empty ones: --trim --empty-value '<delete>'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewPreflight(Terms{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema()}, Rate: 20, ReadRate: 80, Deletes: tt.deletes})
			_ = s.Add(record("amy", tt.values...))
			if w := s.Warnings()[0]; w.Kind != placeholder || w.Remedy != tt.want {
				t.Errorf("%s: %s, want %s", w.Kind, w.Remedy, tt.want)
			}
		})
	}
}

// What nobody meant, as a plan and as a preflight tell it.
func TestOddValues(t *testing.T) {
	cut, undone := record("amy", "locale=fr"), record("amy", "locale=NULL", "nickname= a ")
	cutShort := record("bob", "email=bob@exam")
	cut.Cut, cutShort.Cut, undone.Undo = true, true, true
	withMetadata := record("amy", "locale=fr")
	withMetadata.ClientMetadata = map[string]string{"job": "made-up ", "by": "NULL"}
	many := record("amy", "address=NULL", "family_name=nan", "given_name=N/A", "locale=-", "nickname=None")
	const trims = "\nhint: --trim takes blanks away from the ends of values"
	tests := []struct {
		name    string
		records []*sources.Change
		want    string
	}{
		{"nothing", []*sources.Change{record("amy", "locale=fr", "nickname=")}, ""},
		{"a placeholder", []*sources.Change{record("amy", "locale=NULL")},
			"placeholder: 1 value is a placeholder for no value: NULL (locale) [users.csv:2]\nhint: to take such cells for empty ones: --empty-value NULL"},
		{"placeholders of two records", []*sources.Change{record("amy", "locale=NULL", "nickname=#N/A"), record("bob", "locale=NULL")},
			"placeholder: 3 values are placeholders for no value: NULL, #N/A (locale, nickname) [users.csv:2 users.csv:2 users.csv:3]\nhint: to take such cells for empty ones: --empty-value NULL --empty-value '#N/A'"},
		{"more than a line holds", []*sources.Change{many},
			"placeholder: 5 values are placeholders for no value: NULL, nan, N/A, ... (address, family_name, given_name, ...) [users.csv:2 users.csv:2 users.csv:2]\n" +
				"hint: to take such cells for empty ones: --empty-value NULL --empty-value nan --empty-value N/A"},
		{"a blank", []*sources.Change{record("amy", "locale= fr")}, "blanks: 1 value begins or ends with a blank: U+0020 SPACE (locale) [users.csv:2]" + trims},
		{"blanks", []*sources.Change{record("amy", "locale= fr"), record("bob", "nickname=b\u00a0")},
			"blanks: 2 values begin or end with blanks: U+0020 SPACE, U+00A0 NO-BREAK SPACE (locale, nickname) [users.csv:2 users.csv:3]" + trims},
		{"an invisible character", []*sources.Change{record("amy", "locale=f\u200br")},
			"invisible: 1 value has an invisible character: U+200B ZERO WIDTH SPACE (locale) [users.csv:2]\nhint: take it out: it comes along where text is copied"},
		{"a control character", []*sources.Change{record("amy", "locale=f\tr"), record("bob", "locale=f\nr")},
			"control: 2 values have control characters: U+0009 TAB, U+000A LINE FEED (locale) [users.csv:2 users.csv:3]\nhint: take them out, unless these values are to have several lines"},
		{"a lost character", []*sources.Change{record("amy", "nickname=M\ufffdller")},
			"replacement: 1 value has replacement characters, or letters of a wrong encoding: U+FFFD REPLACEMENT CHARACTER (nickname) [users.csv:2]\nhint: write the file again from where it came, in UTF-8"},
		{"a spreadsheet", []*sources.Change{record("amy", "nickname=1.23457E+11"), record("bob", "nickname=#REF!")},
			"spreadsheet: 2 values look as if a spreadsheet had changed them (nickname) [users.csv:2 users.csv:3]\nhint: export these columns again, as text, and do not save them from a spreadsheet"},
		{"the last row is cut", []*sources.Change{cut}, "note cut-row: the last row has no line end: it may have been cut short [users.csv:2]\nhint: see whether the file is whole"},
		{"the last row is cut, and cannot be applied", []*sources.Change{cutShort}, "note cut-row: the last row has no line end: it may have been cut short [users.csv:2]\nhint: see whether the file is whole"},
		{"two inputs", []*sources.Change{cut, cutShort}, "note cut-row: the last rows of 2 inputs have no line end: they may have been cut short [users.csv:2 users.csv:3]\nhint: see whether the files are whole"},
		{"two kinds in one value", []*sources.Change{record("amy", "locale= NULL")},
			"placeholder: 1 value is a placeholder for no value: NULL (locale) [users.csv:2]\nhint: to take such cells for empty ones: --trim --empty-value NULL\n" +
				"blanks: 1 value begins or ends with a blank: U+0020 SPACE (locale) [users.csv:2]" + trims},
		{"a username", []*sources.Change{record("None", "locale=fr")}, "placeholder: 1 value is a placeholder for no value: None (username) [users.csv:2]\nhint: to take such cells for empty ones: --empty-value None"},
		{"client metadata", []*sources.Change{withMetadata},
			"placeholder: 1 value is a placeholder for no value: NULL (metadata:by) [users.csv:2]\nhint: to take such cells for empty ones: --empty-value NULL\n" +
				"blanks: 1 value begins or ends with a blank: U+0020 SPACE (metadata:job) [users.csv:2]" + trims},
		{"what was in the pool", []*sources.Change{undone}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pool := cognito.Pool{Triggers: []string{"CustomMessage"}}
			live := &users{list: []cognito.User{person("amy"), person("bob"), person("None")}}
			planned, _ := planned(t, pool, Scan, Options{}, live, changes(tt.records...))
			if got := odd(planned.Warnings); got != tt.want {
				t.Errorf("planned\n%s\nwant\n%s", got, tt.want)
			}
			if got := odd(preflown(Terms{Pool: &pool}, changes(tt.records...)).Warnings()); got != tt.want {
				t.Errorf("foreseen\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// odd writes warnings with their kinds and places.
func odd(list []Warning) string {
	var lines []string
	for _, w := range list {
		head := w.Kind
		if w.Note {
			head = "note " + head
		}
		if !w.Located {
			head = "nowhere " + head
		}
		lines = append(lines, head+": "+w.Text+" ["+strings.Join(w.Examples, " ")+"]\nhint: "+w.Remedy)
	}
	return strings.Join(lines, "\n")
}

// A plan tells of what would be written alone: neither of what is there already nor of what fails.
func TestOddValuesThatAreNotWritten(t *testing.T) {
	live := &users{list: []cognito.User{person("amy", "locale=NULL"), person("bob", "locale=de")}}
	for _, tt := range []struct {
		name   string
		record *sources.Change
	}{
		{"it is there already", record("amy", "locale=NULL")},
		{"the user is missing", record("cat", "locale=NULL")},
		{"a conflict", record("bob", "locale=NULL", "?locale=fr")},
		{"invalid", record("bob", "locale=NULL", "custom:tier=01234567890")},
		{"expected", record("bob", "locale=de", "?locale=NULL")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := planned(t, cognito.Pool{}, Scan, Options{}, live, changes(tt.record))
			if len(r.Warnings) > 0 {
				t.Errorf("%s", odd(r.Warnings))
			}
		})
	}
}

// Where there are more than a warning names, the rows of audit.csv have them all.
func TestOddValuesInRows(t *testing.T) {
	live := &users{list: []cognito.User{person("amy"), person("bob")}}
	_, out := planned(t, cognito.Pool{}, Scan, Options{}, live,
		changes(record("amy", "locale=x"), record("amy", "locale= NULL"), record("bob", "locale=f\u200br", "nickname=b")))
	want := `users.csv:2 amy locale duplicate "">"x" users.csv:3, of the same user, comes after it; the net change stands
users.csv:3 amy locale change "">" NULL" the net change of 2 records of this user; the value begins with a blank: U+0020 SPACE at character 1; the value is a placeholder for no value
users.csv:4 bob locale change "">"f\u200br" the value has an invisible character: U+200B ZERO WIDTH SPACE at character 2
users.csv:4 bob nickname change "">"b" `
	if got := strings.Join(out.rows, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is told without --strict is what is refused with it.
func TestStrictRefusesWhatIsTold(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab N/AULL-#E+19\u00a0\t\u200b\ufffdÃ¼\u200d💻é")), 0, 6, -1)
	pool := &cognito.Pool{ID: poolID, Schema: exampleSchema()}
	rapid.Check(t, func(rt *rapid.T) {
		c := record("amy", "locale="+text.Draw(rt, "locale"), "nickname="+text.Draw(rt, "nickname"))
		strict := (Terms{Pool: pool, Strict: true}).Check(c)
		told := preflown(Terms{Pool: pool}, changes(c)).Warnings()
		if (strict != nil) != (len(told) > 0) {
			rt.Fatalf("%v: refused as %v, told as\n%s", c.Attributes, strict, odd(told))
		}
	})
}

// With strict terms such a record is refused, in a plan and in a preflight; what was in the pool is not.
func TestStrict(t *testing.T) {
	pool := &cognito.Pool{ID: poolID, Schema: exampleSchema()}
	undone := record("cat", "locale=NULL")
	undone.Undo = true
	set := func() *changeSet {
		return changes(record("amy", "locale=NULL"), record("bob", "locale=fr"), undone, record("None", "locale=fr"))
	}
	s := preflown(Terms{Pool: pool, Strict: true}, set())
	want := "users.csv:2: locale: value is a placeholder for no value\nusers.csv:5: username: value is a placeholder for no value"
	if got := strings.Join(s.Examples, "\n"); got != want || s.Bad != 2 || len(s.Warnings()) > 0 {
		t.Errorf("%d bad:\n%s\n%v", s.Bad, got, s.Warnings())
	}
	out := &output{}
	r, err := Plan(t.Context(), Config{Pool: pool, Changes: set(), Writer: out, Read: None, Strict: true})
	if err != nil || strings.Join(r.Examples, "\n") != want || r.Verdicts.Invalid != 2 || r.Verdicts.Change != 2 || len(r.Warnings) > 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

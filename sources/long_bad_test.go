package sources

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLongRecordIsOne has a bad row spoil its record, and a row that is nobody's the records on both sides.
func TestLongRecordIsOne(t *testing.T) {
	const (
		ragged   = `MalformedRow! the row has 4 cells, the header has 3`
		nobody   = `MissingUsername! username: the cell is empty, so the row names no user`
		behind   = `SpoiledRecord! the row behind it (line %d) may be one of this record: it does not say whose it is`
		spelling = `SpoiledRecord! its rows spell the user in two ways, which differ in blanks or invisible characters (line %d)`
	)
	tests := []struct {
		name   string
		header string
		rows   string
		opts   Options
		want   []string
	}{
		{"a ragged row in the middle", "", "ann,email,a@example.com\nann,note,a,b\nann,email_verified,true\nbob,a,1\n", Options{},
			[]string{"2: " + ragged + " (line 3)", `5: bob a="1"`}},
		{"a ragged row first, with the precondition", "", "ann,expect:tier,silver, please\nann,tier,gold\n", Options{}, []string{"2: " + ragged + " (line 2)"}},
		{"a ragged row last", "", "ann,tier,gold\nann,expect:tier,silver, please\nbob,a,1\n", Options{}, []string{"2: " + ragged + " (line 3)", `4: bob a="1"`}},
		{"ragged rows of another user", "", "ann,a,1\nbob,a,1,2\nbob,b,1,2\ncat,a,1\n", Options{},
			[]string{`2: ann a="1"`, "3: " + ragged + " (line 3)", `5: cat a="1"`}},
		{"ragged rows of two users", "", "ann,a,1,2\nbob,a,1,2\n", Options{}, []string{"2: " + ragged, "3: " + ragged}},
		{"a user whose name begins as another's", "", "ann,a,1\nann-2,a,1,2\n", Options{}, []string{`2: ann a="1"`, "3: " + ragged}},
		{"the rest of a value with a line end", "", "ann,note,one\ntwo\nann,expect:tier,silver\nbob,a,1\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: MalformedRow! the row has 1 cell, the header has 3 (line 3)", `5: bob a="1"`}},
		{"a row too short", "", "ann,a,1\nann,b\nann,c,3\n", Options{}, []string{"2: MalformedRow! the row has 2 cells, the header has 3 (line 3)"}},
		{"a stray quote", "", "ann,a,1\nann,b,x\"y\nbob,a,1\n", Options{},
			[]string{"2: MalformedRow! column 8: a quote in the middle of a cell (line 3)", `4: bob a="1"`}},
		{"a stray quote behind the user", "", "ann,a,1\n\"ann\"x,b,y\nbob,a,1\n", Options{},
			[]string{"2: MalformedRow! column 5: a quote in the middle of a cell (line 3)", `4: bob a="1"`}},
		{"a stray quote in the user", "", "ann,a,1\n\"b\"ob,b,y\ncat,a,1\ndan,a,1\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: MalformedRow! column 3: a quote in the middle of a cell (line 3)", `5: dan a="1"`}},
		{"a comma in the user", "", "\"a,b\",tier,gold\na,b,expect:tier,silver\ncat,a,1\n", Options{}, []string{"2: " + ragged + " (line 3)", `4: cat a="1"`}},
		{"bad text", "", "ann,a,1\nann,b,\xff\nann,c,3\nbob,a,1\n", Options{}, []string{"2: InvalidText! value: not UTF-8 (line 3)", `5: bob a="1"`}},
		{"bad text in the user", "", "ann,a,1\nb\xffb,b,1\ncat,a,1\ndan,a,1\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: InvalidText! username: not UTF-8 (line 3)", `5: dan a="1"`}},
		{"no attribute", "", "ann,a,1\nann,,silver\nann,b,2\nbob,a,1\n", Options{}, []string{"2: MissingAttribute! attribute: the cell is empty (line 3)", `5: bob a="1"`}},
		{"no user", "", "ann,a,1\n,expect:a,0\nbob,a,1\nbob,b,2\ncat,a,1\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: " + nobody + " (line 3)", `6: cat a="1"`}},
		{"the user in the first row only", "", "ann,a,1\n,b,2\n,c,3\nbob,a,1\n,b,2\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: " + nobody, "4: " + nobody + " (line 4)", "6: " + nobody}},
		{"the user last", "attribute,value,username", "tier,gold,ann\nexpect:tier,silver, please,ann\nnote,x,ann\na,1,bob\n", Options{},
			[]string{"2: " + fmt.Sprintf(behind, 3), "3: " + ragged + " (line 3)", `5: bob a="1"`}},
		{"blanks at a name", "", "ann,tier,gold\nann ,expect:tier,silver\nbob,a,1\n", Options{}, []string{"2: " + fmt.Sprintf(spelling, 3), `4: bob a="1"`}},
		{"an invisible character at a name", "", "\u200bann,tier,gold\nann,expect:tier,silver\n", Options{}, []string{"2: " + fmt.Sprintf(spelling, 3)}},
		{"what a report could not decode", "username,attribute,value,_raw", "ann,a,1,\n,,,\"ann,b,2,3\"\nann,c,3,\nbob,a,1,\n", Options{},
			[]string{"2: MalformedRow! this row could not be decoded before (line 3)", `5: bob a="1"`}},
		{"what a report could not decode, its columns first", "_line,_raw,username,attribute,value", "2,,ann,a,1\n3,\"ann,b,2,3\",,,\n4,,bob,a,1\n", Options{},
			[]string{"2: MalformedRow! this row could not be decoded before (line 3)", `4: bob a="1"`}},
		{"what a report could not decode, mended", "username,attribute,value,_raw", "ann,a,1,\nann,b,2 3,\"ann,b,2,3\"\n", Options{}, []string{`2: ann a="1" b="2 3"`}},
		{"a report without tokens", "access_token,attribute,value", "<redacted>,a,1\n<redacted>,b,2\n", Options{Tokens: true},
			[]string{"2: RedactedToken! access_token: this is a report, which keeps no access tokens", "3: RedactedToken! access_token: this is a report, which keeps no access tokens"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := tt.header
			if header == "" {
				header = "username,attribute,value"
			}
			check(t, "users.csv", header+"\n"+tt.rows, tt.opts, tt.want...)
		})
	}
}

// TestBadRowsSayWhy has the reason on the rows at fault.
func TestBadRowsSayWhy(t *testing.T) {
	changes, err := read(t, Options{}, write(t, "users.csv", "username,attribute,value\nann,a,1\nann,b,2,3\nann,,4\nann,c,5\n"))
	if err != nil || len(changes) != 1 {
		t.Fatal(changes, err)
	}
	var got []string
	for _, r := range changes[0].Rows {
		text := "-"
		if r.Bad != nil {
			text = fmt.Sprintf("%v %q", r.Bad.Err, r.Bad.Text)
		}
		got = append(got, fmt.Sprintf("%d %d %s", r.Line, len(r.Cells), text))
	}
	want := "2 3 -\n" + `3 0 the row has 4 cells, the header has 3 "ann,b,2,3"` + "\n" + `4 3 attribute: the cell is empty ""` + "\n5 3 -"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

var longPieces = []string{"ann,a,1\n", "ann,expect:a,0\n", "bob,a,1\n", "bob,b,2\n", "ann,a,1,2\n", "bob,a,1,2\n", "bob,a\n", "rest\n", ",a,1\n", "\"b\"ob,a,1\n", "ann,,1\n", "ann ,a,1\n", "a\xff,a,1\n", "bob,a,\xff\n"}

// TestLongFromAnywhere reads the records behind each record as they are read from the beginning, and takes none of them apart:
// no record is sent beside a row that is bad and may be one of its own.
func TestLongFromAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.SampledFrom(longPieces), 0, 12).Draw(rt, "rows")
		path := write(t, "users.csv", "username,attribute,value\n"+strings.Join(rows, ""))
		all, err := read(t, Options{}, path)
		if err != nil {
			rt.Fatal(err)
		}
		line := 2
		for i, c := range all {
			if c.Line != line {
				rt.Fatalf("record %d begins on line %d, want %d", i, c.Line, line)
			}
			line += len(c.Rows)
			if len(c.Rows) == 0 {
				rt.Fatalf("record %d has no rows", i)
			}
			goesOn(rt, path, c, all[i+1:])
			sentAlone(rt, c, rows)
		}
		if line != len(rows)+2 {
			rt.Fatalf("%d rows were read of %d", line-2, len(rows))
		}
	})
}

// goesOn reads behind a record.
func goesOn(t *rapid.T, path string, c *Change, want []*Change) {
	f, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Resume(c.After); err != nil {
		t.Fatal(err)
	}
	got, err := rest(f)
	if err != nil && err != io.EOF || showAll(got) != showAll(want) {
		t.Fatalf("behind line %d: %v\n%s\nwant\n%s", c.Line, err, showAll(got), showAll(want))
	}
}

// sentAlone checks of a record that is sent that no row of it, or beside it, is bad and may be its own.
func sentAlone(t *rapid.T, c *Change, rows []string) {
	if c.Err != nil {
		return
	}
	first := c.Line - 2
	for i := max(first-1, 0); i < min(first+len(c.Rows)+1, len(rows)); i++ {
		user, _, _ := strings.Cut(rows[i], ",")
		other := (strings.TrimSpace(user) == "ann" || user == "ann" || user == "bob") && strings.TrimSpace(user) != c.Username
		good := strings.Count(rows[i], ",") == 2 && !strings.Contains(rows[i], "\"") && !strings.Contains(rows[i], "\xff") && !strings.Contains(rows[i], ",,") && user == c.Username
		if !other && !good {
			t.Fatalf("the record of line %d is sent beside row %q", c.Line, rows[i])
		}
	}
}

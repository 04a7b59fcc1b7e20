package records

import (
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// rowsOf reads the rows of a CSV to their end.
func rowsOf(c *CSV) (rows []Row, err error) {
	for {
		r, err := c.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		r.Text = slices.Clone(r.Text)
		rows = append(rows, r)
	}
}

func recordsOf(rows []Row) (records []Record) {
	for _, r := range rows {
		records = append(records, r.Record)
	}
	return records
}

var rowPieces = []string{"ann,1\n", "\"b\"\"b\",\"2\n3\"\n", "cat,\"a,b\"\r\n", "\n", "\r\n", "ragged\n", "dan,x\"y\n", "dan,\"x\"y\n",
	"eve,\xff\n", " ,\n", "fay,\"\r\n\n\"\r\n", "gus,\"\r\"\"\r\n\"\r\r\n", "hal,4\r", "\r", "ivy,\"a\rb\"\r", ",,,\n",
	"\xff,\"\r\n\xff\r\xff\n\"\n", "open,\"\n", "last,2", strings.Repeat("x", bufferSize) + ",1\n"}

// TestRowsAtRandom finds rows that a csv.Reader finds in their text, and goes on behind some of them.
func TestRowsAtRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkRows(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(rowPieces), 0, 20).Draw(t, "pieces"), ""))
	})
}

func FuzzRows(f *testing.F) {
	f.Add(strings.Join(rowPieces[:len(rowPieces)-1], "")) // the last is too long to be tried often

	// A byte of the file's own that is keptCR, before a line feed, as a carriage return would be.
	const looksLikeAReturn = ",\"\xff\n\""
	f.Add(looksLikeAReturn)

	f.Fuzz(func(t *testing.T, text string) { checkRows(t, text) })
}

func checkRows(t fataler, text string) {
	c := NewCSV(',', 2, large)
	from := func(at Mark) ([]Row, error) {
		c.Begin(strings.NewReader(text[at.Offset:]), at)
		return rowsOf(c)
	}
	want, end := from(start)
	checkPlaces(t, text, recordsOf(want))
	for _, r := range want {
		reader := csv.NewReader(strings.NewReader(string(r.Trimmed())))
		reader.FieldsPerRecord = 2
		cells, err := reader.Read()
		if (err == nil) != (r.Bad == nil) || err == nil && !slices.Equal(cells, asReader(r)) || err != nil && r.Cells != nil {
			t.Fatalf("%s: %q, want %q, %v", show([]Record{r.Record}), r.Cells, cells, err)
		}
	}
	for i := 0; i < len(want); i += 1 + len(want)/10 {
		r := want[i]
		got, err := from(r.After)
		if placeless(err) != placeless(end) || len(got)+len(want[i+1:]) > 0 && !reflect.DeepEqual(got, want[i+1:]) {
			t.Fatalf("from %v on: %v\n%s\nwant %v", r.After, err, show(recordsOf(got)), end)
		}
	}
}

// asReader is what a csv.Reader makes of the cells of a row: it drops carriage returns before line feeds in quotes.
func asReader(r Row) (cells []string) {
	for _, cell := range r.Cells {
		cells = append(cells, strings.ReplaceAll(cell, "\r\n", "\n"))
	}
	return cells
}

// TestLineEnds has rows that end in every way, all in one file.
func TestLineEnds(t *testing.T) {
	for _, tt := range []struct {
		name, end string
	}{
		{"line feed", "\n"},
		{"carriage return and line feed", "\r\n"},
		{"two carriage returns", "\r\r\n"},
		{"many", strings.Repeat("\r", maxReturns) + "\n"},
		{"carriage return", "\r"},
		{"the other way round", "\n\r"},
		{"each row otherwise", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ends := slices.Repeat([]string{tt.end}, 4)
			if tt.end == "" {
				ends = []string{"\n", "\r", "\r\n", "\r\r\r\n"}
			}
			rows := []string{`ann,1`, `"b,b","2"`, `cy,3`, `"di",""`}
			var text strings.Builder
			for i, row := range rows {
				text.WriteString(row + ends[i] + ends[i])
			}
			c := NewCSV(',', 2, small)
			c.Begin(iotest.OneByteReader(strings.NewReader(text.String())), start)
			got, err := rowsOf(c)
			if err != nil || len(got) != len(rows) {
				t.Fatal(show(recordsOf(got)), err)
			}
			for i, r := range got {
				if line := 1 + 2*i; r.Bad != nil || r.Begin.Line != line || r.After.Line != line+1 || string(r.Trimmed()) != rows[i] || r.Cut {
					t.Errorf("row %d: %s %v", i, show(recordsOf(got[i:i+1])), r.Bad)
				}
			}
			c.Begin(strings.NewReader(text.String()[got[1].After.Offset:]), got[1].After)
			if again, err := rowsOf(c); err != nil || !reflect.DeepEqual(again, got[2:]) {
				t.Errorf("from there on: %s %v", show(recordsOf(again)), err)
			}
		})
	}
}

func TestLineEndsInQuotes(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string // line-line: second cell
	}{
		{"line feeds", "a,\"1\n2\"\nb,3\n", []string{`1-3: "1\n2"`, `3-4: "3"`}},
		{"as Windows has them", "a,\"1\r\n2\"\r\nb,3\r\n", []string{`1-3: "1\r\n2"`, `3-4: "3"`}},
		{"as old Macs have them", "a,\"1\r2\r\"\rb,3\r", []string{`1-4: "1\r2\r"`, `4-5: "3"`}},
		{"carriage returns among line feeds", "a,\"\r1\r\r\n2\"\nb,3\n", []string{`1-3: "\r1\r\r\n2"`, `3-4: "3"`}},
		{"among bytes that look like a carriage return kept", "\xff,\"\r\n\xff\n\x80\r\xff\"\nb,\"\xff\n\"\r\n", []string{`1-4: "\r\n\xff\n\x80\r\xff"`, `4-6: "\xff\n"`}},
		{"behind an escaped quote", "a,\"\"\"\r\n\"\"\"\r\n", []string{`1-3: "\"\r\n\""`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCSV(',', 2, small)
			c.Begin(strings.NewReader(tt.text), start)
			rows, err := rowsOf(c)
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprintf("%d-%d: %q", r.Begin.Line, r.After.Line, r.Cells[1]))
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestBlankRows(t *testing.T) {
	const text = ",,,\r\n\" \"\r\n\nname,tier\n,\nann,gold\n\"\",\" \"\n,,,,,,,\n \t\nbob,tin\n,\n\n ,"
	c := NewCSV(',', 0, small)
	c.Begin(strings.NewReader(text), start)
	rows, err := rowsOf(c)
	if err != nil || len(rows) != 3 || rows[0].Begin.Line != 4 || rows[1].Cells[1] != "gold" || rows[2].Begin.Line != 10 || rows[2].Bad != nil {
		t.Fatal(show(recordsOf(rows)), err)
	}
	checkPlaces(t, text, recordsOf(rows))
}

func TestCutRows(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		cut        bool
		bad, hint  string
	}{
		{"a line end", "ann,1\n", false, "", ""},
		{"a carriage return", "ann,1\r", false, "", ""},
		{"none", "ann,1", true, "", ""},
		{"cells are missing", "ann", true, "the row has 1 cell, the header has 2, and the file ends in it", "cut short"},
		{"cells too many", "ann,1,2", true, "the row has 3 cells, the header has 2", "into quotes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCSV(',', 2, small)
			c.Begin(strings.NewReader("bob,2\n"+tt.text), start)
			rows, err := rowsOf(c)
			if err != nil || len(rows) != 2 || rows[0].Cut || rows[1].Cut != tt.cut {
				t.Fatal(rows, err)
			}
			if bad := rows[1].Bad; tt.bad != "" && (bad.Msg != tt.bad || !strings.Contains(bad.Hint, tt.hint)) || tt.bad == "" && bad != nil {
				t.Errorf("%+v", bad)
			}
		})
	}
}

func TestRowsThatAreBad(t *testing.T) {
	for _, tt := range []struct{ name, row, want, hint string }{
		{"a cell less", "ann\n", "the row has 1 cell, the header has 2", "into quotes"},
		{"a cell more", "ann,1,\"2\n\"\n", "the row has 3 cells, the header has 2", "into quotes"},
		{"a comma with a backslash", "ann,1 Road\\, Town\n", `the row has 3 cells, the header has 2, for a \ does not keep a separator in its cell`, `into quotes, without the \ before it`},
		{"a bare quote", "ann,x\"y\n", "column 6: a quote in the middle of a cell", "double each quote"},
		{"text behind a quote", "ann,\"x\"y\r\n", "column 7: a quote in the middle of a cell", "double each quote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCSV(',', 2, small)
			c.Begin(strings.NewReader(tt.row+"bob,1\n"), start)
			rows, err := rowsOf(c)
			if err != nil || len(rows) != 2 || rows[0].Bad == nil || rows[1].Bad != nil {
				t.Fatal(rows, err)
			}
			if bad := rows[0].Bad; bad.Msg != tt.want || !strings.Contains(bad.Hint, tt.hint) {
				t.Errorf("%s (%s)", bad.Msg, bad.Hint)
			}
			if got := rows[0]; string(got.Text) != tt.row || string(got.Trimmed()) != strings.TrimRight(tt.row, "\r\n") {
				t.Errorf("text %q", got.Text)
			}
		})
	}
}

func TestRowsRefused(t *testing.T) {
	huge := strings.Repeat("x", small)
	for _, tt := range []struct {
		name, text string
		rows       int
		want       string
	}{
		{"the file ends inside a quote", "ann,1\nbob,\"2\ncat,3\n", 1, "2: a quote is left open"},
		{"the last line ends inside a quote", "ann,1\nbob,\"2\r\n", 1, "2: a quote is left open"},
		{"the last line, cut short", "ann,1\nbob,\"2", 1, "2: a quote is left open"},
		{"closed by a quote in a later line", "ann,1\nbob,\"2\ncat,\"3\"\ndan,4\n", 1, "2: a quote is left open"},
		{"a bare quote after a quoted line end", "\"an\nn\",x\"y\nbob,1\n", 0, "1: a quote is left open"},
		{"a quote swallows more than a row may have", "ann,1\n\nbob,\"2\n" + strings.Repeat("cat,3\n", small/5), 1, "3: record is over 192 KiB"},
		{"too long", "ann," + huge + "\n", 0, "1: record is over 192 KiB"},
		{"too long, with a bare quote", "ann,\"\"x" + huge + huge + "\nbob,1\n", 0, "1: record is over 192 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCSV(',', 2, small)
			c.Begin(strings.NewReader(tt.text), start)
			rows, err := rowsOf(c)
			damaged(t, err, tt.want, "")
			if len(rows) != tt.rows {
				t.Errorf("%d rows before it", len(rows))
			}
		})
	}
}

// TestReturnsOutsideOfQuotes refuses a row that was cut in two by a carriage return of its last cell, which some programs
// write without quotes.
func TestReturnsOutsideOfQuotes(t *testing.T) {
	t.Parallel()
	const cut = "a carriage return ends the row, and behind it stands no row"
	for _, tt := range []struct {
		name, text string
		feeds      bool
		want       []string // what is wrong with each row
	}{
		{"the rest of a cell", "ann,go\rld\nbob,1\n", true, []string{cut, "the row has 1 cell, the header has 2", ""}},
		{"the rest of a cell, at the end", "ann,go\rld", true, []string{cut, "the row has 1 cell, the header has 2, and the file ends in it"}},
		{"two returns in it", "ann,g\r\rold\n", true, []string{cut, "the row has 1 cell, the header has 2"}},
		{"a long rest", "ann,g\r" + strings.Repeat("x", 3*bufferSize) + "\n", true, []string{cut, "the row has 1 cell, the header has 2"}},
		{"a row whose first cell has several lines", "ann,1\r\"b\nob\",2\n", true, []string{"", ""}},
		{"rows", "ann,1\rbob,2\r\rcat,3\n", true, []string{"", "", ""}},
		{"the last row", "ann,1\r", true, []string{""}},
		{"blank lines behind it", "ann,1\r \r\n", true, []string{""}},
		{"where returns end rows", "ann,1\rbob\r", false, []string{"", "the row has 1 cell, the header has 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCSV(',', 2, large)
			if tt.feeds {
				c.Feeds()
			}
			c.Begin(iotest.OneByteReader(strings.NewReader(tt.text)), Mark{Line: 2})
			rows, err := rowsOf(c)
			if err != nil || len(rows) != len(tt.want) {
				t.Fatalf("%v, %v", rows, err)
			}
			for i, row := range rows {
				bad := ""
				if row.Bad != nil {
					bad = row.Bad.Msg
				}
				if bad != tt.want[i] {
					t.Errorf("row %d: %q, want %q", i+1, bad, tt.want[i])
				}
			}
		})
	}
}

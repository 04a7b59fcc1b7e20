package sources

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hard are texts that are hard to carry in a CSV.
var hard = []string{"", "gold", "a,b", "a;b", "a\tb", `"`, `""`, `a"b`, `"a"`, "'a'", "two\nlines", "\n", "a\n", "\na", " a", "a ", "\ta", " ", "=1+1", `="x"`, `="01"`, `=""`,
	"+1", "-", "@a", "#a", "<delete>", "sep=;", "\ufeffa", "é", "东京", "👩‍💻", "\u200b", "\u00a0", "\u2028", "\\", "\\n", `\"`, "\\.", "NULL", "1,5", "01234", "2026-01-02",
	",", ";", ",,", ";;", "a,b;c\td", "ends in a \\"}

// returns are texts with carriage returns, of which some writers keep none.
var returns = []string{"\r", "a\rb", "a\r\nb", "a\n\rb", "a\r\r\nb", "\r\n", "a\r", "\ra", `"` + "\r\n" + `"`}

// table is what people want to be planned: a header and rows of texts, of which the first names the user.
type table [][]string

// tables draws tables of texts.
func tables(texts *rapid.Generator[string]) *rapid.Generator[table] {
	return rapid.Custom(func(t *rapid.T) table {
		width := rapid.IntRange(2, 4).Draw(t, "columns") // of one column nobody sees the separator
		made := table{[]string{"username", "a;b,c", "custom:b", "d e\"f"}[:width]}
		for i := range rapid.IntRange(0, 6).Draw(t, "rows") {
			row := []string{fmt.Sprint(texts.Draw(t, "user"), "user", i)}
			for range width - 1 {
				row = append(row, texts.Draw(t, "text"))
			}
			made = append(made, row)
		}
		return made
	})
}

// anyText draws texts that Cognito could store.
func anyText(hard ...string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(hard), rapid.StringOf(rapid.SampledFrom([]rune(" \t\n,;|\"'=\\aé\u2028😀"))), rapid.String()).
		Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
}

// meaning is what a table asks for, a line a row.
func (m table) meaning() (lines []string) {
	for _, row := range m[1:] {
		user, _ := textOf(row[0])
		line := fmt.Sprintf("%q", user)
		for i, cell := range row[1:] {
			text, wrapped := textOf(cell)
			switch {
			case text == "":
			case text == defaultDeleteMarker && !wrapped:
				line += fmt.Sprintf(" %q deleted", m[0][i+1])
			default:
				line += fmt.Sprintf(" %q=%q", m[0][i+1], text)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// planned is what the decoders make of a file.
func planned(t fataler, path string) (lines []string) {
	f, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer f.Close()
	for {
		c, err := f.Next(context.Background())
		if err == io.EOF {
			return lines
		}
		if err != nil || c.Err != nil {
			t.Fatalf("%v, %+v", err, c)
		}
		line := fmt.Sprintf("%q", c.Username)
		for _, a := range c.Attributes {
			if a.Delete {
				line += fmt.Sprintf(" %q deleted", a.Name)
				continue
			}
			line += fmt.Sprintf(" %q=%q", a.Name, a.Value)
		}
		lines = append(lines, line)
	}
}

// checkPlanned checks that what is planned of a file is a table.
func checkPlanned(t fataler, path string, want table) {
	if got := planned(t, path); !slices.Equal(got, want.meaning()) {
		text, _ := os.ReadFile(path)
		t.Fatalf("got\n%s\nwant\n%s\nof\n%q", strings.Join(got, "\n"), strings.Join(want.meaning(), "\n"), text)
	}
}

// TestWrittenByGo: whatever encoding/csv writes of a table is planned as the table.
func TestWrittenByGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		want := tables(anyText(slices.Concat(hard, returns)...)).Draw(t, "table")
		path := filepath.Join(dir, "table.csv")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := csv.NewWriter(f)
		w.Comma = rapid.SampledFrom(knownSeparators).Draw(t, "separator")
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		checkPlanned(t, path, want)
	})
}

// pythonWriter writes tables, each in a file, by the csv module of Python.
const pythonWriter = `
import csv, json, sys
for job in json.load(sys.stdin):
    with open(job["path"], "w", newline="", encoding=job["encoding"]) as f:
        csv.writer(f, **job["how"]).writerows(job["rows"])
`

// loses reports whether Python's csv module does not keep a text: of line ends it quotes those only that it writes
// itself, and so ends the row in another. Such a row is refused.
func loses(how map[string]any, text string) bool {
	end, ok := how["lineterminator"].(string)
	return ok && (!strings.Contains(end, "\r") && strings.Contains(text, "\r") || !strings.Contains(end, "\n") && strings.Contains(text, "\n"))
}

// TestWrittenByPython: the same of Python's csv module, in each of its dialects and others that people make.
func TestWrittenByPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no Python")
	}
	t.Parallel()
	type job struct {
		Path     string         `json:"path"`
		Encoding string         `json:"encoding"`
		How      map[string]any `json:"how"`
		Rows     table          `json:"rows"`
	}
	var jobs []job
	dir := t.TempDir()
	for i, how := range []map[string]any{
		{"dialect": "excel"}, {"dialect": "excel-tab"}, {"dialect": "unix"}, {"delimiter": ";"},
		{"quoting": 1}, {"quoting": 2, "delimiter": ";"}, {"lineterminator": "\n"}, {"lineterminator": "\r"}, {"lineterminator": "\r\r\n"},
	} {
		texts := anyText(slices.Concat(hard, returns)...).Filter(func(s string) bool { return !loses(how, s) })
		for j := range 40 {
			encoding := []string{"utf-8", "utf-8-sig", "utf-16"}[j%3]
			jobs = append(jobs, job{filepath.Join(dir, fmt.Sprintf("%d-%d.csv", i, j)), encoding, how, tables(texts).Example(1000*i + j)})
		}
	}
	input, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", pythonWriter)
	cmd.Stdin = strings.NewReader(string(input))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, j := range jobs {
		checkPlanned(t, j.Path, j.Rows)
	}
}

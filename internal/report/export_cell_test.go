package report

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/sources"
)

// left are texts that every spreadsheet leaves as they are, and turned are texts that one of them, in
// some language, turns into something else.
var (
	left = []string{"gold", "ann@example.com", "user-00042@example.com", "1@example.com", "12345678-1234-4234-8234-123456789012",
		"1e5f0a9b-1e55-4e55-8e55-1e5e5e5e5e5e", "user-0042", "employee17", "user_5", "plain words", "a,b", `"quoted"`, `say "hi"`, "two\nlines",
		"May", "de-DE", "Europe/Berlin", "https://example.com/ann", "Straße", "東京", "12 Elm Street", "N/A", "5 apples", "a = b", "x-", `{"a":"b"}`, "0", "7919", "123456789"}
	turned = []string{"+15550100", "007", "-0", "00", "1.50", "1,5", "12345678901234567890", "1e5", "1E+05", ".5", "5.", "5%", "(5)", "$5", "5 €", "5 kr", "1 000", "٣", "１２３",
		"true", "TRUE", "False", "wahr", "vrai",
		"2026-01-02", "2026-01-02T10:30:00Z", "1/2", "1-2", "1.2.3", "10:30", "10:30 pm", "1 p", "MAR1", "MARC1", "2-Sep", "sept-5", "May 2026", "5. Mai", "März 5", "1 août",
		"Januar 5", "5 de enero de 2026", "Wednesday, October 21, 2026", "Wednesday 2026-10-21", "2026年1月2日", "5 мая",
		"=1+1", `=HYPERLINK("http://example.com")`, "=x", "+x", "-x", "@x", "-", "=", "'x", "#N/A", "＝1", " blank", "blank ", "\nline", "line\n", "\u00a0x", "a;b", "<delete>"}
	notCarried = []string{"a\rb", "a\r\nb", "a\r", "a\tb", "a\x01b", "a\x00b", "a\uffffb", "\xff", `="x"`, `="<delete>"`, `=""`, `="a"&"b"`}
)

func TestCellOf(t *testing.T) {
	for _, text := range left {
		if got := cellOf(text); got != text {
			t.Errorf("%q is wrapped: %q", text, got)
		}
	}
	for _, text := range turned {
		if got := cellOf(text); got == text {
			t.Errorf("%q is not wrapped", text)
		}
	}
	for text, want := range map[string]string{
		"": "", "007": `="007"`, `-"x"`: `="-""x"""`, "<delete>": `="=""<delete>"""`, "custom:tier": "custom:tier", "_identities": "_identities",
	} {
		if got := cellOf(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

// anyText draws texts of all kinds, those that are hard to carry among them.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom(slices.Concat(left, turned, notCarried)),
		rapid.StringOfN(rapid.SampledFrom([]rune("0123456789+-=.,:/%$() eEtruefalsmjnTZ@_'\"\n;#é")), 1, 12, -1),
		rapid.StringN(1, 10, -1),
	)
}

// anyUsers draws users with a sub and values of two attributes.
func anyUsers() *rapid.Generator[[]exported] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) exported {
		u := exported{anyText().Filter(func(s string) bool { return fitsCSV(s) && strings.TrimSpace(s) != "" }).Draw(t, "name"), map[string]string{}}
		for _, a := range attributesAB {
			if value := anyText().Draw(t, a.Name); rapid.Bool().Draw(t, "has "+a.Name) {
				u.attributes[a.Name] = value
			}
		}
		return u
	}), 1, 5)
}

// Whatever users have, the decoders take an export of it for just that.
func TestExportComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users := anyUsers().Draw(t, "users")
		for _, format := range []sources.Format{sources.CSV, sources.JSONL} {
			text, _ := export(t, ExportConfig{Format: format, Attributes: attributesAB, ByteOrderMark: rapid.Bool().Draw(t, "mark")}, users...)
			comesBack(t, format, text, users)
		}
	})
}

// Nor does a spreadsheet change anything that has opened and saved the CSV, whether it evaluates
// formulas or not.
func TestExportThroughASpreadsheet(t *testing.T) {
	for _, text := range slices.Concat(left, turned) {
		users := []exported{{"ann", map[string]string{"custom:a": text}}, {text, nil}}
		file, _ := export(t, ExportConfig{Format: sources.CSV, Attributes: attributesAB}, users...)
		comesBack(t, sources.CSV, openAndSave(t, file, true), users)
		comesBack(t, sources.CSV, openAndSave(t, file, false), users)
	}
	rapid.Check(t, func(t *rapid.T) {
		users := anyUsers().Draw(t, "users")
		text, _ := export(t, ExportConfig{Format: sources.CSV, Attributes: attributesAB, ByteOrderMark: true}, users...)
		comesBack(t, sources.CSV, openAndSave(t, text, rapid.Bool().Draw(t, "evaluates")), users)
	})
}

// openAndSave does to a CSV what a spreadsheet does.
func openAndSave(t fataler, text string, evaluates bool) string {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = spreadsheetCell(row[i], evaluates)
		}
	}
	var b strings.Builder
	b.WriteString("\ufeff")
	for _, row := range rows { // they end in CRLF, and lines in cells in a line feed
		var line strings.Builder
		w := csv.NewWriter(&line)
		if err := w.WriteAll([][]string{row}); err != nil {
			t.Fatalf("%v", err)
		}
		b.WriteString(strings.TrimSuffix(line.String(), "\n") + "\r\n")
	}
	return b.String()
}

// TestSpreadsheetCell shows that the model is worth something: without wrapping it turns texts into
// something else, though not all of turned, for it has one language only.
func TestSpreadsheetCell(t *testing.T) {
	for _, text := range left {
		if got := spreadsheetCell(text, true); got != text {
			t.Errorf("%q is turned into %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"+15550100": "15550100", "007": "7", "1e5": "100000", "5%": "0.05", "(5)": "-5", "$5": "5", "true": "TRUE",
		"2026-01-02": "a date", "MAR1": "a date", "10:30": "a date", "=1+1": "a result", "-x": "a result", "@x": "a result",
		"'x": "x", "a\tb": "ab", "a;b": "a", " 7 ": "7",
	} {
		if got := spreadsheetCell(text, true); got != want {
			t.Errorf("%q is turned into %q, want %q", text, got, want)
		}
	}
}

var (
	formulaText = regexp.MustCompile(`^="((?:[^"]|"")*)"$`)
	numberCell  = regexp.MustCompile(`^\s*([-+(]?)\s*\$?\s*([\d,]*\.?\d*(?:[eE][-+]?\d+)?)\s*(%?)\)?\s*$`)
	monthName   = `(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*`
	dateCell    = regexp.MustCompile(`^\s*(?:` +
		`\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?(?:[T ]\d.*)?` + // 2026-01-02, 1/2, 2026-01-02T10:30:00Z
		`|\d{1,2}:\d{1,2}(?::\d{1,2})?(?:\s*[aApP][mM]?)?|\d{1,2} [aApP][mM]?` + // 10:30, 1 p
		`|` + monthName + `[-/. ]*\d{1,4}(?:, *\d{1,4})?|\d{1,4}[-/. ]*` + monthName + `(?:[-/. ,]*\d{1,4})?` + // MAR1, 2-Sep, May 2026
		`)\s*$`)
)

// spreadsheetCell is what a spreadsheet, set to English, makes of a cell and saves. Some do not
// evaluate formulas when they open a CSV, but keep them as text.
func spreadsheetCell(cell string, evaluates bool) string {
	cell = strings.Map(func(r rune) rune {
		if dropped(r) {
			return -1
		}
		return r
	}, cell)
	if evaluates {
		if parts := formulaText.FindStringSubmatch(cell); parts != nil {
			return strings.ReplaceAll(parts[1], `""`, `"`)
		}
	}
	number := numberCell.FindStringSubmatch(cell)
	first, _, _ := strings.Cut(cell, ";")
	switch {
	case number != nil && strings.ContainsAny(number[2], "0123456789"):
		return numberOf(number[1], number[2], number[3])
	case dateCell.MatchString(cell):
		return "a date"
	case slices.Contains([]string{"true", "false"}, strings.ToLower(cell)):
		return strings.ToUpper(cell)
	case strings.HasPrefix(cell, "="):
		if evaluates {
			return "a result"
		}
		return cell
	case strings.HasPrefix(cell, "+"), strings.HasPrefix(cell, "-"), strings.HasPrefix(cell, "@"):
		return "a result"
	case !strings.Contains(cell, `"`): // the cell had no quotes around it
		cell = first
	}
	return strings.TrimSpace(strings.TrimPrefix(cell, "'"))
}

// numberOf writes a number as a spreadsheet does that knows fifteen digits.
func numberOf(sign, digits, percent string) string {
	n, err := strconv.ParseFloat(strings.ReplaceAll(digits, ",", ""), 64)
	switch {
	case err != nil:
		return "a number"
	case percent != "":
		n /= 100
	}
	if sign == "-" || sign == "(" {
		n = -n
	}
	return strconv.FormatFloat(n, 'g', 15, 64)
}

package sources

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// TestWrittenByLibreOffice: the same of LibreOffice, set to two countries. It drops control characters, tabs among
// them, of which none is in these tables; everything else comes back.
func TestWrittenByLibreOffice(t *testing.T) {
	office := os.Getenv("SOFFICE")
	if office == "" {
		t.Skip("LibreOffice takes a minute: make test-libreoffice")
	}
	// Separator, quote, UTF-8, first line, formats, language, quoted texts, numbers as they are shown, formulas: see
	// "Filter Options for CSV" in its help.
	for name, filter := range map[string]string{
		"American": "44,34,76,1,,1033,false,true,false",
		"German":   "59,34,76,1,,1031,false,true,false",
		"tabs":     "9,34,76,1,,1033,true,true,false",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			texts := anyText(hard...).Filter(func(s string) bool { return !strings.ContainsFunc(s, droppedByOffices) })
			var made []table
			var files []string
			for i := range 40 {
				want := tables(texts).Example(i)
				made, files = append(made, want), append(files, filepath.Join(dir, fmt.Sprintf("table%d.fods", i)))
				if err := os.WriteFile(files[i], []byte(want.spreadsheet()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, office, slices.Concat([]string{"-env:UserInstallation=file://" + filepath.ToSlash(filepath.Join(dir, "profile")),
				"--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):" + filter, "--outdir", dir}, files)...)
			cmd.Env = append(os.Environ(), "HOME="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("soffice: %v\n%s", err, out)
			}
			for i, want := range made {
				checkPlanned(t, strings.TrimSuffix(files[i], ".fods")+".csv", want)
			}
		})
	}
}

// droppedByOffices reports whether a character cannot stand in the XML of a spreadsheet, or is dropped from a cell.
func droppedByOffices(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || r == '\ufffe' || r == '\uffff'
}

// spreadsheet is a table as a flat OpenDocument spreadsheet, whose cells are texts.
func (m table) spreadsheet() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"` +
		` xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"` +
		` office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="t">`)
	inCell := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", " ", "<text:s/>", "\n", "</text:p><text:p>")
	for _, row := range m {
		b.WriteString("<table:table-row>")
		for _, cell := range row {
			fmt.Fprintf(&b, `<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>`, inCell.Replace(cell))
		}
		b.WriteString("</table:table-row>")
	}
	b.WriteString("</table:table></office:spreadsheet></office:body></office:document>")
	return b.String()
}

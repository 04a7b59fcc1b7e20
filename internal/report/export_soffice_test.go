package report

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/sources"
)

// Parts of LibreOffice's filter options for CSV ("Filter Options for CSV" in its help): separators,
// quote, UTF-8, first row, formats of columns, language, quoted cells as text, special numbers, and
// further down whether formulas are evaluated.
const (
	sofficeRead  = "%s,34,76,1,,%d,false,%t,false,false,false,0,%t"
	sofficeWrite = "csv:Text - txt - csv (StarCalc):%s,34,76,1,,%d,false,true,false"
)

// TestExportThroughLibreOffice has LibreOffice open an export, save it as a spreadsheet, open that and
// save it as CSV.
func TestExportThroughLibreOffice(t *testing.T) {
	office := anOffice(t)
	const german = 1031
	tests := []struct {
		name       string
		separators string
		language   int
		special    bool // numbers such as dates are looked for
		evaluates  bool
		format     string
	}{
		{"evaluated", "44", 0, true, true, "ods"},
		{"not evaluated", "44", 0, true, false, "ods"},
		{"in German", "44", german, true, true, "ods"},
		{"semicolons and tabs separate, too", "44/59/9", 0, true, true, "ods"},
		{"to Excel's format", "44", 0, false, false, "xlsx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := libreOffice{t: t, path: office, dir: t.TempDir(), format: tt.format, write: fmt.Sprintf(sofficeWrite, "44", 0),
				read: fmt.Sprintf(sofficeRead, tt.separators, tt.language, tt.special, tt.evaluates)}
			var users []exported
			for i, text := range slices.Concat(left, turned) {
				users = append(users, exported{fmt.Sprintf("user-%04d", i), map[string]string{"custom:a": text, "custom:b": "+15550100"}})
			}
			text, leftOut := export(t, ExportConfig{Format: sources.CSV, Attributes: attributesAB, ByteOrderMark: true}, users...)
			if leftOut != 0 {
				t.Errorf("%d values are left out", leftOut)
			}
			comesBack(t, sources.CSV, o.openAndSave(text), users)
			if got, want := o.openAndSave("username,custom:a\nann,007\nbob,+15550100\n"), "username,custom:a\nann,7\nbob,15550100\n"; got != want {
				t.Errorf("what is not wrapped came back as %q, want %q", got, want)
			}
		})
	}
}

// anOffice is LibreOffice, where the test may take its time.
func anOffice(t *testing.T) string {
	office := os.Getenv("SOFFICE")
	if office == "" {
		t.Skip("LibreOffice takes a minute: make test-libreoffice")
	}
	return office
}

// TestErrorsThroughLibreOffice has LibreOffice, set to two countries, open an errors.csv and save it again: what is
// applied then is what is applied unedited.
func TestErrorsThroughLibreOffice(t *testing.T) {
	office := anOffice(t)
	for _, tt := range []struct {
		name, code string
		separator  rune
		language   int
	}{{"American", "44", ',', 1033}, {"German", "59", ';', 1031}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var input strings.Builder
			w := csv.NewWriter(&input)
			w.Comma = tt.separator
			rows := [][]string{{"username", "custom:a", "custom:2026-03"}}
			for i, text := range slices.Concat(left, turned) {
				rows = append(rows, []string{fmt.Sprintf("user-%04d", i), text, "<delete>"}, []string{text + "x", "Renée", sources.TextCell("<delete>")})
			}
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			in := filepath.Join(t.TempDir(), "in.csv")
			if err := os.WriteFile(in, []byte(input.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			original, cfg := decode(t, in)
			text, err := os.ReadFile(fail(t, original, cfg))
			if err != nil {
				t.Fatal(err)
			}
			o := libreOffice{t: t, path: office, dir: t.TempDir(), format: "ods", write: fmt.Sprintf(sofficeWrite, tt.code, tt.language),
				read: fmt.Sprintf(sofficeRead, tt.code, tt.language, true, true)}
			saved := filepath.Join(t.TempDir(), "errors.csv")
			if err := os.WriteFile(saved, []byte(o.openAndSave(string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
			again, _ := decode(t, saved)
			if got, want := meanings(again), meanings(original); !reflect.DeepEqual(got, want) {
				for i := range min(len(got), len(want)) {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Errorf("got  %+v\nwant %+v", got[i], want[i])
					}
				}
				t.Errorf("%d records came back, not %d", len(got), len(want))
			}
		})
	}
}

// libreOffice is an office with settings of its own.
type libreOffice struct {
	t                              *testing.T
	path, dir, read, write, format string
}

// openAndSave opens a CSV, saves it as a spreadsheet, and that as CSV.
func (o libreOffice) openAndSave(text string) string {
	in := filepath.Join(o.dir, "users.csv")
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.convert(in, "--infilter=CSV:"+o.read, "--convert-to", o.format)
	o.convert(filepath.Join(o.dir, "users."+o.format), "--convert-to", o.write)
	saved, err := os.ReadFile(in)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(saved)
}

func (o libreOffice) convert(file string, options ...string) {
	ctx, cancel := context.WithTimeout(o.t.Context(), 2*time.Minute)
	defer cancel()
	args := slices.Concat([]string{"-env:UserInstallation=file://" + filepath.ToSlash(filepath.Join(o.dir, "profile")), "--headless"},
		options, []string{"--outdir", o.dir, file})
	cmd := exec.CommandContext(ctx, o.path, args...)
	cmd.Env = append(os.Environ(), "HOME="+o.dir)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "convert ") {
		o.t.Fatalf("soffice: %v\n%s", err, out)
	}
}

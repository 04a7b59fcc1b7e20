package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// report is the outcome of a run of the harness: the content of bench.json.
type report struct {
	Machine machine   `json:"machine"`
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"`
	Quick   bool      `json:"quick"`
	Rows    []row     `json:"rows"`
	Series  []series  `json:"series"`
}

func newReport(m machine, began time.Time, quick bool, results []result) report {
	r := report{Machine: m, Began: began.UTC().Truncate(time.Second), Seconds: time.Since(began).Seconds(), Quick: quick}
	for _, each := range results {
		for _, row := range each.rows {
			r.Rows = append(r.Rows, row.judge(!quick))
		}
		r.Series = append(r.Series, each.series...)
	}
	return r
}

// title names the run and the machine.
func (r report) title() string {
	kind := "`make bench`"
	if r.Quick {
		kind = "`make bench-quick` (short: the ratios are rough)"
	}
	return fmt.Sprintf("%s, %s, %.0f s, on %s", kind, r.Began.Format(time.DateOnly), r.Seconds, r.Machine)
}

// markdown is the title and the table.
func (r report) markdown() string { return r.title() + ":\n\n" + markdownTable(r.Rows) }

// brief is the title and the table of few rows.
func (r report) brief() string { return r.title() + ":\n\n" + briefTable(r.Rows) }

// text is the table for a terminal, with columns that line up.
func (r report) text() string {
	rows := [][]string{headings}
	for _, each := range r.Rows {
		rows = append(rows, each.cells())
	}
	widths := make([]int, len(headings))
	for _, cells := range rows {
		for i, cell := range cells {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n", r.title())
	for _, cells := range rows {
		var line strings.Builder
		for i, cell := range cells {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// write writes bench.json and table.md.
func (r report) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.json"), b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "table.md"), []byte(r.markdown()), 0o644)
}

// The marks around the block of a page that is the harness's.
const blockBegin, blockEnd = "<!-- bench -->", "<!-- /bench -->"

// replaceBlock puts a text between the marks of a page.
func replaceBlock(path, text string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, begins := strings.Cut(string(page), blockBegin)
	_, tail, ends := strings.Cut(rest, blockEnd)
	if !begins || !ends {
		return fmt.Errorf("%s: there is no block between %s and %s", path, blockBegin, blockEnd)
	}
	return os.WriteFile(path, []byte(head+blockBegin+"\n"+text+blockEnd+tail), 0o644)
}

package e2e

import (
	"encoding/csv"
	"strings"
)

// rows reads a CSV of ours as a person's program would: whatever separates its cells, and without what protects them
// from a spreadsheet.
func (r *trial) rows(path string) []map[string]string {
	text := strings.TrimPrefix(r.read(path), "\ufeff")
	header, _, _ := strings.Cut(text, "\n")
	reader := csv.NewReader(strings.NewReader(text))
	for _, separator := range ",;\t" {
		if strings.Count(header, string(separator)) > strings.Count(header, string(reader.Comma)) {
			reader.Comma = separator
		}
	}
	reader.FieldsPerRecord = -1
	lines, err := reader.ReadAll()
	r.check(err)
	var all []map[string]string
	for _, line := range lines[min(1, len(lines)):] {
		row := map[string]string{}
		for i, name := range lines[0] {
			if i < len(line) {
				row[name] = bare(line[i])
			}
		}
		all = append(all, row)
	}
	return all
}

// bare takes from a cell what makes a text of it in a spreadsheet.
func bare(cell string) string {
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return cell
}

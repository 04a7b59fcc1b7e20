package e2e

import (
	"encoding/csv"
	"encoding/json"
	"strings"

	"attrmigrate/internal/e2e/harness"
)

func (s *scene) fileName() string {
	if s.format == "jsonl" {
		return "x.jsonl"
	}
	return "x.csv"
}

// file is the change set as it is written.
func (s *scene) file() string {
	switch s.format {
	case "jsonl":
		return s.jsonl()
	case "long":
		return s.long()
	default:
		return s.wide()
	}
}

func (s *scene) jsonl() string {
	var b strings.Builder
	for _, r := range s.records {
		record := map[string]any{"username": r.name, "attributes": harness.Nullable(r.set)}
		if len(r.expect) > 0 {
			record["expect"] = harness.Nullable(r.expect)
		}
		line, _ := json.Marshal(record) // strings alone
		b.Write(append(line, '\n'))
	}
	return b.String()
}

func (s *scene) wide() string {
	columns := map[string]bool{}
	for _, r := range s.records {
		for name := range r.cells() {
			columns[name] = true
		}
	}
	names := sortedKeys(columns)
	rows := [][]string{append([]string{"username"}, names...)}
	for _, r := range s.records {
		row := []string{r.name}
		for _, name := range names {
			row = append(row, r.cells()[name])
		}
		rows = append(rows, row)
	}
	return csvText(rows)
}

func (s *scene) long() string {
	rows := [][]string{{"username", "attribute", "value"}}
	for _, r := range s.records {
		cells := r.cells()
		for _, name := range sortedKeys(cells) {
			rows = append(rows, []string{r.name, name, cells[name]})
		}
	}
	return csvText(rows)
}

// cells are the values of a record as CSV has them, by column.
func (r *tripRecord) cells() map[string]string {
	return harness.Cells(r.set, r.expect)
}

func csvText(rows [][]string) string {
	var b strings.Builder
	_ = csv.NewWriter(&b).WriteAll(rows) // to memory
	return b.String()
}

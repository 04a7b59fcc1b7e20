package sources

import (
	"bufio"
	"path/filepath"
	"strings"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// Format is how a change set is written.
type Format int

// The formats. Auto takes the format from the file's name: .csv, .tsv or .tab; .jsonl, .ndjson or .json.
const (
	Auto Format = iota
	CSV
	JSONL
)

// String returns CSV, JSONL or auto.
func (f Format) String() string {
	switch f {
	case CSV:
		return "CSV"
	case JSONL:
		return "JSONL"
	default:
		return "auto"
	}
}

// formatOf takes the format from a file's name, .gz and .zst stripped.
func formatOf(path string) Format {
	_, name := sealed.PackingOf(path)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".tab":
		return CSV
	case ".jsonl", ".ndjson", ".json":
		return JSONL
	default:
		return Auto
	}
}

// GuessFormat tells the format of a file that has no telling name by its first byte that is not blank: a {
// or a [ begins JSON. What cannot be read is CSV; [Open] says what is wrong with it.
func GuessFormat(path string) Format {
	in := &input{path: path, seals: new(sealed.Seals)}
	if in.seals.Look(path) != nil {
		return CSV
	}
	s, err := in.open(false)
	if err != nil {
		return CSV
	}
	defer s.Close()
	text := bufio.NewReaderSize(s, sniffSize)
	if in.sniff(text) != nil {
		return CSV
	}
	if first := records.FirstNotBlank(text); first == '{' || first == '[' {
		return JSONL
	}
	return CSV
}

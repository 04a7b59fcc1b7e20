package sources

import (
	"bufio"
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/sealed"
)

// Format is how a change set is written.
type Format int

// The formats. Auto takes the format from the file's name: .csv; .jsonl, .ndjson or .json.
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
	case ".csv":
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
	if first := firstNotBlank(text); first == '{' || first == '[' {
		return JSONL
	}
	return CSV
}

// firstNotBlank passes over blanks, and returns the byte that comes next, 0 if there is none.
func firstNotBlank(text *bufio.Reader) byte {
	for {
		b, err := text.ReadByte()
		switch {
		case err != nil:
			return 0
		case !isBlank(b):
			_ = text.UnreadByte() // just read, so it cannot fail
			return b
		}
	}
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// inDocuments tells whether a JSONL input has JSON documents in the place of lines: whether its first line
// that is not blank is a { alone, or begins an array or an object around records. It passes over the blanks
// before that.
func inDocuments(text *bufio.Reader) bool {
	switch firstNotBlank(text) {
	case '[':
		return true
	case '{':
		first, _ := text.Peek(sniffSize) // less at the end
		behind := bytes.TrimLeft(first[1:], " \t\r")
		return bytes.HasPrefix(behind, []byte("\n")) || slices.ContainsFunc(aroundRecords, func(name string) bool {
			return bytes.HasPrefix(behind, []byte(name))
		})
	default:
		return false
	}
}

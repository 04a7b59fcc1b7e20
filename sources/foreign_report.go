package sources

import (
	"bytes"
	"slices"
	"strings"
)

// reportHeaders are how the reports of a run and of a plan begin that are no change sets: the texts in them would be taken for
// values. What a report of a later version has in addition stands behind.
var reportHeaders = map[string]string{
	"file,line,username,outcome,at":                          "applied.csv",
	"file,line,username,attribute,verdict,before,after,note": "audit.csv",
	"file,line,username,attribute,medium,destination,at":     "deliveries.csv",
}

// reportMembers are those of the other files of a run, by which they are known.
var reportMembers = []struct {
	what    string
	members []string
}{
	{"checkpoint.json", []string{"version", "identity"}},
	{"summary.json", []string{"state", "rows", "remaining"}},
	{"summary.json", []string{"dry_run", "planned_at"}},
	{"events.jsonl", []string{"at", "event"}},
	{"series.jsonl", []string{"at", "seconds", "remaining"}},
}

// foreignTable refuses a table that is a report of a run or of a plan.
func foreignTable(first []byte) *FileError {
	line, _, _ := bytes.Cut(first, []byte("\n"))
	header := strings.NewReplacer(";", ",", "\t", ",", `"`, "", "\r", "").Replace(string(line)) // as a spreadsheet may have saved it
	for begin, name := range reportHeaders {
		if header == begin || strings.HasPrefix(header, begin+",") {
			return isReport(name)
		}
	}
	return nil
}

// foreignReport refuses one by the members of its first record.
func foreignReport(members []member) *FileError {
	has := func(name string) bool {
		return slices.ContainsFunc(members, func(m member) bool { return m.name == name })
	}
	if userKey(members) != noUserKey {
		return nil
	}
	for _, r := range reportMembers {
		if !slices.ContainsFunc(r.members, func(name string) bool { return !has(name) }) {
			return isReport(r.what)
		}
	}
	return nil
}

const (
	aReport    = ", a report of attrmigrate, and no change set"
	changeSets = "errors.csv, errors.jsonl, undo.jsonl and plan.jsonl are change sets"
)

func isReport(name string) *FileError {
	return &FileError{Msg: "is " + name + aReport, Remedy: changeSets}
}

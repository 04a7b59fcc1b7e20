package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

// failedRun leaves the directory of a run in which the records of lines 2 and 4 failed, and what a kill
// leaves behind the last checkpoint.
func failedRun(t *testing.T, header []string) (path string) {
	t.Helper()
	dir := t.TempDir()
	f := must(t, Config{Dir: dir, Header: header})
	for n, outcome := range []pipeline.Outcome{pipeline.Failed, pipeline.Updated, pipeline.Failed} {
		if err := f.Write(record(n+1, outcome)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := f.Sync()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write(record(8, pipeline.Failed)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	state := checkpoint.State{Phase: checkpoint.Running, Inputs: []string{"users.csv", "others.csv"}, Total: 9, Records: 3,
		Counts: checkpoint.Counts{Updated: 1, Failed: 2}, Files: files}
	if err := checkpoint.NewFile(dir).Save(state); err != nil {
		t.Fatal(err)
	}
	name := ErrorsCSV
	if header == nil {
		name = ErrorsJSONL
	}
	return filepath.Join(dir, name)
}

func TestFailedLines(t *testing.T) {
	const mended = "put the file back as the run left it; one that was mended is applied by itself, without --only-failed"
	header := []string{"username", "custom:tier"}
	for _, tt := range []struct {
		name   string
		header []string
		damage func(text string) string // of the errors file; nil: none
		want   string                   // the error, behind the path; "": none
	}{
		{"CSV", header, nil, ""},
		{"JSONL", nil, nil, ""},
		{"a row is missing", header, func(s string) string { return strings.Join(strings.SplitAfter(s, "\n")[:2], "") },
			": damaged: it has 149 bytes, the checkpoint recorded 214"},
		{"a line that is none", header, func(s string) string { return strings.Replace(s, "\n4,", "\n5,", 1) },
			": damaged: its first 214 bytes are not those that the run wrote"},
		{"a line that is no object", nil, func(s string) string { return strings.Replace(s, "}\n{", "}\n[", 1) },
			": damaged: its first 332 bytes are not those that the run wrote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := failedRun(t, tt.header)
			if tt.damage != nil {
				text := read(t, filepath.Dir(path), filepath.Base(path))
				if err := os.WriteFile(path, []byte(tt.damage(text)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := FailedLines(path)
			if tt.want == "" {
				want := []map[int]bool{{2: true, 4: true}, {}}
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%v, %v; want %v", got, err, want)
				}
				return
			}
			hinted, ok := errors.AsType[*notAsLeftError](err)
			if !ok || !strings.HasPrefix(err.Error(), path+tt.want) || hinted.Hint() != mended {
				t.Errorf("%v, want %s%s", err, path, tt.want)
			}
		})
	}
}

// TestFailedLinesByName: whatever name a record is listed under, it is found in its input, or refused.
func TestFailedLinesByName(t *testing.T) {
	for _, tt := range []struct {
		name   string
		inputs []string
		listed []string // FILE:LINE
		want   string
	}{
		{"by their names", []string{"a.csv", "b.csv"}, []string{"b.csv:2", "a.csv:3", "b.csv:4"}, "[map[3:true] map[2:true 4:true]]"},
		{"the only input", []string{"a.csv"}, []string{"a.csv:2", "./a.csv:3", "/made/up/link.csv:4"}, "[map[2:true 3:true 4:true]]"},
		{"another spelling", []string{"a.csv", "b.csv"}, []string{"./b.csv:2", "/made/up/a.csv:3"}, "[map[3:true] map[2:true]]"},
		{"two spellings of one file", []string{"a.csv", "./a.csv"}, []string{"./a.csv:2", "a.csv:3"}, "[map[3:true] map[2:true]]"},
		{"twice, failed once", []string{"a.csv", "a.csv"}, []string{"a.csv:2"}, "[map[] map[2:true]]"},
		{"twice, failed twice", []string{"a.csv", "a.csv"}, []string{"a.csv:2", "a.csv:2"}, "[map[2:true] map[2:true]]"},
		{"one of two that may be meant", []string{"a/x.csv", "b/x.csv"}, []string{"x.csv:2"}, `line 2 of "x.csv" is none of the run's inputs`},
		{"none of them", []string{"a.csv", "b.csv"}, []string{"c.csv:2"}, `line 2 of "c.csv" is none of the run's inputs`},
		{"no line", []string{"a.csv"}, []string{"a.csv:0"}, `line 0 of "a.csv" is none of the run's inputs`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := newFailedLines(tt.inputs)
			var err error
			for _, place := range tt.listed {
				file, line, _ := strings.Cut(place, ":")
				n, _ := strconv.Atoi(line)
				err = errors.Join(err, lines.keep(finding{File: file, Line: n}))
			}
			got := fmt.Sprint(lines.byInput)
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestFailedLinesOfNoRun: without a checkpoint, or without the file, nothing is taken for failed.
func TestFailedLinesOfNoRun(t *testing.T) {
	path := failedRun(t, nil)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got, err := FailedLines(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), checkpoint.FileName), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := FailedLines(path)
	if _, ok := errors.AsType[*checkpoint.DamagedError](err); !ok {
		t.Errorf("%v, %v", got, err)
	}
	if got := fmt.Sprint(got); got != "[]" {
		t.Error(got)
	}
}

package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// An errors file is a change set: it decodes to the records that failed, and when they fail again,
// the next errors file says the same of them.
func TestErrorsFeedBack(t *testing.T) {
	tests := []struct {
		name, file, text string
		records, bad     int
	}{
		{"wide", "in.csv",
			"username,custom:tier,expect:custom:tier,_note\nann,gold,silver,n\n\"bo\"\"b\",\"two\nlines\",<delete>,\ncy,\"a,b\",,\n", 3, 0},
		{"wide, with rows that can't be decoded", "in.csv",
			"username,custom:tier\nann,gold\nragged\ncy,b\"d\ndi,x,y\n,gold\neve,\xff\n", 6, 5},
		{"long", "in.csv",
			"username,attribute,value\nann,custom:tier,gold\nann,locale,de\nbob,locale,fr\nann,nickname,x\nragged\n", 4, 2},
		{"long, with a bad row in a record", "in.csv",
			"username,attribute,value\nann,custom:tier,gold\nann,locale,de,at\nann,nickname,x\nbob,locale,fr\n", 2, 1},
		{"semicolons", "in.csv", "username;custom:tier\r\nann;\"gold;\r\n\"\r\nragged\r\ncy;a,b\r\ndi;01234\r\n;;\r\n", 4, 1},
		{"tabs", "in.tsv", "username\tattribute\tvalue\nann\tcustom:tier\t\"gold\t\"\nann\tlocale\t1/2\nbob\tlocale\tTRUE\n", 2, 0},
		{"an errors file of an earlier version", "in.csv",
			"username,custom:tier,_file,_line,_class,_code,_message,_attempts,_request_id,_at,_raw\nann,gold,a.csv,7,,,m,1,,,\n,,a.csv,8,,,m,1,,,\"q\"\"\"\n", 2, 1},
		{"JSONL", "in.jsonl",
			`{"username":"ann","attributes":{"custom:tier":"gold","locale":null},"client_metadata":{"k":"v"}}` + "\n" +
				`{"Username":"bob","UserAttributes":[{"Name":"locale","Value":"fr"}]}` + "\n", 2, 0},
		{"JSONL, with lines that can't be decoded", "in.jsonl",
			"{\"username\":\"ann\",\"attributes\":{\"locale\":\"de\"}}\nno JSON\n[1]\n{\"username\":\"\xff\",\"attributes\":{\"locale\":\"de\"}}\n{\"username\":\"bob\",\"attributes\":{\"locale\":[]}}\n", 5, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(in, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			original, cfg := decode(t, in)
			if bad := undecodable(original); len(original) != tt.records || bad != tt.bad {
				t.Fatalf("the input has %d records, %d of them bad; want %d and %d", len(original), bad, tt.records, tt.bad)
			}
			first := fail(t, original, cfg)
			again, cfg := decode(t, first)
			if bad := undecodable(again); bad != tt.bad {
				t.Errorf("%s has %d bad records", first, bad)
			}
			if got, want := meanings(again), meanings(original); !reflect.DeepEqual(got, want) {
				t.Errorf("fed back:\n%+v\nwant\n%+v", got, want)
			}
			third, _ := decode(t, fail(t, again, cfg))
			if got, want := contents(third), contents(again); !reflect.DeepEqual(got, want) {
				t.Errorf("fed back twice:\n%q\nwant\n%q", got, want)
			}
		})
	}
}

// decode reads a change set.
func decode(t *testing.T, path string) ([]*sources.Change, Config) {
	t.Helper()
	in, err := sources.Open([]string{path}, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var changes []*sources.Change
	for {
		c, err := in.Next(t.Context())
		if err == io.EOF {
			return changes, Config{Header: in.Header(), Separator: in.Separator(), DeleteMarker: deleteMarker, Raw: true}
		}
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
}

// fail reports every record as failed and returns the errors file.
func fail(t *testing.T, changes []*sources.Change, cfg Config) string {
	t.Helper()
	dir := t.TempDir()
	cfg.Dir = dir
	f := must(t, cfg)
	for _, c := range changes {
		if err := f.Write(pipeline.Result{Change: c, Err: errors.New("refused"), At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if cfg.Header == nil {
		return filepath.Join(dir, ErrorsJSONL)
	}
	return filepath.Join(dir, ErrorsCSV)
}

func undecodable(changes []*sources.Change) int {
	n := 0
	for _, c := range changes {
		if c.Err != nil {
			n++
		}
	}
	return n
}

// meanings are what the records that can be decoded ask for.
func meanings(changes []*sources.Change) []sources.Change {
	var all []sources.Change
	for _, c := range changes {
		if c.Err == nil {
			all = append(all, sources.Change{Username: c.Username, Attributes: c.Attributes, Expect: c.Expect, ClientMetadata: c.ClientMetadata})
		}
	}
	return all
}

// contents are the records as they stand, without what a report says of them.
func contents(changes []*sources.Change) []string {
	var all []string
	for _, c := range changes {
		for _, row := range c.Rows {
			n := len(row.Cells)
			all = append(all, slices.Concat(row.Cells[2:n-7], row.Cells[n-1:])...)
		}
		if text, ok := appendMembers(nil, c.Text); ok {
			all = append(all, string(text))
		}
	}
	return all
}

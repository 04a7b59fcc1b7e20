package report

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

var attributesAB = []ExportedAttribute{{Name: "sub"}, {Name: "custom:a"}, {Name: "custom:b"}}

// exported is a user and what it has.
type exported struct {
	name       string
	attributes map[string]string
}

// export writes users as an export.
func export(t fataler, cfg ExportConfig, users ...exported) (text string, leftOut int64) {
	var b bytes.Buffer
	e, err := NewExport(&b, cfg)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, u := range users {
		if err := e.User(u.name, u.attributes); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String(), e.LeftOut()
}

// fataler is what testing.T and rapid.T have in common here.
type fataler interface {
	Fatalf(format string, args ...any)
}

func TestExportForms(t *testing.T) {
	ann := exported{"ann", map[string]string{"sub": "1-2", "email": "ann@example.com", "phone_number": "+15550100", "identities": "[1]", "locale": "de"}}
	bob := exported{"bob", map[string]string{"sub": "3-4", "name": "a\tb"}}
	attributes := []ExportedAttribute{{Name: "sub"}, {Name: "email"}, {Name: "phone_number"}, {Name: "name"}, {Name: "identities", ReadOnly: true}}
	tests := []struct {
		name    string
		cfg     ExportConfig
		want    string
		leftOut int64
	}{
		{"CSV", ExportConfig{Format: sources.CSV, Attributes: attributes},
			"username,sub,email,phone_number,name,_identities\n" +
				`ann,"=""1-2""",ann@example.com,"=""+15550100""",,"=""[1]"""` + "\n" + `bob,"=""3-4""",,,,` + "\n", 1},
		{"CSV with a mark", ExportConfig{Format: sources.CSV, ByteOrderMark: true}, "\ufeffusername\nann\nbob\n", 0},
		{"JSONL", ExportConfig{Format: sources.JSONL, Attributes: attributes},
			`{"username":"ann","attributes":{"email":"ann@example.com","phone_number":"+15550100"},"expect":{"sub":"1-2"},"_identities":"[1]"}` + "\n" +
				`{"username":"bob","attributes":{"name":"a\tb"},"expect":{"sub":"3-4"}}` + "\n", 0},
		{"JSONL, username alone", ExportConfig{Format: sources.JSONL}, `{"username":"ann","attributes":{}}` + "\n" + `{"username":"bob","attributes":{}}` + "\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, leftOut := export(t, tt.cfg, ann, bob)
			if got != tt.want || leftOut != tt.leftOut {
				t.Errorf("%d left out\ngot\n%s\nwant\n%s", leftOut, got, tt.want)
			}
			for _, c := range decoded(t, tt.cfg.Format, got) {
				if c.Err != nil {
					t.Errorf("line %d: %v", c.Line, c.Err)
				}
			}
		})
	}
}

// TestExportRow: values that were computed, and what is no attribute.
func TestExportRow(t *testing.T) {
	columns := []ExportedAttribute{{Name: "custom:tier"}, {Name: "status", ReadOnly: true}, {Name: "enabled", ReadOnly: true}, {Name: "groups", ReadOnly: true}, {Name: "name"}}
	for _, tt := range []struct {
		name    string
		format  sources.Format
		values  []Value
		want    string
		change  string // as apply reads it
		leftOut int64
	}{
		{"CSV", sources.CSV, []Value{{Text: "gold"}, {Text: "CONFIRMED"}, {Text: "true", JSON: "true"}, {Text: "a,b", JSON: `["a","b"]`}, {Delete: true}},
			`ann,gold,CONFIRMED,"=""true""","a,b",<delete>`, "custom:tier=gold name-", 0},
		{"JSONL", sources.JSONL, []Value{{Text: "gold"}, {Text: "CONFIRMED"}, {Text: "true", JSON: "true"}, {Text: "a,b", JSON: `["a","b"]`}, {Delete: true}},
			`{"username":"ann","attributes":{"custom:tier":"gold","name":null},"_status":"CONFIRMED","_enabled":true,"_groups":["a","b"]}`, "custom:tier=gold name-", 0},
		{"nothing in CSV", sources.CSV, make([]Value, 5), `ann,,,,,`, "", 0},
		{"nothing in JSONL", sources.JSONL, make([]Value, 5), `{"username":"ann","attributes":{}}`, "", 0},
		{"the text of the marker in CSV", sources.CSV, []Value{{Text: "<delete>"}, {}, {}, {}, {}}, `ann,"=""=""""<delete>""""""",,,,`, "custom:tier=<delete>", 0},
		{"what CSV cannot carry", sources.CSV, []Value{{}, {Text: "a\tb"}, {}, {}, {}}, `ann,,,,,`, "", 1},
		{"what JSONL cannot carry", sources.JSONL, []Value{{}, {Text: "a\x00b"}, {}, {}, {}}, `{"username":"ann","attributes":{}}`, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			e, err := NewExport(&b, ExportConfig{Format: tt.format, Attributes: columns})
			if err := errors.Join(err, e.Row("ann", tt.values), e.Flush()); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(b.String()), "\n")
			if got := lines[len(lines)-1]; got != tt.want || e.LeftOut() != tt.leftOut {
				t.Errorf("%d left out\ngot  %s\nwant %s", e.LeftOut(), got, tt.want)
			}
			c := decoded(t, tt.format, b.String())[0]
			var change []string
			for _, a := range c.Attributes {
				text := a.Name + "=" + a.Value
				if a.Delete {
					text = a.Name + "-"
				}
				change = append(change, text)
			}
			if got := strings.Join(change, " "); c.Err != nil || got != tt.change {
				t.Errorf("read as %s (%v), want %s", got, c.Err, tt.change)
			}
		})
	}
}

// decoded reads a change set as apply does.
func decoded(t fataler, format sources.Format, text string) []*sources.Change {
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "users")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	in, err := sources.Open([]string{path}, sources.Options{Format: format})
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer in.Close()
	var changes []*sources.Change
	for {
		c, err := in.Next(context.Background())
		if err == io.EOF {
			return changes
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		changes = append(changes, c)
	}
}

// comesBack compares what an export decodes to with the users, of whose values the format may have
// left out some.
func comesBack(t fataler, format sources.Format, text string, users []exported) {
	changes := decoded(t, format, text)
	if len(changes) != len(users) {
		t.Fatalf("%d users came back, not %d:\n%s", len(changes), len(users), text)
	}
	for i, u := range users {
		c := changes[i]
		got, want := map[string]string{}, maps.Clone(u.attributes)
		for _, a := range slices.Concat(c.Attributes, c.Expect) {
			if got[a.Name] = a.Value; a.Delete {
				t.Fatalf("%s is deleted of %q: %q", a.Name, u.name, u.attributes)
			}
		}
		maps.DeleteFunc(want, func(_, value string) bool {
			return format == sources.CSV && !fitsCSV(value) || format == sources.JSONL && !legal(value)
		})
		if c.Err != nil || c.Username != u.name || !maps.Equal(got, want) {
			t.Fatalf("%q came back as %q (%v)\ngot  %q\nwant %q\n%s", u.name, c.Username, c.Err, got, want, text)
		}
	}
}

func TestExportLeavesOut(t *testing.T) {
	for _, value := range notCarried {
		text, leftOut := export(t, ExportConfig{Format: sources.CSV, Attributes: attributesAB}, exported{"ann", map[string]string{"custom:a": value}})
		if want := "username,sub,custom:a,custom:b\nann,,,\n"; text != want || leftOut != 1 {
			t.Errorf("%q: %d left out of %q", value, leftOut, text)
		}
	}
	_, leftOut := export(t, ExportConfig{Format: sources.JSONL, Attributes: attributesAB}, exported{"ann", map[string]string{"custom:a": "a\x00", "custom:b": "a\r\n"}})
	if leftOut != 1 {
		t.Errorf("of JSONL %d are left out", leftOut)
	}
}

func TestExportFile(t *testing.T) {
	const mine = "of somebody else, or of a killed process"
	blocked := func(t *testing.T, f *disk.Whole, path string) error {
		if err := errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "full"), 0o700)); err != nil {
			t.Fatal(err)
		}
		err := f.Commit()
		return errors.Join(err, os.RemoveAll(path))
	}
	comes := func(t *testing.T, f *disk.Whole, path string) error { // while it is written
		return errors.Join(os.WriteFile(path, []byte("old"), 0o600), f.Commit())
	}
	for _, tt := range []struct {
		name           string
		there, replace bool // the file, and whether it may be replaced
		end            func(t *testing.T, f *disk.Whole, path string) error
		want           string // what the file holds in the end
		left           string // what is under its name in the making
		err            string
	}{
		{"committed", true, true, func(t *testing.T, f *disk.Whole, path string) error {
			if got := content(t, path); got != "old" {
				t.Errorf("before the end it holds %q", got)
			}
			return f.Commit()
		}, "new", "none", ""},
		{"discarded", true, true, func(_ *testing.T, f *disk.Whole, _ string) error { return f.Discard() }, "old", "none", ""},
		{"its making replaced meanwhile", true, true, func(t *testing.T, f *disk.Whole, path string) error {
			if err := errors.Join(os.Remove(f.Temporary()), os.WriteFile(f.Temporary(), []byte(mine), 0o600)); err != nil {
				t.Fatal(err)
			}
			return f.Commit()
		}, "old", mine, "users.csv.2.attrmigrate.tmp: another process has begun to write it"},
		{"without its name", true, true, blocked, "none", "new", "users.csv: file exists"},
		{"new", false, false, func(_ *testing.T, f *disk.Whole, _ string) error { return f.Commit() }, "new", "none", ""},
		{"new, and one has come", false, false, comes, "old", "new", "users.csv: file already exists"},
		{"one that has come may be replaced", false, true, comes, "new", "none", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "users.csv")
			other := path + ".attrmigrate.tmp"
			if err := os.WriteFile(other, []byte(mine), 0o644); err != nil {
				t.Fatal(err)
			}
			if tt.there {
				if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f, err := CreateExport(path, tt.replace)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(f, "new"); err != nil {
				t.Fatal(err)
			}
			err = tt.end(t, f, path)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if got := content(t, path); got != tt.want {
				t.Errorf("the file holds %q, want %q", got, tt.want)
			}
			if got := content(t, f.Temporary()); got != tt.left {
				t.Errorf("in the making it is %q, want %q", got, tt.left)
			}
			if got := content(t, other); got != mine {
				t.Errorf("a file of somebody else is %q", got)
			}
			if info, err := os.Stat(path); tt.want == "new" && (err != nil || info.Mode().Perm() != 0o600) {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
		})
	}
}

// content is what a file holds, or "none".
func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return "none"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

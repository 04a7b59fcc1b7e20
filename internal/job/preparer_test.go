package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// people are users by each of their names.
type people map[string]*cognito.User

// nobody is what a read says of a user who is not there.
type nobody struct{}

func (nobody) Error() string { return "no such user" }
func (nobody) Code() string  { return "UserNotFoundException" }

func (p people) User(_ context.Context, _ *sources.Change, name string) (*cognito.User, error) {
	if u := p[name]; u != nil {
		return u, nil
	}
	return nil, nobody{}
}

// reportsIn begins the reports of a run.
func reportsIn(t *testing.T, dir string) *report.Files {
	t.Helper()
	reports, err := report.Open(report.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reports.Close() })
	return reports
}

// TestPrepare: what is left to send names the user as it was read, and has its way back on disk first.
func TestPrepare(t *testing.T) {
	ann := &cognito.User{Username: "ann-1", Attributes: map[string]string{
		"custom:tier": "silver", "email": "ann@example.com", "email_verified": "true", "sub": "s-1"}}
	set := func(pairs ...string) []sources.Attribute {
		var list []sources.Attribute
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, sources.Attribute{Name: pairs[i], Value: pairs[i+1], Delete: pairs[i+1] == ""})
		}
		return list
	}
	const way = `{"_undo":1,"_line":5,"username":"ann-1","attributes":`
	const wayOfAlias = `{"_undo":1,"_line":5,"_name":"ann@example.com","username":"ann-1","attributes":`
	for _, tt := range []struct {
		name    string
		change  sources.Change
		keep    bool
		earlier *sources.Change
		want    string // username and attributes, or the error
		undo    string
	}{
		{"a value", sources.Change{Username: "ann@example.com", Attributes: set("custom:tier", "gold")}, false, nil,
			"ann-1 [{custom:tier gold false}]", wayOfAlias + `{"custom:tier":"silver"},"expect":{"custom:tier":"gold"}}`},
		{"one of two holds", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "silver", "locale", "de")}, false, nil,
			"ann-1 [{locale de false}]", way + `{"locale":null},"expect":{"locale":"de"}}`},
		{"all hold", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "silver", "nickname", "")}, false, nil, "nothing", ""},
		{"in conflict", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "gold"), Expect: set("custom:tier", "bronze")}, false, nil,
			`custom:tier: expected "bronze", the user has "silver"`, ""},
		{"another user of that name", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "gold"), Expect: set("sub", "s-2")}, false, nil,
			`sub: expected "s-2", the user has "s-1"`, ""},
		{"an address, its flag reset", sources.Change{Username: "ann-1", Attributes: set("email", "a@example.com")}, false, nil,
			"ann-1 [{email a@example.com false}]", way + `{"email":"ann@example.com","email_verified":"true"},"expect":{"email":"a@example.com"}}`},
		{"an address, its flag kept", sources.Change{Username: "ann-1", Attributes: set("email", "a@example.com")}, true, nil,
			"ann-1 [{email a@example.com false} {email_verified true false}]",
			way + `{"email":"ann@example.com","email_verified":"true"},"expect":{"email":"a@example.com","email_verified":"true"}}`},
		{"sent before, and it is unknown whether it counted", sources.Change{Username: "old@example.com", Attributes: set("email", "a@example.com")}, false,
			&sources.Change{Username: "ann-1", Expect: set("email", "ann@example.com", "email_verified", "true")},
			"ann-1 [{email a@example.com false}]", ""},
		{"read again, and one of two holds by now", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "silver", "locale", "de")}, false,
			&sources.Change{Username: "ann-1", Expect: set("custom:tier", "bronze", "locale", "")}, "ann-1 [{locale de false}]", ""},
		{"read again, and changed meanwhile", sources.Change{Username: "ann-1", Attributes: set("custom:tier", "gold")}, false,
			&sources.Change{Username: "ann-1", Expect: set("custom:tier", "bronze")}, "ann-1 [{custom:tier gold false}]",
			way + `{"custom:tier":"silver"},"expect":{"custom:tier":"gold"}}`},
		{"nobody", sources.Change{Username: "eve", Attributes: set("locale", "de")}, false, nil, "no such user", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			p := &preparer{users: people{"ann-1": ann, "ann@example.com": ann}, pool: &cognito.Pool{}, options: audit.Options{KeepVerified: tt.keep}, reports: reportsIn(t, dir)}
			tt.change.Line = 5
			send, err := p.Prepare(t.Context(), &tt.change, tt.earlier)
			got := "nothing"
			if err != nil {
				got = err.Error()
			} else if send != nil {
				got = fmt.Sprint(send.Username, " ", send.Attributes)
			}
			if got != tt.want {
				t.Errorf("left to send: %s, want %s", got, tt.want)
			}
			entries, _ := os.ReadFile(filepath.Join(dir, report.UndoJSONL))
			if strings.TrimSpace(string(entries)) != tt.undo {
				t.Errorf("the undo file has\n%s, want\n%s", entries, tt.undo)
			}
		})
	}
}

// TestPrepareRenamed: a record that has changed the address that names its user is done when a crash has
// it repeated, also if the address is somebody else's by now.
func TestPrepareRenamed(t *testing.T) {
	email := func(value string) []sources.Attribute { return []sources.Attribute{{Name: "email", Value: value}} }
	ann := &cognito.User{Username: "ann-1", Attributes: map[string]string{"email": "new@example.com"}}
	bob := &cognito.User{Username: "bob-1", Attributes: map[string]string{"email": "taken@example.com"}}
	p := &preparer{pool: &cognito.Pool{},
		users:   people{"ann-1": ann, "new@example.com": ann, "bob-1": bob, "taken@example.com": bob},
		reports: reportsIn(t, t.TempDir()),
		history: history{{0, 2}: {"Old@example.com", "ann-1"}, {0, 4}: {"taken@example.com", "ann-1"}},
	}
	for line, want := range map[int]error{2: nil, 3: nobody{}, 4: nil} {
		name := map[int]string{2: "Old@example.com", 3: "Old@example.com", 4: "taken@example.com"}[line]
		c := sources.Change{Username: name, Line: line, Attributes: email("new@example.com")}
		if send, err := p.Prepare(t.Context(), &c, nil); send != nil || err != want {
			t.Errorf("line %d: left to send: %v, %v, want nothing, %v", line, send, err, want)
		}
	}
}

// TestPrepareWithoutUndo: an update without a way back is not sent.
func TestPrepareWithoutUndo(t *testing.T) {
	dir := t.TempDir()
	p := &preparer{users: people{"ann": {Username: "ann"}}, pool: &cognito.Pool{}, reports: reportsIn(t, dir)}
	if err := os.Mkdir(filepath.Join(dir, report.UndoJSONL), 0o700); err != nil {
		t.Fatal(err)
	}
	c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "locale", Value: "de"}}}
	send, err := p.Prepare(t.Context(), c, nil)
	stop, ok := errors.AsType[*pipeline.StopError](err)
	if send != nil || !ok || stop.Reason != pipeline.NotKept {
		t.Errorf("%v, %v: want the run to stop", send, err)
	}
}

// TestHistory: a run that goes on after a crash knows whom its records have named.
func TestHistory(t *testing.T) {
	dir := t.TempDir()
	reports := reportsIn(t, dir)
	value := []sources.Attribute{{Name: "locale", Value: "de"}}
	for _, e := range []report.UndoEntry{
		{Username: "ann-1", Line: 2, Name: "ann@example.com", Before: value, Wrote: value},
		{Username: "cat-1", Line: 2, Input: 1, Name: "+15550100", Before: value, Wrote: value},
		{Username: "dan-1", Line: 6, Before: value, Wrote: value},
	} {
		if err := reports.Undo(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name   string
		dir    string
		record place
		named  string
		want   string
	}{
		{"an address", dir, place{0, 2}, "ann@example.com", "ann-1"},
		{"another input", dir, place{1, 2}, "+15550100", "cat-1"},
		{"another record's entry, of a start that never became a run", dir, place{0, 2}, "eve@example.com", ""},
		{"by the username", dir, place{0, 6}, "dan-1", ""},
		{"not sent", dir, place{0, 9}, "ann@example.com", ""},
		{"no undo file yet", t.TempDir(), place{0, 2}, "ann@example.com", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := readHistory(t.Context(), tt.dir)
			if err != nil {
				t.Fatal(err)
			}
			username, ok := h.user(&sources.Change{Line: tt.record.line, Begin: sources.Position{Input: tt.record.input}, Username: tt.named})
			if ok != (tt.want != "") || ok && username != tt.want {
				t.Errorf("%q, %t, want %q", username, ok, tt.want)
			}
		})
	}
}

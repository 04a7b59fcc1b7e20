package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

var errNobody = errors.New("no such user")

func (p people) GetUser(_ context.Context, _, username string) (*cognito.User, error) {
	if u := p[username]; u != nil {
		return u, nil
	}
	return nil, errNobody
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
	for _, tt := range []struct {
		name   string
		change sources.Change
		keep   bool
		sent   *sources.Change
		want   string // username and attributes, or the error
		undo   string
	}{
		{"a value", sources.Change{Username: "ann@example.com", Attributes: set("custom:tier", "gold")}, false, nil,
			"ann-1 [{custom:tier gold false}]", way + `{"custom:tier":"silver"},"expect":{"custom:tier":"gold"}}`},
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
			&sources.Change{Username: "ann-1"}, "ann-1 [{email a@example.com false}]", ""},
		{"nobody", sources.Change{Username: "eve", Attributes: set("locale", "de")}, false, nil, "no such user", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			undo := &undoFile{dir: t.TempDir()}
			p := &preparer{users: people{"ann-1": ann, "ann@example.com": ann}, options: audit.Options{KeepVerified: tt.keep}, undo: undo}
			tt.change.Line = 5
			send, err := p.Prepare(t.Context(), &tt.change, tt.sent)
			got := "nothing"
			if err != nil {
				got = err.Error()
			} else if send != nil {
				got = fmt.Sprint(send.Username, " ", send.Attributes)
			}
			if got != tt.want {
				t.Errorf("left to send: %s, want %s", got, tt.want)
			}
			entries, _ := os.ReadFile(filepath.Join(undo.dir, report.UndoJSONL))
			if strings.TrimSpace(string(entries)) != tt.undo {
				t.Errorf("the undo file has\n%s, want\n%s", entries, tt.undo)
			}
			if err := undo.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPrepareOvertaken: a record that was applied before a crash, and then overtaken by a later record of
// its user, is no conflict when it is repeated.
func TestPrepareOvertaken(t *testing.T) {
	tier := func(value string) []sources.Attribute {
		return []sources.Attribute{{Name: "custom:tier", Value: value}}
	}
	first := &sent{number: 1, username: "ann", before: tier("a"), wrote: tier("b")}
	second := &sent{number: 2, username: "ann", before: tier("b"), wrote: tier("c")}
	p := &preparer{
		users:   people{"ann": {Username: "ann", Attributes: map[string]string{"custom:tier": "c"}}},
		undo:    &undoFile{dir: t.TempDir()},
		history: &history{sent: map[place]*sent{{0, 2}: first, {0, 3}: second}, of: map[string][]*sent{"ann": {second, first}}},
	}
	for _, c := range []sources.Change{
		{Username: "ann", Line: 2, Attributes: tier("b"), Expect: tier("a")}, // overtaken
		{Username: "ann", Line: 3, Attributes: tier("c"), Expect: tier("b")}, // the later record, which holds
	} {
		if send, err := p.Prepare(t.Context(), &c, nil); send != nil || err != nil {
			t.Errorf("line %d: left to send: %v, %v, want nothing", c.Line, send, err)
		}
	}
	if err := p.undo.close(); err != nil {
		t.Error(err)
	}
}

// TestPrepareWithoutUndo: an update without a way back is not sent.
func TestPrepareWithoutUndo(t *testing.T) {
	p := &preparer{users: people{"ann": {Username: "ann"}}, undo: &undoFile{dir: filepath.Join(t.TempDir(), "gone")}}
	c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "locale", Value: "de"}}}
	send, err := p.Prepare(t.Context(), c, nil)
	stop, ok := errors.AsType[*pipeline.StopError](err)
	if send != nil || !ok || stop.Reason != pipeline.NotKept {
		t.Errorf("%v, %v: want the run to stop", send, err)
	}
}

// TestHistory: a run that goes on after a crash knows what it has sent.
func TestHistory(t *testing.T) {
	dir := t.TempDir()
	undo, err := report.OpenUndo(dir)
	if err != nil {
		t.Fatal(err)
	}
	tier := func(value string) []sources.Attribute {
		return []sources.Attribute{{Name: "custom:tier", Value: value, Delete: value == ""}}
	}
	for _, e := range []report.UndoEntry{
		{Username: "ann", Line: 2, Before: tier("a"), Wrote: tier("b")},
		{Username: "bob", Line: 3, Before: tier("a"), Wrote: tier("b")},
		{Username: "ann", Line: 4, Before: tier("b"), Wrote: tier("c")},
		{Username: "bob", Line: 5, Before: tier("x"), Wrote: tier("c")},
		{Username: "cat", Line: 2, Input: 1, Before: tier("a"), Wrote: tier("b")},
		{Username: "dan", Line: 6, Before: tier("a"), Wrote: tier("b")},
		{Username: "dan", Line: 6, Before: tier("a"), Wrote: tier("b")}, // it was repeated before
	} {
		if err := undo.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := undo.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		record    place
		dir       string // "": a run that begins
		username  string
		overtaken bool
	}{
		{"a later record found what it wrote", place{0, 2}, dir, "ann", true},
		{"a later record found something else", place{0, 3}, dir, "bob", false},
		{"the last record of a user", place{0, 4}, dir, "ann", false},
		{"another input", place{1, 2}, dir, "cat", false},
		{"sent twice", place{0, 6}, dir, "dan", false},
		{"another record's, of a start that never became a run", place{0, 5}, dir, "", false},
		{"not sent", place{0, 9}, dir, "", false},
		{"no undo file yet", place{0, 2}, t.TempDir(), "", false},
		{"a run that begins", place{0, 2}, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h *history
			if tt.dir != "" {
				var err error
				if h, err = readHistory(t.Context(), tt.dir); err != nil {
					t.Fatal(err)
				}
			}
			c := &sources.Change{Line: tt.record.line, Begin: sources.Mark{Input: tt.record.input},
				Attributes: slices.Concat(tier("b"), []sources.Attribute{{Name: "locale", Value: "de"}})}
			if tt.record.line == 4 {
				c.Attributes = tier("c")
			}
			username := ""
			if s := h.record(c); s != nil {
				username = s.username
			}
			if overtaken := h.overtaken(c); username != tt.username || overtaken != tt.overtaken {
				t.Errorf("%q, overtaken %t", username, overtaken)
			}
		})
	}
}

func TestWasNamed(t *testing.T) {
	s := &sent{before: []sources.Attribute{{Name: "email", Value: "ann@example.com"}, {Name: "locale", Delete: true}}}
	for name, want := range map[string]bool{"Ann@example.com": true, "bob@example.com": false, "ann": false} {
		if got := s.wasNamed(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}

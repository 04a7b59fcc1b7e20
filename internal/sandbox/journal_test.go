package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// dump describes all that a server keeps.
func dump(s *Server) string {
	var b strings.Builder
	for _, id := range s.Pools() {
		p := s.pool(id)
		fmt.Fprintf(&b, "%s %d rules\n", id, len(p.schema))
		for u := range s.Users(id) {
			fmt.Fprintln(&b, u)
		}
		var aliases []string
		for key, u := range p.byAlias {
			aliases = append(aliases, fmt.Sprint(key, u.username))
		}
		slices.Sort(aliases)
		fmt.Fprintln(&b, aliases)
	}
	fmt.Fprintln(&b, s.Log())
	return b.String()
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	w := newWorld(t, aliasPool, Config{Journal: path})
	w.user("ann", "email=a@example.com", "email_verified=true")
	w.user("bob", "name=Bob")
	w.user("eve", "name=Eve")
	for _, set := range [][]string{{"email=a@example.com", "email_verified=true"}, {"name=Robert", "locale=de"}, {"locale="}, {"locale="}} {
		if err := w.update("bob", set...); err != nil {
			t.Fatal(err)
		}
	}
	eve := "eve"
	if _, err := w.client.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: &w.pool, Username: &eve}); err != nil {
		t.Fatal(err)
	}
	want := dump(w.server)
	whole, err := os.ReadFile(path) // before Close: nothing may wait for it
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for _, tt := range []struct{ name, content, err string }{
		{"whole", string(whole), ""},
		{"torn last line", string(whole) + `{"pool":"us-ea`, ""},
		{"torn at the newline", string(whole) + strings.TrimSuffix(lines[1], "\n"), ""},
		{"damaged line", lines[0] + "{}}\n" + strings.Join(lines[1:], ""), "journal.jsonl:2: not a line of a sandbox journal: "},
		{"unknown pool", lines[1], "journal.jsonl:1: ResourceNotFoundException: User pool "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "journal.jsonl")
			if err := os.WriteFile(copied, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := New(Config{Journal: copied})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(s); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			// A second life goes on where the first ended.
			if err := s.CreateUser(w.pool, User{Username: "late"}); err != nil {
				t.Fatal(err)
			}
			want := dump(s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := New(Config{Journal: copied})
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(again); got != want {
				t.Errorf("second life:\n%swant\n%s", got, want)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	w := newWorld(t, plainPool, Config{Journal: filepath.Join(t.TempDir(), "journal.jsonl")})
	w.user("ann", "given_name=Ann", "locale=en")
	if err := w.server.ledger.file.Close(); err != nil { // every write fails from now on
		t.Fatal(err)
	}
	err := w.update("ann", "locale=de")
	if got, want := text(err), "InternalErrorException: sandbox journal: "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.got("ann", "locale"); got != "en" || len(w.server.Log()) != 0 {
		t.Errorf("an update that was not kept was applied: %q", got)
	}
	w.server.ledger.file = nil
}

func TestLogSize(t *testing.T) {
	l := &ledger{keep: 3}
	for range 100 {
		if err := l.commit(record{Update: &Update{}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.log(); len(got) < 3 || len(got) > 6 || got[len(got)-1].Sequence != 100 {
		t.Errorf("%d entries, the last is %d", len(got), got[len(got)-1].Sequence)
	}
}

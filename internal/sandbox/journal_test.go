package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// dump describes all that a server keeps.
func dump(s *Server) string {
	var b strings.Builder
	for _, id := range s.Pools() {
		p := s.pool(id)
		fmt.Fprintf(&b, "%s %d rules, key %x, clients %v\n", id, len(p.schema()), p.key, s.Clients(id))
		for u := range p.present(0) {
			fmt.Fprintf(&b, "%+v\n", u.store(u.state.Load()))
		}
		var aliases []string
		for key, u := range p.byAlias {
			aliases = append(aliases, fmt.Sprint(key, u.username))
		}
		slices.Sort(aliases)
		fmt.Fprintln(&b, aliases)
	}
	for _, c := range s.clients {
		fmt.Fprintln(&b, c.id, c.pool.id, c.write, c.read, c.flows, c.validity, c.hidesUsers)
	}
	fmt.Fprintln(&b, s.Log(), s.Messages())
	return b.String()
}

// TestJournalOfAnotherFile: what is no journal is refused and left byte for byte, whatever it looks like.
func TestJournalOfAnotherFile(t *testing.T) {
	const line = `{"pool":"us-east-1_Mine00000","document":{"Id":"us-east-1_Mine00000","Name":"mine","SchemaAttributes":[]}}` + "\n"
	for _, tt := range []struct{ name, content, err string }{
		{"one line without its end", "the only copy of these notes", `:1: not a line of a sandbox journal: it has no line end`},
		{"a pool", `{"UserPool":{"Id":"us-east-1_Mine00000"}}`, ":1: not a line of a sandbox journal: "},
		{"a line that is not torn", strings.TrimSuffix(line, "\n"), ":1: not a line of a sandbox journal: "},
		{"a list", "username,custom:tier\nuser-00001,gold\n", ":1: not a line of a sandbox journal: "},
		{"a change set", `{"username":"user-00001","attributes":{"locale":"de"}}` + "\n", ":1: not a line of a sandbox journal: "},
		{"more than a journal", line + `{"pool":"us-east-1_Mine00000","owner":"me"}` + "\n", ":2: not a line of a sandbox journal: "},
		{"something behind a journal", line + "and my notes", ":2: not a line of a sandbox journal: it has no line end"},
		{"a blank line", "\n", ":1: not a line of a sandbox journal: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notes")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := New(Config{Journal: path})
			if e, ok := errors.AsType[*JournalError](err); !ok || !strings.HasPrefix(e.Error(), path+tt.err) {
				t.Errorf("got %v", err)
			}
			if got, _ := os.ReadFile(path); string(got) != tt.content {
				t.Errorf("it is %q now", got)
			}
		})
	}
}

// TestJournalOfAnotherSandbox: two do not write one journal. What the second leaves alone stays whole, and the next
// goes on with it.
func TestJournalOfAnotherSandbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	first, err := New(Config{Journal: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.CreatePool([]byte(`{"PoolName":"ours"}`)); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	_, err = New(Config{Journal: path})
	if e, ok := errors.AsType[*JournalError](err); !ok || e.Error() != path+": another sandbox is at work on it" || e.Hint() != "stop that one, or name another file" {
		t.Errorf("the second: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != string(before) {
		t.Errorf("the journal was %q and is %q", before, got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third, err := New(Config{Journal: path})
	if err != nil || len(third.Pools()) != 1 {
		t.Fatalf("the next: %v", err)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTakeBack: a server that was not made whole leaves what was there.
func TestTakeBack(t *testing.T) {
	dir := t.TempDir()
	absent, empty, kept := filepath.Join(dir, "absent"), filepath.Join(dir, "empty"), filepath.Join(dir, "kept")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const pool = `{"PoolName":"half"}`
	s, err := New(Config{Journal: kept})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreatePool([]byte(pool)); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	before, _ := os.ReadFile(kept)
	for _, path := range []string{absent, empty, kept} {
		s, err := New(Config{Journal: path})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreatePool([]byte(pool)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.TakeBack(), s.Close()); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(absent); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a journal that was made stays: %v", err)
	}
	if got, err := os.ReadFile(empty); len(got) > 0 || err != nil {
		t.Errorf("the empty file has %q, %v", got, err)
	}
	if got, _ := os.ReadFile(kept); string(got) != string(before) {
		t.Errorf("the journal was %q and is %q", before, got)
	}
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	w := newWorld(t, `{"PoolName":"kept","AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],
		"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}}`, Config{Journal: path})
	w.user("ann", "email=a@example.com", "email_verified=true")
	w.user("bob", "name=Bob")
	w.user("eve", "name=Eve")
	for _, set := range [][]string{{"email=a@example.com", "email_verified=true"}, {"name=Robert", "locale=de"}, {"locale="}, {"locale="}} {
		if err := w.update("bob", set...); err != nil {
			t.Fatal(err)
		}
	}
	client := w.app(`{"ClientName":"app","WriteAttributes":["email"],"AccessTokenValidity":2,"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}`)
	if err := w.setPassword("bob", password, true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.self("bob", "email=b@example.com"); err != nil {
		t.Fatal(err)
	}
	w.code("bob", "email")
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
			if body := post(s, targetPrefix+"InitiateAuth", "", fmt.Sprintf(`{"ClientId":%q,"AuthFlow":"USER_PASSWORD_AUTH",`+
				`"AuthParameters":{"USERNAME":"bob","PASSWORD":%q}}`, client, password)).Body.String(); !strings.Contains(body, `"ExpiresIn":7200`) {
				t.Errorf("the password is forgotten: %s", body)
			}
			token, err := s.MintToken(w.pool, "bob", TokenOptions{})
			if err != nil {
				t.Fatal(err)
			}
			sent := s.Messages()
			if got := post(s, targetPrefix+"VerifyUserAttribute", "", fmt.Sprintf(`{"AccessToken":%q,"AttributeName":"email","Code":%q}`,
				token, sent[len(sent)-1].Code)); got.Code != 200 {
				t.Errorf("the code is forgotten: %s", got.Body)
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

// TestOldJournal opens a journal from before there were clients, passwords, codes and keys.
func TestOldJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	old := `{"pool":"us-east-1_Ab12Cd34E","document":{"Id":"us-east-1_Ab12Cd34E","Name":"old","SchemaAttributes":[],"CreationDate":1.5,"LastModifiedDate":1.5}}
{"pool":"us-east-1_Ab12Cd34E","put":[{"username":"ann","attributes":{"email":"a@example.com","sub":"made-up"},"status":"CONFIRMED","disabled":false,"created":"2026-03-01T09:00:00Z","modified":"2026-03-01T09:00:00Z"}]}
{"pool":"us-east-1_Ab12Cd34E","put":[{"username":"ann","attributes":{"email":"a@example.com","locale":"de","sub":"made-up"},"pending":{"email":"b@example.com"},"status":"CONFIRMED","created":"2026-03-01T09:00:00Z","modified":"2026-03-01T09:00:01Z"}],"update":{"sequence":1,"pool":"us-east-1_Ab12Cd34E","username":"ann","changes":[{"name":"locale","after":"de"}],"time":"2026-03-01T09:00:01Z"}}
`
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "", Config{Journal: path})
	w.pool = "us-east-1_Ab12Cd34E"
	u, _ := w.server.User(w.pool, "ann")
	if u.Attributes["locale"] != "de" || u.Pending["email"] != "b@example.com" || len(w.server.Log()) != 1 {
		t.Errorf("replayed %v, %v", u, w.server.Log())
	}
	w.app(passwordClient)
	if err := w.verify("ann", "email", w.code("ann", "email")); err != nil || w.got("ann", "email") != "b@example.com" {
		t.Errorf("a pending address of an old journal: %v", err)
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
	l := &ledger{updates: tail[Update]{keep: 3}}
	for range 100 {
		if err := l.commit(record{Update: &Update{}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.log(); len(got) < 3 || len(got) > 6 || got[len(got)-1].Sequence != 100 {
		t.Errorf("%d entries, the last is %d", len(got), got[len(got)-1].Sequence)
	}
}

// TestJournalLine: a line tells what happened, and not what did not.
func TestJournalLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s, err := New(Config{Journal: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pool, err := s.CreatePool([]byte(`{"PoolName":"ours"}`))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := s.CreateUser(pool, User{Username: "ann", Attributes: map[string]string{"sub": "s"}, Created: at}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	want := `{"pool":"` + pool + `","put":[{"username":"ann","attributes":{"sub":"s"},"status":"CONFIRMED","created":"2026-01-02T03:04:05Z","modified":"2026-01-02T03:04:05Z"}]}`
	if got := lines[len(lines)-1]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/sandbox"
)

// guild is a sandbox whose users have access tokens.
type guild struct {
	*sandbox.Server
	url, pool, client string
}

// startGuild makes a pool that verifies e-mail addresses, and an app client that may write and read
// all but custom:note.
func startGuild(t *testing.T, users int) *guild {
	t.Helper()
	s, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	g := &guild{Server: s}
	if g.pool, err = s.CreatePool([]byte(`{"PoolName":"guild","AutoVerifiedAttributes":["email"],"Schema":[
		{"Name":"tier","AttributeDataType":"String","Mutable":true},
		{"Name":"note","AttributeDataType":"String","Mutable":true}]}`)); err != nil {
		t.Fatal(err)
	}
	if g.client, err = s.CreateClient(g.pool, []byte(`{"ClientName":"app","WriteAttributes":["custom:tier","email","locale"],
		"ReadAttributes":["custom:tier","email","email_verified","locale"]}`)); err != nil {
		t.Fatal(err)
	}
	for i := range users {
		if err := s.CreateUser(g.pool, sandbox.User{Username: g.user(i), Attributes: map[string]string{
			"custom:tier": "silver", "email": fmt.Sprintf("%s@example.com", g.user(i)), "email_verified": "true"}}); err != nil {
			t.Fatal(err)
		}
	}
	if g.url, err = s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *guild) user(i int) string { return fmt.Sprintf("member-%04d", i+1) }

func (g *guild) token(t *testing.T, i int, o sandbox.TokenOptions) string {
	t.Helper()
	token, err := g.MintToken(g.pool, g.user(i), o)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// people are the attributes of all users, by username.
func (g *guild) people() map[string]map[string]string {
	all := map[string]map[string]string{}
	for u := range g.Users(g.pool) {
		all[u.Username] = u.Attributes
	}
	return all
}

// readCSV returns the rows of a file as maps.
func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		all = append(all, cells)
	}
	return all
}

func countBy(rows []map[string]string, columns ...string) map[string]int {
	counts := map[string]int{}
	for _, row := range rows {
		var key []string
		for _, c := range columns {
			key = append(key, row[c])
		}
		counts[strings.Join(key, " ")]++
	}
	return counts
}

// TestAsUser: of a thousand users with tokens exactly those fail whose token has expired, lacks the
// scope, or may not write the attribute, each for its own reason, without AWS credentials. Codes are
// listed, nothing holds a token, and undo.jsonl goes back with AWS credentials.
func TestAsUser(t *testing.T) {
	g := startGuild(t, 1000)
	t.Chdir(t.TempDir())
	before := g.people()
	var input strings.Builder
	input.WriteString("access_token,custom:tier,email,custom:note\n")
	tokens := map[string]bool{}
	for i := range 1000 {
		var o sandbox.TokenOptions
		tier, email, note := "gold", "", ""
		switch {
		case i < 50:
			o.ExpiresIn = -time.Minute
		case i < 70:
			o.Scopes = []string{"openid", "email"}
		case i < 80:
			note = "not for this client"
		case i < 180:
			email = fmt.Sprintf("new-%04d@example.com", i)
		case i < 280:
			tier = "silver"
		}
		token := g.token(t, i, o)
		tokens[token] = true
		fmt.Fprintf(&input, "%s,%s,%s,%s\n", token, tier, email, note)
	}
	if err := os.WriteFile("members.csv", []byte(input.String()), 0o600); err != nil {
		t.Fatal(err)
	}

	withoutCredentials(t)
	apply := []string{"apply", "--as", "user", "--endpoint-url", g.url, "--rate", "off", "--yes", "--max-failures", "100",
		"--log-level", "debug", "members.csv"}
	code, stdout, stderr := run(t, apply...)
	for _, want := range []string{
		"1,000 rows, 70 can't be applied", g.pool + ", as the access tokens say",
		"custom:tier in 930 rows · email in 100 · custom:note in 10",
		"nobody is counted as active for it",
		"100 e-mail changes: what becomes of them is the pool's affair; it may send up to 100 messages",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error lacks %q:\n%s", want, stderr)
		}
	}
	for _, want := range []string{"720 updated, 100 unchanged, 100 awaiting verification, 80 failed",
		"hint: to apply them again from the same inputs, which have the access tokens: attrmigrate apply --as user --endpoint-url ",
		"codes    members.run/deliveries.csv lists to whom Cognito sent one",
		"members.run/undo.jsonl: apply it to go back, with AWS credentials"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("standard output lacks %q:\n%s", want, stdout)
		}
	}
	if code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	failed := readCSV(t, "members.run/errors.csv")
	want := map[string]int{"token ExpiredToken <redacted>": 50, "token MissingScope <redacted>": 20,
		"refused NotAuthorizedException <redacted>": 10}
	if got := countBy(failed, "_class", "_code", "access_token"); !maps.Equal(got, want) {
		t.Errorf("failed: %v, want %v", got, want)
	}
	for _, row := range failed[70:] {
		if !strings.Contains(row["_message"], "may not write") {
			t.Errorf("line %s: %s", row["_line"], row["_message"])
		}
	}
	if got := countBy(readCSV(t, "members.run/deliveries.csv"), "attribute", "medium", "destination"); !maps.Equal(got, map[string]int{"email EMAIL n***@e***": 100}) {
		t.Errorf("deliveries: %v", got)
	}
	holdNone(t, tokens, ".", stdout, stderr)

	// What failed is read from the original file again: the tokens stand nowhere else.
	code, _, stderr = run(t, "apply", "--as", "user", "--endpoint-url", g.url, "--yes", "members.run/errors.csv")
	if code != 2 || !strings.Contains(stderr, "members.run/errors.csv:2: access_token: this is a report, which keeps no access tokens\n"+
		"hint: --only-failed RUN_DIR applies these records from the original input, which has the tokens") {
		t.Errorf("the report as input: exit code %d\n%s", code, stderr)
	}
	code, stdout, stderr = run(t, append(slices.Clone(apply), "--only-failed", "members.run")...)
	if code != 3 || !strings.Contains(stdout, "80 rows in") {
		t.Errorf("--only-failed: exit code %d\n%s%s", code, stdout, stderr)
	}

	for name, value := range environment {
		t.Setenv(name, value)
	}
	code, stdout, stderr = run(t, "apply", "--endpoint-url", g.url, "--user-pool-id", g.pool, "--rate", "off", "--yes", "members.run/undo.jsonl")
	if code != 0 {
		t.Fatalf("undo: exit code %d\n%s%s", code, stdout, stderr)
	}
	for name, attributes := range g.people() {
		if !maps.Equal(attributes, before[name]) {
			t.Errorf("%s: %v, was %v", name, attributes, before[name])
		}
	}
}

// holdNone fails if one of the secrets stands in a text or in a file under a directory, but for the
// input itself.
func holdNone(t *testing.T, secrets map[string]bool, dir string, texts ...string) {
	t.Helper()
	held := func(where, text string) {
		for secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, secret[strings.LastIndexByte(secret, '.'):]) {
				t.Errorf("%s holds an access token", where)
				return
			}
		}
	}
	for i, text := range texts {
		held(fmt.Sprintf("output %d", i+1), text)
	}
	if err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.Contains(path, ".run") { // a killed start leaves its socket
			return err
		}
		text, err := os.ReadFile(path)
		held(path, string(text))
		return err
	}); err != nil {
		t.Error(err)
	}
}

package changeset

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// noon is when the tokens of the tests are issued; they are good for an hour.
var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

const (
	sub    = "11111111-aaaa-4bbb-8ccc-222222222222"
	poolID = "us-east-1_Made00000"
)

// tokenOf is an access token of the user in a pool, with a signature that nobody made.
func tokenOf(t *testing.T, pool string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{
		"sub": sub, "username": "ann", "iss": "https://cognito-idp.us-east-1.amazonaws.com/" + pool, "token_use": "access",
		"scope": "aws.cognito.signin.user.admin", "iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(claims) + "." + encode([]byte("made up"))
}

// withTokens is a change set with access tokens.
func withTokens(t *testing.T, tokens ...string) (*Set, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens.csv")
	text := "access_token,locale\n"
	for _, token := range tokens {
		text += token + ",de\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t.Context(), Spec{Paths: []string{path}, Decoding: sources.Options{Tokens: true}})
}

// TestTokens: a record is named by its token, or says why the service would not take that.
func TestTokens(t *testing.T) {
	for _, tt := range []struct {
		name, pool string // of the token
		since      time.Time
		want       string // the code of the error
		hint       string
	}{
		{"good", poolID, noon, "", ""},
		{"of another pool", "us-east-1_Made11111", noon, "OtherPool", ""},
		{"expired", poolID, noon.Add(2 * time.Hour), "ExpiredToken", ""},
		{"left out of a report", "", noon, "RedactedToken", "--only-failed RUN_DIR applies these records from the original input, which has the tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := sources.Redacted
			if tt.pool != "" {
				token = tokenOf(t, tt.pool)
			}
			set, err := withTokens(t, token)
			if err != nil {
				t.Fatal(err)
			}
			in, err := set.WithTokens(poolID, noon.Add(-time.Hour)).Since(tt.since).Read()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			c, err := in.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			code := ""
			if e, ok := errors.AsType[interface {
				error
				Code() string
			}](c.Err); ok {
				code = e.Code()
			}
			if code != tt.want || c.Err == nil && c.Username != sub || tt.hint != "" && refusal.HintOf(c.Err) != tt.hint {
				t.Errorf("of %q: %v (%s), hint %q", c.Username, c.Err, code, refusal.HintOf(c.Err))
			}
		})
	}
}

// TestFirstToken: the first token that can be read tells the pool; where there is none, it is told why.
func TestFirstToken(t *testing.T) {
	for _, tt := range []struct {
		name   string
		tokens []string
		want   string
	}{
		{"the first", []string{tokenOf(t, poolID)}, poolID},
		{"behind one that is none", []string{"none", tokenOf(t, poolID)}, poolID},
		{"none that can be read", []string{"none"}, "no access token can be read: "},
		{"no records", nil, "has no records, and so no access tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := withTokens(t, tt.tokens...)
			if err != nil {
				t.Fatal(err)
			}
			token, err := set.FirstToken(t.Context())
			got := fmt.Sprint(err)
			if err == nil {
				got = token.PoolID
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestOnlyFailed: of selected lines there is each record, and none where several begin on one.
func TestOnlyFailed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.json")
	text := `[{"username":"ann","attributes":{"locale":"de"}},` + "\n" + `{"username":"bob","attributes":{"locale":"de"}}, {"username":"cat","attributes":{"locale":"de"}}]`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		line int
		want string
	}{
		{"alone on its line", 1, "ann, EOF"},
		{"two on a line", 2, "bob, " + path + ":2: --only-failed tells records by their lines, and several begin on this one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := opened(t, Spec{Paths: []string{path}})
			set.only = &selection{lines: []map[int]bool{{tt.line: true}}}
			in, err := set.Read()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			first, err := in.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = in.Next(t.Context())
			if got := first.Username + ", " + fmt.Sprint(err); got != tt.want || (tt.line == 1) != errors.Is(err, io.EOF) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

package sources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const canary = "eyJraWQiOiJhIn0.eyJzdWIiOiJhIn0.c2ln"

// TestSecretTellsNothing: whatever a change is printed with, its token is not in it.
func TestSecretTellsNothing(t *testing.T) {
	c := Change{Token: canary}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		for _, value := range []any{c.Token, c, &c, []Secret{c.Token}, map[string]Secret{"a": c.Token}, errors.New(fmt.Sprint(c))} {
			hides(t, verb, fmt.Sprintf(verb, value))
		}
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	hides(t, "JSON", string(encoded))
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("a change", "change", c, "token", c.Token)
	}
	hides(t, "log", log.String())
	if string(c.Token) != canary {
		t.Error("the token itself is lost")
	}
}

func hides(t *testing.T, how, text string) {
	t.Helper()
	for _, part := range append(strings.Split(canary, "."), fmt.Sprintf("%x", canary)) {
		if strings.Contains(strings.ToLower(text), strings.ToLower(part)) {
			t.Errorf("%s tells the token: %s", how, text)
		}
	}
}

func TestWithoutTokens(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"native", `{"access_token":"T","attributes":{"a":"b"}}`, `{"access_token":"<redacted>","attributes":{"a":"b"}}`},
		{"the API's", `{"UserAttributes":[{"Name":"a","Value":"b"}], "AccessToken" : "T" }`, `{"UserAttributes":[{"Name":"a","Value":"b"}], "AccessToken" : "<redacted>" }`},
		{"in another case", `{"ACCESS_TOKEN":"T","accessToken":"T"}`, `{"ACCESS_TOKEN":"<redacted>","accessToken":"<redacted>"}`},
		{"twice", `{"access_token":"T","access_token":"T"}`, `{"access_token":"<redacted>","access_token":"<redacted>"}`},
		{"deep", `{"a":[{"access_token":"T"}]}`, `{"a":[{"access_token":"<redacted>"}]}`},
		{"nothing", `{"access_token":null,"AccessToken":"","b":[{"access_token":" "}]}`, `{"access_token":null,"AccessToken":"","b":[{"access_token":" "}]}`},
		{"a report", `{"access_token":"<redacted>" , "a" : "b"}`, `{"access_token":"<redacted>" , "a" : "b"}`},
		{"no string", `{"access_token":{"a":["T"]},"b":1}`, `{"access_token":"<redacted>","b":1}`},
		{"an escaped name", `{"access\u005ftoken":"T"}`, `{"access\u005ftoken":"<redacted>"}`},
		{"under another name", `{"locale":"` + canary + `"}`, `{"locale":"<redacted>"}`},
		{"as a name", `{"` + canary + `":1}`, `{"<redacted>":1}`},
		{"in an array", `["` + canary + `",2]`, `["<redacted>",2]`},
		{"escaped", `["\u0065yJhIjoxfQ.eyJzdWIi.c2ln"]`, `["<redacted>"]`},
		{"not UTF-8", "{\"a\":\"\xff\",\"access_token\":\"T\"}", "{\"a\":\"\xff\",\"access_token\":\"<redacted>\"}"},
		{"the address of a picture", `{"picture":"https://example.com/heyJude.png"}`, `{"picture":"https://example.com/heyJude.png"}`},
		{"none", `{"username":"eyJ","attributes":{"a":null}}`, `{"username":"eyJ","attributes":{"a":null}}`},
		{"cut short", `{"access_token":"T`, `<redacted>`},
		{"no JSON", `access_token=T`, `<redacted>`},
		{"more behind", `{"access_token":"T"} x`, `<redacted>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(withoutTokens([]byte(tt.text))); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzWithoutTokens: whatever the text around it, a token in a JSON string does not come through.
func FuzzWithoutTokens(f *testing.F) {
	for _, seed := range []string{`{"access_token":"%s"}`, `["%s"]`, `{"%s":"access_token"`, `{"a":"%s"}{"b":"%s"}`, `%s`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, around string) {
		text := strings.ReplaceAll(around, "%s", canary)
		if !strings.Contains(text, `"`+canary+`"`) {
			return
		}
		got := string(withoutTokens([]byte(text)))
		if strings.Contains(got, `"`+canary+`"`) && got != Redacted {
			t.Errorf("%s gives %s", text, got)
		}
	})
}

// TestTokens: what names the user, and what a record keeps of it.
func TestTokens(t *testing.T) {
	as := Options{Tokens: true}
	ignoring := func(o Options, names ...string) Options { o.Ignore = names; return o }
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		want             string
	}{
		{"CSV", "a.csv", "access_token,custom:tier\nTTT,gold\n", as, "token TTT sets custom:tier=gold, kept <redacted>|gold"},
		{"the API's name", "a.csv", "AccessToken,custom:tier\nTTT,gold\n", as, "token TTT sets custom:tier=gold, kept <redacted>|gold"},
		{"another name", "a.csv", "jwt,custom:tier\nTTT,gold\n", Options{Tokens: true, Rename: map[string]string{"jwt": "access_token"}},
			"token TTT sets custom:tier=gold, kept <redacted>|gold"},
		{"long", "a.csv", "access_token,attribute,value\nTTT,custom:tier,gold\nTTT,locale,de\n", as,
			"token TTT sets custom:tier=gold locale=de, kept <redacted>|custom:tier|gold <redacted>|locale|de"},
		{"a sub beside it", "a.csv", "access_token,sub,custom:tier\nTTT,s-1,gold\n", as, "token TTT sets custom:tier=gold expects sub=s-1, kept <redacted>|s-1|gold"},
		{"a username left out", "a.csv", "access_token,username,custom:tier\nTTT,ann,gold\n", ignoring(as, "username"),
			"token TTT sets custom:tier=gold, kept <redacted>|ann|gold"},
		{"a username beside it", "a.csv", "access_token,username,custom:tier\nTTT,ann,gold\n", as,
			`a.csv:1: columns "access_token" and "username" both name the user; leave one of them out with Options.Ignore`},
		{"an empty cell", "a.csv", "access_token,custom:tier\n,gold\n", as, "access_token: there is no access token; give each record the access token of its user, kept |gold"},
		{"a report", "a.csv", "access_token,custom:tier\n<redacted>,gold\n", as,
			"access_token: this is a report, which keeps no access tokens; apply these records from the original input, which has the tokens, kept <redacted>|gold"},
		{"a ragged row", "a.csv", "access_token,custom:tier\nTTT,gold,x\n", as,
			"the row has 3 cells, the header has 2; put a cell that contains a comma into quotes, kept <redacted>"},
		{"no column", "a.csv", "username,custom:tier\nann,gold\n", as,
			"a.csv:1: no column has the users' access tokens; name it access_token, or rename it with Options.Rename COLUMN=access_token; the columns are username, custom:tier"},
		{"a sub alone", "a.csv", "sub,custom:tier\ns-1,gold\n", as,
			"a.csv:1: no column has the users' access tokens; name it access_token, or rename it with Options.Rename COLUMN=access_token; the columns are sub, custom:tier"},
		{"not wanted", "a.csv", "access_token,username,custom:tier\nTTT,ann,gold\n", Options{},
			`a.csv:1: column "access_token" has access tokens; Options.Tokens true applies them; Options.Tokens false needs usernames, and Options.Ignore access_token leaves the tokens out`},
		{"not wanted and left out", "a.csv", "access_token,username,custom:tier\nTTT,ann,gold\n", ignoring(Options{}, "access_token"),
			"ann sets custom:tier=gold, kept <redacted>|ann|gold"},
		{"no header", "a.csv", canary + ",gold\n", as,
			"a.csv:1: column 1 is named by what looks like an access token; the first line has to name the columns"},
		{"UsernameColumn", "a.csv", "access_token,custom:tier\nTTT,gold\n", Options{Tokens: true, UsernameColumn: "custom:tier"},
			"a.csv: Options.UsernameColumn names users, and here their access tokens do; for a token column of another name: Options.Rename COLUMN=access_token"},
		{"JSONL", "a.jsonl", `{"access_token":"TTT","attributes":{"custom:tier":"gold"}}`, as,
			`token TTT sets custom:tier=gold, kept {"access_token":"<redacted>","attributes":{"custom:tier":"gold"}}`},
		{"the API's shape", "a.jsonl", `{"AccessToken":"TTT","UserAttributes":[{"Name":"custom:tier","Value":"gold"}]}`, as,
			`token TTT sets custom:tier=gold, kept {"AccessToken":"<redacted>","UserAttributes":[{"Name":"custom:tier","Value":"gold"}]}`},
		{"a username too", "a.jsonl", `{"access_token":"TTT","username":"ann","attributes":{}}`, as,
			`username: the user is named by the access token, and only one of them may stand; Options.Ignore username leaves it out, kept {"access_token":"<redacted>","username":"ann","attributes":{}}`},
		{"a username left out of JSONL", "a.jsonl", `{"access_token":"TTT","username":"ann","attributes":{"a":"b"}}`, ignoring(as, "username"),
			`token TTT sets a=b, kept {"access_token":"<redacted>","username":"ann","attributes":{"a":"b"}}`},
		{"none in JSONL", "a.jsonl", `{"attributes":{"a":"b"}}`, as,
			`access_token: there is no access token; give each record the access token of its user, kept {"attributes":{"a":"b"}}`},
		{"not wanted in JSONL", "a.jsonl", `{"AccessToken":"TTT","username":"ann","attributes":{"a":"b"}}`, Options{},
			`AccessToken: the record has an access token; Options.Tokens true applies it; Options.Tokens false needs a username, and Options.Ignore AccessToken leaves the token out, kept {"AccessToken":"<redacted>","username":"ann","attributes":{"a":"b"}}`},
		{"metadata by column", "a.csv", "username,custom:tier,metadata:source\nann,gold,crm\n", Options{}, "ann sets custom:tier=gold tells source=crm, kept ann|gold|crm"},
		{"metadata by an empty cell", "a.csv", "username,custom:tier,metadata:source\nann,gold,\n", Options{Empty: DeleteEmpty}, "ann sets custom:tier=gold, kept ann|gold|"},
		{"metadata by a renamed column", "a.csv", "username,custom:tier,origin\nann,gold,crm\n", Options{Rename: map[string]string{"origin": "metadata:source"}},
			"ann sets custom:tier=gold tells source=crm, kept ann|gold|crm"},
		{"metadata of a long CSV", "a.csv", "username,attribute,value\nann,custom:tier,gold\nann,metadata:source,crm\n", Options{},
			"ann sets custom:tier=gold tells source=crm, kept ann|custom:tier|gold ann|metadata:source|crm"},
		{"metadata without a key", "a.csv", "username,metadata:\nann,crm\n", Options{}, `a.csv:1: column 2, "metadata:", names no key; write metadata:KEY`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(firstRecord(t, path, tt.opts), filepath.Dir(path)+"/", ""); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestRedacted: a record says whether its input has access tokens in it, wherever they stand.
func TestRedacted(t *testing.T) {
	ignoring := Options{Ignore: []string{"access_token"}}
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		want             bool
	}{
		{"none", "a.csv", "username,locale\nann,de\n", Options{}, false},
		{"what begins as one", "a.csv", "username,picture\nann,https://example.com/heyJude.png\n", Options{}, false},
		{"the column is left out", "a.csv", "username,access_token,locale\nann,TTT,de\n", ignoring, true},
		{"the API's column is left out", "a.csv", "username,AccessToken,locale\nann,TTT,de\n", Options{Ignore: []string{"Access*"}}, true},
		{"the column is empty", "a.csv", "username,access_token,locale\nann,,de\n", ignoring, false},
		{"the column has a blank", "a.csv", "username,access_token,locale\nann, ,de\n", ignoring, false},
		{"a report", "a.csv", "username,access_token,locale\nann,<redacted>,de\n", ignoring, false},
		{"another column", "a.csv", "username,_jwt,locale\nann," + canary + ",de\n", Options{}, true},
		{"the username", "a.csv", "username,locale\n" + canary + ",de\n", Options{}, true},
		{"a row that can't be decoded", "a.csv", "username,_jwt,locale\nann," + canary + ",de,x\n", Options{}, true},
		{"long", "a.csv", "username,attribute,value,access_token\nann,locale,de,\nann,zoneinfo,x,TTT\n", ignoring, true},
		{"long, another column", "a.csv", "username,attribute,value,_jwt\nann,locale,de,\nann,zoneinfo,x," + canary + "\n", Options{}, true},
		{"data", "a.csv", "Email,access_token\na@example.com,TTT\n", Options{Data: true, UsernameColumn: "Email", Columns: []string{"Email"}}, true},
		{"JSONL", "a.jsonl", `{"username":"ann","attributes":{"locale":"de"}}`, Options{}, false},
		{"JSONL, the field is left out", "a.jsonl", `{"username":"ann","access_token":"TTT","attributes":{"locale":"de"}}`, ignoring, true},
		{"JSONL, the field is not wanted", "a.jsonl", `{"username":"ann","AccessToken":"TTT","attributes":{"locale":"de"}}`, Options{}, true},
		{"JSONL, as an attribute", "a.jsonl", `{"username":"ann","attributes":{"access_token":"TTT"}}`, ignoring, true},
		{"JSONL, another field", "a.jsonl", `{"username":"ann","_jwt":"` + canary + `","attributes":{"locale":"de"}}`, Options{}, true},
		{"JSONL, a report", "a.jsonl", `{"username":"ann","access_token":"<redacted>","attributes":{"locale":"de"}}`, ignoring, false},
		{"JSONL, no token", "a.jsonl", `{"username":"ann","access_token":null,"attributes":{"locale":"de"}}`, ignoring, false},
		{"JSONL, an empty token", "a.jsonl", `{"username":"ann","access_token":"","attributes":{"locale":"de"}}`, ignoring, false},
		{"JSONL, cut short, what begins as one", "a.jsonl", `{"username":"ann","attributes":{"custom:tier":"eyJabc"}`, Options{}, false},
		{"JSONL, cut short, another field", "a.jsonl", `{"username":"ann","_jwt":"` + canary + `"`, Options{}, true},
		{"JSONL, cut short", "a.jsonl", `{"username":"ann","access_token":"TTT"`, ignoring, true},
		{"JSONL data", "a.jsonl", `{"Email":"a@example.com","access_token":"TTT"}`, Options{Data: true, UsernameColumn: "Email"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Open([]string{path}, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			c, err := f.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.Redacted != tt.want {
				t.Errorf("%v, want %v", c.Redacted, tt.want)
			}
			kept := []string{string(c.Text)}
			for _, row := range c.Rows {
				kept = append(kept, row.Cells...)
			}
			for _, kept := range kept {
				if tt.want && (strings.Contains(kept, "TTT") || strings.Contains(kept, canary)) {
					t.Errorf("it keeps %s", kept)
				}
			}
		})
	}
}

// TestMayHoldTokens: a token, or the name of one, is found wherever the text is cut in two.
func TestMayHoldTokens(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"none", "username,picture\nann,\"https://example.com/heyJude.png\n", false},
		{"what looks like one", "username,a\nann,\"x\nbob," + canary + "\n", true},
		{"its name", "username,ACCESS_TOKEN\nann,\"x\n", true},
		{"the API's name", "username,AccessToken\nann,\"x\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for cut := range tt.text {
				var f tokenFinder
				for _, part := range []string{strings.Repeat("x", 2*maxTokenHeader), tt.text[:cut], tt.text[cut:]} {
					_, _ = io.WriteString(&f, part)
				}
				if f.found != tt.want {
					t.Fatalf("cut at %d: %v, want %v", cut, f.found, tt.want)
				}
			}
			path := filepath.Join(t.TempDir(), "a.csv")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := new(Seals).MayHoldTokens(t.Context(), path); got != tt.want || err != nil {
				t.Errorf("%v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// firstRecord spells out the first record of a file, or the error that refuses it, with its hint.
func firstRecord(t *testing.T, path string, opts Options) string {
	t.Helper()
	f, err := Open([]string{path}, opts)
	var c *Change
	if err == nil {
		defer f.Close()
		c, err = f.Next(t.Context())
	}
	if err != nil && err != io.EOF {
		return withHint(err)
	}
	kept := string(c.Text)
	for i, row := range c.Rows {
		if i > 0 {
			kept += " "
		}
		kept += strings.Join(row.Cells, "|")
	}
	if c.Err != nil {
		return withHint(c.Err) + ", kept " + kept
	}
	text := c.Username
	if c.Token != "" {
		text += "token " + string(c.Token)
	}
	text += spelled(" sets", c.Attributes) + spelled(" expects", c.Expect)
	for key, value := range c.ClientMetadata {
		text += " tells " + key + "=" + value
	}
	return text + ", kept " + kept
}

func spelled(word string, list []Attribute) string {
	if len(list) == 0 {
		return ""
	}
	for _, a := range list {
		word += " " + a.Name + "=" + a.Value
	}
	return word
}

func withHint(err error) string {
	text := err.Error()
	var h interface{ Hint() string }
	if errors.As(err, &h) && h.Hint() != "" {
		text += "; " + h.Hint()
	}
	return text
}

package cognito

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// A token is printed by accident, in a struct, by %+v, by a logger, into JSON; never with what it says.
func TestTokenIsNeverTold(t *testing.T) {
	token, err := ParseToken(tokenWith(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Token   Token
		Pointer *Token
		List    []Token
		Map     map[string]any
	}
	held := holder{*token, token, []Token{*token}, map[string]any{"t": *token}}
	var told bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T %v"} {
		for _, v := range []any{*token, token, held, &held, []any{token}, fmt.Errorf("bad: %v", token)} {
			fmt.Fprintf(&told, verb+"\n", v, v)
		}
	}
	fmt.Fprintln(&told, token, *token)
	asJSON, err := token.MarshalJSON()
	if got := token.String() + token.GoString() + token.LogValue().String() + string(asJSON); err != nil ||
		got != `<redacted><redacted><redacted>"<redacted>"` {
		t.Errorf("got %s, %v", got, err)
	}
	for _, log := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&told, nil)), slog.New(slog.NewJSONHandler(&told, nil)),
	} {
		log.Info("token", "pointer", token, "value", *token, "held", held, slog.Group("g", "t", token))
	}
	for _, encode := range []func(any) ([]byte, error){json.Marshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) }} {
		for _, v := range []any{token, held, map[*Token]string{token: "key"}} {
			b, err := encode(v)
			if err != nil {
				t.Fatal(err)
			}
			told.Write(b)
		}
	}
	if n := strings.Count(told.String(), "redacted"); n < 40 {
		t.Errorf("redacted %d times only", n)
	}
	for _, canary := range []string{testSub, "canary", "1example", testPool, "openid", "Ab12", fmt.Sprintf("%x", testSub), fmt.Sprintf("%X", "canary")} {
		if strings.Contains(told.String(), canary) {
			t.Errorf("%q is told", canary)
		}
	}
}

// The message of the service may repeat the token, whole or in part, and what it says of the user. No
// way of printing the error tells it.
func TestErrorsKeepTheToken(t *testing.T) {
	token := tokenWith(t, nil)
	parts := strings.Split(token, ".")
	answers := []func(http.ResponseWriter, int){
		text(403, "<html>"+token), text(200, `{"Username":"`+token), // a proxy's page, and an answer that breaks off
	}
	for _, message := range []string{
		"Invalid Access Token: " + token,
		token,
		strings.Repeat(token+" ", 50),
		"first\n" + token,
		"Token '" + token[:60] + "...' has expired",
		"..." + token[len(token)-20:],
		parts[0] + ", " + parts[1] + " and " + parts[2],
		"Value '" + token + "' at 'accessToken' failed to satisfy constraint",
		"no " + strings.Join(strings.Split(token, ""), "\u200b"),
		strings.Repeat("x", 390) + token,
		strings.Repeat("é", 1995) + token,
		"CANARY-ANN@example.com is blocked",
		"user " + testSub + " is blocked, canary nickname too",
	} {
		for _, code := range []string{"NotAuthorizedException", "UserLambdaValidationException", "NobodyKnowsThisException", parts[0]} {
			answers = append(answers, refuseWith(400, code, message))
		}
	}
	for _, op := range []string{userUpdate, ownUser} {
		s := serve(t, func(w http.ResponseWriter, n int) { answers[n-1](w, n) })
		c := anonymousOf(t, s.URL)
		for range answers {
			err := withTokenCall(t, c, op, token)
			keepsToken(t, err, token)
			if op == userUpdate && strings.Contains(strings.ToLower(err.Error()), "canary nickname") {
				t.Errorf("the value is told: %s", err)
			}
		}
	}
}

// keepsToken prints an error in every way and looks for parts of the token and for its user.
func keepsToken(t *testing.T, err error, token string) {
	t.Helper()
	e := asError(t, err)
	if e.Unwrap() != nil {
		t.Errorf("wraps %T, whose text nobody has cleaned", e.Unwrap())
	}
	encoded, _ := json.Marshal(map[string]any{"error": err, "text": err.Error()})
	told := e.Hint() + e.Code() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
		told += fmt.Sprintf(verb, err) + fmt.Sprintf(verb, struct{ E error }{err}) + fmt.Sprintf(verb, *e)
	}
	for i := range len(token) - leastPart {
		if part := token[i : i+leastPart]; strings.Contains(told, part) {
			t.Fatalf("%q of the token is told: %s", part, told)
		}
	}
	for _, canary := range []string{testSub, "canary-ann"} {
		if strings.Contains(strings.ToLower(told), canary) {
			t.Errorf("%q is told: %s", canary, told)
		}
	}
}

// Eight characters of a token are told by no message; seven may be a word.
func TestLeastPart(t *testing.T) {
	for message, want := range map[string]string{
		"no abcdefgh": "no (hidden)", "no abcdefg": "no abcdefg", "bcdefghijk!": "(hidden)!", "abcdefghabcdefg": "(hidden)abcdefg",
	} {
		if got := hideParts(message, "abcdefghijk"); got != want {
			t.Errorf("%q became %q, want %q", message, got, want)
		}
	}
}

// Whatever pieces of a secret a message is made of, none of eight characters stays in it, and nothing
// that is not the secret's is lost.
func TestHideParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9_-]{8,200}`).Draw(t, "secret")
		var message string
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			from := rapid.IntRange(0, len(secret)).Draw(t, "from")
			message += secret[from:rapid.IntRange(from, len(secret)).Draw(t, "to")]
			message += rapid.StringMatching(`( é |\n|: )`).Draw(t, "between")
		}
		got := hideParts(message, secret)
		for i := 0; i+leastPart <= len(secret); i++ {
			if part := secret[i : i+leastPart]; strings.Contains(got, part) && !strings.Contains("(hidden)(hidden)", part) {
				t.Fatalf("%q is left in %q", part, got)
			}
		}
		if unrelated := "the quick brown fox ~ jumps"; hideParts(unrelated, secret) != unrelated {
			t.Fatalf("%q became %q", unrelated, hideParts(unrelated, secret))
		}
	})
}

package cognito

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
)

// noon is the time of the tests' tokens: issued then, and good for an hour.
var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

const testSub = "11111111-aaaa-4bbb-8ccc-222222222222"

// goodClaims are those of an access token as Cognito makes it.
func goodClaims() map[string]any {
	return map[string]any{
		"sub": testSub, "username": "canary-ann@example.com",
		"iss":       "https://cognito-idp.us-east-1.amazonaws.com/" + testPool,
		"client_id": "1example23456789", "origin_jti": "made-up", "token_use": "access",
		"scope": "aws.cognito.signin.user.admin openid", "auth_time": noon.Unix(), "version": 2,
		"iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(), "jti": "made-up-too",
		"cognito:groups": []string{"a", "b"},
	}
}

// tokenWith makes a token of the good claims, some of them replaced or (nil) left out.
func tokenWith(t testing.TB, changed map[string]any) string {
	t.Helper()
	c := goodClaims()
	maps.Copy(c, changed)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return tokenOf(string(payload))
}

// tokenOf makes a token of a payload, with a signature that nobody made.
func tokenOf(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"kid":"made-up","alg":"RS256"}`)) + "." + encode([]byte(payload)) + "." +
		encode([]byte("this signature is made up, like the rest of the token"))
}

func TestParseToken(t *testing.T) {
	got, err := ParseToken(tokenWith(t, nil))
	want := &Token{Subject: testSub, Username: "canary-ann@example.com", PoolID: testPool, Region: "us-east-1",
		ClientID: "1example23456789", Scopes: []string{selfScope, "openid"}, Use: "access",
		IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("err %v, equal %v", err, reflect.DeepEqual(got, want))
	}
}

func TestTokenIssuers(t *testing.T) {
	tests := []struct{ name, issuer, pool, region string }{
		{"AWS", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab12Cd34E", testPool, "us-east-1"},
		{"the updated issuer", "https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_abc", "eu-west-2_abc", "eu-west-2"},
		{"China", "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc", "cn-north-1_abc", "cn-north-1"},
		{"GovCloud", "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_abc", "us-gov-west-1_abc", "us-gov-west-1"},
		{"FIPS", "https://cognito-idp-fips.us-east-2.amazonaws.com/us-east-2_abc", "us-east-2_abc", "us-east-2"},
		{"a sovereign partition", "https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_abc", "eusc-de-east-1_abc", "eusc-de-east-1"},
		{"an emulator", "http://127.0.0.1:9229/local_4c2a", "local_4c2a", ""},
		{"an emulator with a Region in the pool", "http://localhost:4566/us-east-1_abc", "us-east-1_abc", "us-east-1"},
		{"a path before the pool", "http://cognito.example.com/v1/us-east-1_abc", "us-east-1_abc", "us-east-1"},
		{"a slash behind it", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc/", "us-east-1_abc", "us-east-1"},
		{"a host that only looks like it", "https://cognito-idp.us-east-1x.example.com/eu-west-1_abc", "eu-west-1_abc", "eu-west-1"},

		{"no issuer", "", "", ""},
		{"no pool", "https://accounts.example.com/", "", ""},
		{"another service", "https://login.example.com/oauth2/default", "", ""},
		{"no URL", "https://[::1/us-east-1_abc", "", ""},
		{"no host", "https:///us-east-1_abc", "", ""},
		{"another scheme", "file:///us-east-1_abc", "", ""},
		{"a pool with a slash in it", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a%2Fb", "", ""},
		{"a pool that is too long", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_" + strings.Repeat("a", 46), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token, err := ParseToken(tokenWith(t, map[string]any{"iss": tt.issuer}))
			if tt.pool == "" {
				asTokenError(t, err, "MalformedToken", "the text is no access token: it names no user pool", "AccessToken")
				return
			}
			if err != nil || token.PoolID != tt.pool || token.Region != tt.region {
				t.Errorf("err %v, want pool %s in %q", err, tt.pool, tt.region)
			}
		})
	}
}

func TestParseTokenRefuses(t *testing.T) {
	const no, whole = "the text is no access token: ", "give the whole AccessToken that signing in returned, without Bearer"
	good := tokenWith(t, nil)
	head, _, _ := strings.Cut(good, ".")
	tests := []struct{ name, text, code, want, hint string }{
		{"nothing", "", "MalformedToken", "there is no access token", "give each record"},
		{"a word", "secret", "MalformedToken", no + "it doesn't have the three parts of a token", whole},
		{"a prefix", "Bearer " + good, "MalformedToken", no + "it has a character that no token has", whole},
		{"a line end", good + "\n", "MalformedToken", no + "it has a character that no token has", whole},
		{"quotes", `"` + good + `"`, "MalformedToken", no + "it has a character that no token has", whole},
		{"other letters", "é" + good, "MalformedToken", no + "it has a character that no token has", whole},
		{"not UTF-8", "\xff" + good, "MalformedToken", no + "it has a character that no token has", whole},
		{"another alphabet", strings.Replace(good, ".", ".+/", 1), "MalformedToken", no + "it has a character that no token has", whole},
		{"too long", strings.Repeat("a", 64<<10+1), "MalformedToken", no + "it is over 64 KiB", whole},
		{"cut off behind the claims", good[:strings.LastIndex(good, ".")+1], "MalformedToken", no + "it doesn't have the three parts", whole},
		{"dots", "..", "MalformedToken", no + "it doesn't have the three parts", whole},
		{"65,000 dots", strings.Repeat(".", 65_000), "MalformedToken", no + "it doesn't have the three parts", whole},
		{"a refresh token", "a.b.c.d.e", "NotAnAccessToken", "the text is a refresh token", "give the one called AccessToken"},
		{"no base64", head + ".a.b", "MalformedToken", no + "it is damaged", whole},
		{"no JSON", tokenOf("claims"), "MalformedToken", no + "its claims can't be read", whole},
		{"no object", tokenOf("[]"), "MalformedToken", no + "its claims can't be read", whole},
		{"JSON without end", tokenOf(strings.Repeat(`{"a":`, 9_000)), "MalformedToken", no + "its claims can't be read", whole},
		{"one claim twice", tokenOf(`{"sub":"a","sub":"b"}`), "MalformedToken", no + "its claims can't be read", whole},
		{"a claim of another type", tokenWith(t, map[string]any{"sub": 7}), "MalformedToken", no + "its claims can't be read", whole},
		{"an endless number", tokenOf(`{"exp":1e999}`), "MalformedToken", no + "its claims can't be read", whole},
		{"no user", tokenWith(t, map[string]any{"sub": nil}), "MalformedToken", no + "it names no user", whole},
		{"a user with a line end", tokenWith(t, map[string]any{"sub": "a\nb"}), "MalformedToken", no + "it names no user", whole},
		{"claims in capitals", tokenWith(t, map[string]any{"sub": nil, "SUB": testSub}), "MalformedToken", no + "it names no user", whole},
		{"no expiry", tokenWith(t, map[string]any{"exp": nil}), "MalformedToken", no + "it has no time of expiry", whole},
		{"an expiry before all time", tokenWith(t, map[string]any{"exp": -1e300}), "MalformedToken", no + "it has no time of expiry", whole},
		{"an expiry in milliseconds", tokenWith(t, map[string]any{"exp": 1e18}), "MalformedToken", no + "it has no time of expiry", whole},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token, err := ParseToken(tt.text)
			if token != nil {
				t.Error("a token and an error")
			}
			asTokenError(t, err, tt.code, tt.want, tt.hint)
		})
	}
}

func TestTokenCheck(t *testing.T) {
	tests := []struct {
		name             string
		claims           map[string]any
		after            time.Duration
		pool             string
		code, text, hint string
	}{
		{"good", nil, 0, testPool, "", "", ""},
		{"of any pool", nil, 0, "", "", "", ""},
		{"in its last moment", nil, time.Hour - 1, testPool, "", "", ""},
		{"with the scope alone", map[string]any{"scope": selfScope}, 0, testPool, "", "", ""},
		{"at its end", nil, time.Hour, testPool, "ExpiredToken", "the access token has expired", "sign in again"},
		{"a fraction of a second", map[string]any{"exp": float64(noon.Unix()) + 0.5}, 0, testPool, "ExpiredToken", "the access token has expired", "clock"},
		{"no scope", map[string]any{"scope": nil}, 0, testPool, "MissingScope", "the access token lacks the scope aws.cognito.signin.user.admin", "sign the user in through the API"},
		{"another scope", map[string]any{"scope": "aws.cognito.signin.user.administrator openid"}, 0, testPool, "MissingScope", "lacks the scope", "app client"},
		{"another pool", nil, 0, "us-east-1_other", "OtherPool", "the access token is of another user pool than us-east-1_other", "--user-pool-id"},
		{"an ID token", map[string]any{"token_use": "id", "client_id": nil, "scope": nil, "username": nil}, 0, testPool, "NotAnAccessToken", "the text is an ID token", "AccessToken"},
		{"of no use", map[string]any{"token_use": nil}, 0, testPool, "NotAnAccessToken", "the token is not an access token", "AccessToken"},
		{"of another use", map[string]any{"token_use": "Access"}, 0, testPool, "NotAnAccessToken", "the token is not an access token", "AccessToken"},
		{"expired and without scope", map[string]any{"scope": nil}, 2 * time.Hour, testPool, "MissingScope", "lacks the scope", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token, err := ParseToken(tokenWith(t, tt.claims))
			if err != nil {
				t.Fatal(err)
			}
			err = token.Check(noon.Add(tt.after), tt.pool)
			if tt.code == "" {
				if err != nil {
					t.Errorf("got %v, want none", err)
				}
				return
			}
			asTokenError(t, err, tt.code, tt.text, tt.hint)
		})
	}
}

func TestTokenTimeLeft(t *testing.T) {
	token := &Token{ExpiresAt: noon}
	for _, tt := range []struct {
		name      string
		now       time.Time
		remaining time.Duration
	}{
		{"before", noon.Add(-time.Minute), time.Minute},
		{"at the end", noon, 0},
		{"after", noon.Add(time.Minute), 0},
	} {
		if got := token.TimeLeft(tt.now); got != tt.remaining {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.remaining)
		}
	}
}

// asTokenError fails the test unless err is a TokenError as it is wanted, which stops only its record.
func asTokenError(t *testing.T, err error, code, text, hint string) {
	t.Helper()
	var e *TokenError
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v, want a TokenError", err, err)
	}
	if e.Code() != code || e.Class() != "token" {
		t.Errorf("got %s of class %s (%v), want %s", e.Code(), e.Class(), e, code)
	}
	has(t, "text", e.Error(), text)
	has(t, "hint", e.Hint(), hint)
	if strings.Contains(e.Error()+e.Hint(), "\n") || e.Hint() == "" {
		t.Errorf("text %q, hint %q", e, e.Hint())
	}
}

// Whatever the text, the answer is a token that can be used or an error whose text stands in the code.
func FuzzParseToken(f *testing.F) {
	good := tokenWith(f, nil)
	for _, seed := range []string{
		"", ".", "..", "a.b.c", "....", good, good + ".", good[:len(good)/2], strings.ToLower(good), "Bearer " + good,
		tokenOf("{}"), tokenOf("null"), tokenOf(`{"sub":null}`), tokenOf(strings.Repeat("[", 20_000)),
		tokenWith(f, map[string]any{"token_use": "id"}), tokenWith(f, map[string]any{"exp": 0.1}),
		tokenWith(f, map[string]any{"exp": 1e308, "iat": -1}), tokenWith(f, map[string]any{"iss": "http://127.0.0.1:9229/local_1"}),
		tokenWith(f, map[string]any{"iss": "https://user:pass@%zz/x_y"}), strings.Repeat(".", 70_000),
		tokenOf(`{"sub":"\ud800","iss":"https://h/a_b","exp":1}`), "\xff\xfe",
	} {
		f.Add(seed)
	}
	texts := map[string]bool{}
	for _, text := range []string{"there is no access token", "the text is a refresh token"} {
		texts[text] = true
	}
	for _, why := range []string{"it is over 64 KiB", "it has a character that no token has", "it doesn't have the three parts of a token",
		"it is damaged", "its claims can't be read", "it names no user", "it names no user pool", "it has no time of expiry"} {
		texts["the text is no access token: "+why] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseToken(text)
		if err != nil {
			var e *TokenError
			if token != nil || !errors.As(err, &e) || !texts[e.Error()] {
				t.Fatalf("bad error %T %q", err, err)
			}
			return
		}
		if token.Subject == "" || len(token.Subject) > 4*128 || !IsPoolID(token.PoolID) ||
			token.ExpiresAt.Unix() < 1 || token.ExpiresAt.Year() > 9999 || len(text) > maxToken {
			t.Fatal("accepted a token that can't be used")
		}
		if _, ok := RegionOf(token.Region + "_x"); token.Region != "" && !ok {
			t.Fatal("the Region is none")
		}
		if token.Check(token.ExpiresAt, "") == nil || token.TimeLeft(token.ExpiresAt) != 0 {
			t.Fatal("a token is good at its end")
		}
	})
}

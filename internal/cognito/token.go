package cognito

import (
	"encoding/base64"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/schema"
)

// maxToken is the longest text that is looked at as a token. Cognito's are of one to three KiB.
const maxToken = 64 << 10

// selfScope is what a token needs for the operations on its own user.
const selfScope = "aws.cognito.signin.user.admin"

// Token is what a user's access token says. Whether it was really the pool that signed it is for
// Cognito to verify. The text itself is not kept, and the claims tell of a user: however a Token is
// printed, logged or encoded, it reads <redacted> (see redacted.go).
type Token struct {
	// Subject is the sub of the user, and Username the username, which may be empty.
	Subject, Username string
	// PoolID is the user pool. Region is where it is, or empty for an emulator's pool without one.
	PoolID, Region string
	// ClientID is the app client that the token was made for.
	ClientID string
	Scopes   []string
	// Use is "access" for an access token and "id" for an ID token.
	Use string
	// IssuedAt is zero if the token doesn't say it.
	IssuedAt, ExpiresAt time.Time
}

// claims is the part of a token's payload that matters here.
type claims struct {
	Subject  string  `json:"sub"`
	Username string  `json:"username"`
	Issuer   string  `json:"iss"`
	Client   string  `json:"client_id"`
	Scope    string  `json:"scope"`
	Use      string  `json:"token_use"`
	Expires  float64 `json:"exp"`
	Issued   float64 `json:"iat"`
}

// ParseToken reads an access token, or an ID token, for [Token.Check] to refuse. The error is a
// [*TokenError], and repeats nothing of the text.
func ParseToken(text string) (*Token, error) {
	payload, err := payloadOf(text)
	if err != nil {
		return nil, err
	}
	var c claims
	if json.Unmarshal(payload, &c) != nil {
		return nil, malformed("its claims can't be read")
	}
	t := &Token{Subject: c.Subject, Username: c.Username, ClientID: c.Client, Use: c.Use,
		Scopes: strings.Fields(c.Scope), IssuedAt: timeOf(c.Issued), ExpiresAt: timeOf(c.Expires)}
	var ok bool
	switch t.PoolID, t.Region, ok = poolOf(c.Issuer); {
	case schema.CheckUsername(t.Subject) != nil:
		return nil, malformed("it names no user")
	case !ok:
		return nil, malformed("it names no user pool")
	case t.ExpiresAt.IsZero():
		return nil, malformed("it has no time of expiry")
	}
	return t, nil
}

// payloadOf returns the decoded second part of a token.
func payloadOf(text string) ([]byte, error) {
	switch {
	case text == "":
		return nil, errNoToken
	case len(text) > maxToken:
		return nil, malformed("it is over 64 KiB")
	case strings.ContainsFunc(text, unfitForToken):
		return nil, malformed("it has a character that no token has")
	}
	parts := strings.Split(text, ".")
	switch {
	case len(parts) == 5: // encrypted, as the refresh tokens of Cognito are
		return nil, notAccess("the text is a refresh token")
	case len(parts) != 3 || slices.Contains(parts, ""):
		return nil, malformed("it doesn't have the three parts of a token")
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, malformed("it is damaged")
	}
	return payload, nil
}

// unfitForToken follows the pattern of the API's TokenModelType.
func unfitForToken(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	default:
		return !strings.ContainsRune("-_=.", r)
	}
}

// timeOf reads seconds since 1970; what is no time that a token can have is the zero time.
func timeOf(seconds float64) time.Time {
	const end = 253402300800 // the year 10000
	if !(seconds >= 1 && seconds < end) {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// cognitoHost finds the Region in the host of an issuer, in whichever partition: the original
// https://cognito-idp.REGION.amazonaws.com/POOL, or https://issuer-cognito-idp.REGION... of pools
// with the updated one (API reference, IssuerConfigurationType).
var cognitoHost = regexp.MustCompile(`^(?:issuer-)?cognito-idp(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-[0-9]+)\.`)

// poolOf reads the pool and its Region from an issuer. The issuer of an emulator is its own address,
// with the pool behind it.
func poolOf(issuer string) (pool, region string, ok bool) {
	u, err := url.Parse(issuer)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", "", false
	}
	pool = path.Base(u.Path)
	if !IsPoolID(pool) {
		return "", "", false
	}
	if m := cognitoHost.FindStringSubmatch(u.Host); m != nil {
		return pool, m[1], true
	}
	region, _ = RegionOf(pool)
	return pool, region, true
}

// Check says why Cognito would not take the token at that time, before a call is spent on it; nil if
// it would, as far as the token tells. A poolID that is not empty is the only pool allowed. The error
// is a [*TokenError].
func (t *Token) Check(now time.Time, poolID string) error {
	switch { // what a fresh token would not mend stands first
	case t.Use == "id":
		return notAccess("the text is an ID token")
	case t.Use != "access":
		return notAccess("the token is not an access token")
	case poolID != "" && poolID != t.PoolID:
		return &TokenError{"the access token is of another user pool than " + poolID, "OtherPool",
			"apply the users of each pool by themselves, with the --user-pool-id of theirs"}
	case !slices.Contains(t.Scopes, selfScope):
		return &TokenError{lacksScope, "MissingScope", askScope}
	case !now.Before(t.ExpiresAt):
		return &TokenError{hasExpired, "ExpiredToken", freshToken + "; if it is fresh, set this machine's clock"}
	}
	return nil
}

// TimeLeft is how long Cognito will still take the token, 0 if no more.
func (t *Token) TimeLeft(now time.Time) time.Duration { return max(0, t.ExpiresAt.Sub(now)) }

// TokenError is an access token that Cognito would not take, found without a call. Its text repeats
// nothing of the token.
type TokenError struct{ msg, code, hint string }

// Answer says that no call was made.
func (e *TokenError) Answer() bool { return false }

var errNoToken = &TokenError{"there is no access token", "MalformedToken",
	"give each record the access token of its user"}

func malformed(why string) *TokenError {
	return &TokenError{"the text is no access token: " + why, "MalformedToken",
		"give the whole AccessToken that signing in returned, without Bearer, quotes or spaces"}
}

func notAccess(msg string) *TokenError {
	return &TokenError{msg, "NotAnAccessToken", "signing in returns three tokens: give the one called AccessToken"}
}

func (e *TokenError) Error() string { return e.msg }

// Class is "token".
func (e *TokenError) Class() string { return "token" }

// Code names what is wrong: MalformedToken, NotAnAccessToken, OtherPool, MissingScope, ExpiredToken.
func (e *TokenError) Code() string { return e.code }

// Hint says how to mend it, in one line.
func (e *TokenError) Hint() string { return e.hint }

package sandbox

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func TestTokenChecks(t *testing.T) {
	const refused = "NotAuthorizedException: "
	const model = "InvalidParameterException: 1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must "
	w := newWorld(t, plainPool, Config{})
	client := w.app(passwordClient)
	for _, u := range []User{{Username: "ann", Password: password}, {Username: "gone"}, {Username: "disabled", Disabled: true},
		{Username: "unconfirmed", Status: "UNCONFIRMED"}, {Username: "reset", Status: "RESET_REQUIRED"}} {
		if err := w.server.CreateUser(w.pool, u); err != nil {
			t.Fatal(err)
		}
	}
	signedIn, err := w.signIn(client, "ann", password)
	if err != nil {
		t.Fatal(err)
	}
	good := w.token("ann", TokenOptions{})
	gone := w.token("gone", TokenOptions{})
	if _, err := w.client.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: &w.pool, Username: aws.String("gone")}); err != nil {
		t.Fatal(err)
	}
	pool := w.server.pool(w.pool)
	user, _ := w.server.User(w.pool, "ann")
	forRefresh := claims{Sub: user.Attributes["sub"], Issuer: pool.issuer(), Client: client, Use: "refresh", Scope: selfScope,
		Expires: time.Now().Unix() + 60}
	header, rest, _ := strings.Cut(good, ".")
	said, _, _ := strings.Cut(rest, ".")
	elsewhere := newWorld(t, plainPool, Config{Seed: 1})
	elsewhere.app(passwordClient)
	elsewhere.user("ann")
	for _, tt := range []struct{ name, token, want string }{
		{"signed in", *signedIn.AuthenticationResult.AccessToken, ""},
		{"minted", good, ""},
		{"with more scopes", w.token("ann", TokenOptions{Scopes: []string{"openid", selfScope}}), ""},
		{"by its sub", w.token(w.got("ann", "sub"), TokenOptions{}), ""},
		{"id token", *signedIn.AuthenticationResult.IdToken, refused + "Invalid Access Token"},
		{"refresh token", *signedIn.AuthenticationResult.RefreshToken, refused + "Invalid Access Token"},
		{"for another use", forRefresh.sign(pool.key), refused + "Invalid Access Token"},
		{"not a token", "made-up", refused + "Invalid Access Token"},
		{"two parts", header + "." + said, refused + "Invalid Access Token"},
		{"no claims", "e30.e30.e30", refused + "Invalid Access Token"},
		{"claims that are no object", "e30.W10.e30", refused + "Invalid Access Token"},
		{"cut short", good[:len(good)-4], refused + "Invalid Access Token"},
		{"of another server", elsewhere.token("ann", TokenOptions{}), refused + "Invalid Access Token"},
		{"forged", w.token("ann", TokenOptions{Forged: true}), refused + "Invalid Access Token"},
		{"expired", w.token("ann", TokenOptions{ExpiresIn: -time.Second}), refused + "Access Token has expired"},
		{"expired before its scope is asked", w.token("ann", TokenOptions{ExpiresIn: -time.Second, Scopes: []string{}}), refused + "Access Token has expired"},
		{"without scopes", w.token("ann", TokenOptions{Scopes: []string{}}), refused + "Access Token does not have required scopes"},
		{"other scopes", w.token("ann", TokenOptions{Scopes: []string{"openid", "email"}}), refused + "Access Token does not have required scopes"},
		{"user gone", gone, "UserNotFoundException: User does not exist."},
		{"user disabled", w.token("disabled", TokenOptions{}), refused + "User is disabled."},
		{"user not confirmed", w.token("unconfirmed", TokenOptions{}), "UserNotConfirmedException: User is not confirmed."},
		{"password to be reset", w.token("reset", TokenOptions{}), "PasswordResetRequiredException: Password reset required for the user"},
		{"no token", "", model + "satisfy regular expression pattern: [A-Za-z0-9-_=.]+"},
		{"not of the form", "made up", model + "satisfy regular expression pattern: [A-Za-z0-9-_=.]+"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := selfInput(tt.token, "locale=de")
			_, read := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &tt.token})
			_, update := w.client.UpdateUserAttributes(t.Context(), in)
			_, send := w.client.GetUserAttributeVerificationCode(t.Context(), &cip.GetUserAttributeVerificationCodeInput{
				AccessToken: &tt.token, AttributeName: aws.String("email")})
			_, verify := w.client.VerifyUserAttribute(t.Context(), &cip.VerifyUserAttributeInput{
				AccessToken: &tt.token, AttributeName: aws.String("email"), Code: aws.String("123456")})
			wants := []string{tt.want, tt.want, tt.want, tt.want}
			if tt.want == "" {
				wants[2] = "InvalidParameterException: the user has no email to verify"
				wants[3] = "ExpiredCodeException: Invalid code provided, please request a code again."
			}
			for i, err := range []error{read, update, send, verify} {
				if got := text(err); got != wants[i] {
					t.Errorf("operation %d: got  %s\nwant %s", i, got, wants[i])
				}
			}
		})
	}
}

func TestMintTokenErrors(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann")
	empty := w.pool
	var err error
	if w.pool, err = w.server.CreatePool([]byte(plainPool)); err != nil {
		t.Fatal(err)
	}
	w.user("ann")
	other := w.app(passwordClient)
	const noClient = "sandbox token: the pool has no such app client: make one with CreateClient"
	for _, tt := range []struct{ name, pool, user, client, want string }{
		{"pool", "us-east-1_MISSING00", "ann", "", "sandbox token: ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist."},
		{"user", w.pool, "bob", "", "sandbox token: UserNotFoundException: User does not exist."},
		{"no client yet", empty, "ann", "", noClient},
		{"unknown client", w.pool, "ann", "made-up", noClient},
		{"client of another pool", empty, "ann", other, noClient},
	} {
		if _, err := w.server.MintToken(tt.pool, tt.user, TokenOptions{Client: tt.client}); text(err) != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, text(err), tt.want)
		}
	}
}

// TestTokensOutliveTheServer holds that a token is good on a server with the same journal, whatever
// its seed, and on one with the same seed and the same pool.
func TestTokensOutliveTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	first := newWorld(t, described, Config{Seed: 7, Journal: path})
	first.user("ann")
	first.app(`{"UserPoolClient":{"ClientId":"app","ClientName":"app"}}`)
	token := first.token("ann", TokenOptions{})
	if err := first.server.Close(); err != nil {
		t.Fatal(err)
	}
	sub := first.got("ann", "sub")
	for _, tt := range []struct {
		name string
		cfg  Config
		make bool
		want string
	}{
		{"same journal", Config{Seed: 8, Journal: path}, false, ""},
		{"same seed", Config{Seed: 7}, true, ""},
		{"another seed", Config{Seed: 8}, true, "NotAuthorizedException: Invalid Access Token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool := ""
			if tt.make {
				pool = described
			}
			w := newWorld(t, pool, tt.cfg)
			if w.pool = first.pool; tt.make {
				w.user("ann", "sub="+sub)
				w.app(`{"UserPoolClient":{"ClientId":"app","ClientName":"app"}}`)
			}
			_, err := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &token})
			if text(err) != tt.want {
				t.Errorf("got %q, want %q", text(err), tt.want)
			}
		})
	}
}

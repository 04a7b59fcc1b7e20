package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const password = "Made-up-1"

// signIn signs in with a password, by InitiateAuth.
func (w *world) signIn(client, username, password string) (*cip.InitiateAuthOutput, error) {
	return w.client.InitiateAuth(w.Context(), &cip.InitiateAuthInput{ClientId: &client, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": username, "PASSWORD": password}})
}

func (w *world) setPassword(username, password string, permanent bool) error {
	_, err := w.client.AdminSetUserPassword(w.Context(), &cip.AdminSetUserPasswordInput{
		UserPoolId: &w.pool, Username: &username, Password: &password, Permanent: permanent})
	return err
}

// payload decodes what a token says.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]any{}
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

func TestSignIn(t *testing.T) {
	const (
		wrong   = "NotAuthorizedException: Incorrect username or password."
		invalid = "InvalidParameterException: "
	)
	w := newWorld(t, aliasPool, Config{})
	open := w.app(passwordClient)
	closed := w.app(`{"ClientName":"srp"}`)
	discreet := w.app(`{"ClientName":"discreet","PreventUserExistenceErrors":"ENABLED","ExplicitAuthFlows":["USER_PASSWORD_AUTH"]}`)
	for _, u := range []User{
		{Username: "ann", Attributes: map[string]string{"email": "ann@example.com", "email_verified": "true"}},
		{Username: "disabled", Disabled: true},
		{Username: "unconfirmed", Status: "UNCONFIRMED"},
		{Username: "reset", Status: "RESET_REQUIRED"},
	} {
		u.Password = password
		if err := w.server.CreateUser(w.pool, u); err != nil {
			t.Fatal(err)
		}
	}
	w.user("none")
	for _, tt := range []struct {
		name, client, flow, username, password, want string
	}{
		{"by username", open, "USER_PASSWORD_AUTH", "ann", password, ""},
		{"in another case", open, "USER_PASSWORD_AUTH", "ANN", password, ""},
		{"by alias", open, "USER_PASSWORD_AUTH", "ann@example.com", password, ""},
		{"old name of the flow", discreet, "USER_PASSWORD_AUTH", "ann", password, ""},
		{"wrong password", open, "USER_PASSWORD_AUTH", "ann", "Wrong-up-1", wrong},
		{"no password yet", open, "USER_PASSWORD_AUTH", "none", password, wrong},
		{"unknown user", open, "USER_PASSWORD_AUTH", "eve", password, "UserNotFoundException: User does not exist."},
		{"unknown user, not told", discreet, "USER_PASSWORD_AUTH", "eve", password, wrong},
		{"disabled", open, "USER_PASSWORD_AUTH", "disabled", password, "NotAuthorizedException: User is disabled."},
		{"unconfirmed, whatever the password", open, "USER_PASSWORD_AUTH", "unconfirmed", "Wrong-up-1", "UserNotConfirmedException: User is not confirmed."},
		{"reset", open, "USER_PASSWORD_AUTH", "reset", password, "PasswordResetRequiredException: Password reset required for the user"},
		{"flow not enabled", closed, "USER_PASSWORD_AUTH", "ann", password, invalid + "USER_PASSWORD_AUTH flow not enabled for this client"},
		{"flow of administrators", open, "ADMIN_USER_PASSWORD_AUTH", "ann", password, invalid + "Initiate Auth method not supported."},
		{"flow that is not done", open, "USER_SRP_AUTH", "ann", password, invalid + `the sandbox has no flow "USER_SRP_AUTH": use USER_PASSWORD_AUTH`},
		{"unknown client", "made0up", "USER_PASSWORD_AUTH", "ann", password, "ResourceNotFoundException: User pool client made0up does not exist."},
		{"no username", open, "USER_PASSWORD_AUTH", "", password, invalid + "Missing required parameter USERNAME"},
		{"no password", open, "USER_PASSWORD_AUTH", "ann", "", invalid + "Missing required parameter PASSWORD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := w.client.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &tt.client, AuthFlow: types.AuthFlowType(tt.flow),
				AuthParameters: map[string]string{"USERNAME": tt.username, "PASSWORD": tt.password}})
			if text(err) != tt.want {
				t.Fatalf("got  %s\nwant %s", text(err), tt.want)
			}
			if err == nil && (out.AuthenticationResult.ExpiresIn != 3600 || *out.AuthenticationResult.TokenType != "Bearer") {
				t.Errorf("got %+v", out.AuthenticationResult)
			}
		})
	}
}

func TestAdminSignIn(t *testing.T) {
	const invalid = "InvalidParameterException: "
	w := newWorld(t, plainPool, Config{})
	open, old, closed := w.app(passwordClient), w.app(`{"ClientName":"old","ExplicitAuthFlows":["ADMIN_NO_SRP_AUTH"]}`), w.app(`{"ClientName":"srp"}`)
	home, missing := w.pool, "us-east-1_MISSING00"
	other, err := w.server.CreatePool([]byte(plainPool))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.server.CreateUser(home, User{Username: "ann", Password: password}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, pool, client, flow, want string }{
		{"current name", home, open, "ADMIN_USER_PASSWORD_AUTH", ""},
		{"old name", home, open, "ADMIN_NO_SRP_AUTH", ""},
		{"old name of the client's flow", home, old, "ADMIN_USER_PASSWORD_AUTH", ""},
		{"flow of users", home, open, "USER_PASSWORD_AUTH", invalid + "Initiate Auth method not supported."},
		{"flow not enabled", home, closed, "ADMIN_USER_PASSWORD_AUTH", invalid + "Auth flow not enabled for this client"},
		{"unknown pool", missing, open, "ADMIN_USER_PASSWORD_AUTH", "ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist."},
		{"client of another pool", other, open, "ADMIN_USER_PASSWORD_AUTH", "ResourceNotFoundException: User pool client " + open + " does not exist."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := w.client.AdminInitiateAuth(t.Context(), &cip.AdminInitiateAuthInput{UserPoolId: &tt.pool, ClientId: &tt.client,
				AuthFlow: types.AuthFlowType(tt.flow), AuthParameters: map[string]string{"USERNAME": "ann", "PASSWORD": password}})
			if text(err) != tt.want {
				t.Fatalf("got  %s\nwant %s", text(err), tt.want)
			}
			if err != nil {
				return
			}
			if _, err := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: out.AuthenticationResult.AccessToken}); err != nil {
				t.Errorf("the token is not good: %v", err)
			}
		})
	}
}

func TestAccessTokenSays(t *testing.T) {
	clock := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w := newWorld(t, addressPool, Config{Region: "eu-west-1", Now: func() time.Time { return clock }})
	client := w.app(`{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"],"AccessTokenValidity":2}`)
	if err := w.server.CreateUser(w.pool, User{Username: "ann@example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	out, err := w.signIn(client, "ann@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := w.server.User(w.pool, "ann@example.com")
	now := float64(clock.Unix())
	want := map[string]any{"sub": u.Attributes["sub"], "username": u.Username, "iss": "https://cognito-idp.eu-west-1.amazonaws.com/" + w.pool,
		"client_id": client, "token_use": "access", "scope": "aws.cognito.signin.user.admin", "auth_time": now, "iat": now, "exp": now + 7200}
	got := payload(t, *out.AuthenticationResult.AccessToken)
	if id, _ := got["jti"].(string); len(id) != 36 {
		t.Errorf("jti is %q", id)
	}
	delete(got, "jti")
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if parts := strings.Split(*out.AuthenticationResult.RefreshToken, "."); len(parts) != 5 {
		t.Errorf("the refresh token has %d parts", len(parts))
	}
	if id := payload(t, *out.AuthenticationResult.IdToken); id["token_use"] != "id" || id["aud"] != client {
		t.Errorf("the id token says %v", id)
	}
}

func TestSetPassword(t *testing.T) {
	const policy = "InvalidPasswordException: Password did not conform with policy: "
	const model = "InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member must "
	w := newWorld(t, plainPool, Config{})
	client := w.app(passwordClient)
	w.user("ann")
	for _, tt := range []struct{ name, username, password, want string }{
		{"short", "ann", "Made-1", policy + "Password not long enough"},
		{"no capital", "ann", "made-up-1", policy + "Password must have uppercase characters"},
		{"no small letter", "ann", "MADE-UP-1", policy + "Password must have lowercase characters"},
		{"no figure", "ann", "Made-up-one", policy + "Password must have numeric characters"},
		{"no symbol", "ann", "Madeup123", policy + "Password must have symbol characters"},
		{"blank", "ann", "Made up-1", model + `satisfy regular expression pattern: [\S]+`},
		{"none", "ann", "", model + `satisfy regular expression pattern: [\S]+`},
		{"over 256", "ann", strings.Repeat("x", 257), model + "have length less than or equal to 256"},
		{"unknown user", "bob", password, "UserNotFoundException: User does not exist."},
		{"good", "ann", password, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(w.setPassword(tt.username, tt.password, true)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if _, err := w.signIn(client, "ann", password); (err == nil) != (tt.want == "") {
				t.Errorf("signing in afterwards: %v", err)
			}
		})
	}
	if err := w.setPassword("ann", "Temporary-1", false); err != nil {
		t.Fatal(err)
	}
	out, err := w.signIn(client, "ann", "Temporary-1")
	if err != nil || out.ChallengeName != types.ChallengeNameTypeNewPasswordRequired || len(*out.Session) < 20 || out.AuthenticationResult != nil {
		t.Errorf("with a temporary password: %+v, %v", out, err)
	}
	own := newWorld(t, `{"PoolName":"lax","Policies":{"PasswordPolicy":{"MinimumLength":6}}}`, Config{})
	own.user("ann")
	if err := own.setPassword("ann", "sesame", true); err != nil {
		t.Errorf("the policy of the pool does not count: %v", err)
	}
}

// TestCheckPassword: a password can be held against the policy of a pool before there are users.
func TestCheckPassword(t *testing.T) {
	w := newWorld(t, `{"PoolName":"lax","Policies":{"PasswordPolicy":{"MinimumLength":6}}}`, Config{})
	for _, tt := range []struct{ name, pool, password, want string }{
		{"good", w.pool, "sesame", ""},
		{"short", w.pool, "mouse", "InvalidPasswordException: Password did not conform with policy: Password not long enough"},
		{"unknown pool", "us-east-1_Nowhere00", "sesame", "ResourceNotFoundException: User pool us-east-1_Nowhere00 does not exist."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(w.server.CheckPassword(tt.pool, tt.password)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestConfirmedByPassword holds that a user who becomes confirmed gets a preferred username as an
// alias, but never another user's.
func TestConfirmedByPassword(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	w.user("ann", "preferred_username=annie")
	for _, tt := range []struct{ user, preferred, want string }{
		{"bob", "bobby", ""},
		{"eve", "ANNIE", "AliasExistsException: An account with the preferred_username already exists."},
	} {
		create := &cip.AdminCreateUserInput{UserPoolId: &w.pool, Username: &tt.user, TemporaryPassword: new(string),
			UserAttributes: list([]string{"preferred_username=" + tt.preferred})}
		*create.TemporaryPassword = "Temporary-1"
		if _, err := w.client.AdminCreateUser(t.Context(), create); err != nil {
			t.Fatal(err)
		}
		if u, ok := w.server.User(w.pool, tt.preferred); ok && u.Username == tt.user {
			t.Errorf("%s has the alias before being confirmed", tt.user)
		}
		if got := text(w.setPassword(tt.user, password, true)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.user, got, tt.want)
		}
		if u, _ := w.server.User(w.pool, tt.preferred); (u.Username == tt.user) != (tt.want == "") {
			t.Errorf("%s finds %s", tt.preferred, u.Username)
		}
	}
}

package sandbox

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestMessageAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	client := w.app(passwordClient)
	w.user("ann", "given_name=Ann")
	create := func(name, action, password string) error {
		in := &cip.AdminCreateUserInput{UserPoolId: &w.pool, Username: &name, MessageAction: types.MessageActionType(action)}
		if password != "" {
			in.TemporaryPassword = &password
		}
		out, err := w.client.AdminCreateUser(t.Context(), in)
		if err == nil && (*out.User.Username != name || out.User.UserStatus != types.UserStatusTypeForceChangePassword) {
			t.Errorf("made %+v", out.User)
		}
		return err
	}
	for _, tt := range []struct{ name, user, action, password, want string }{
		{"unknown", "bob", "RESEND", "", "UserNotFoundException: User does not exist."},
		{"suppressed", "bob", "SUPPRESS", "Made-up-0", ""},
		{"twice", "bob", "SUPPRESS", "", "UsernameExistsException: User account already exists"},
		{"again", "bob", "RESEND", "", ""},
		{"with a password", "bob", "RESEND", "Made-up-2", ""},
		{"with a weak one", "bob", "RESEND", "weak", "InvalidPasswordException: Password did not conform with policy: Password not long enough"},
		{"who has signed in", "ann", "RESEND", "", "UnsupportedUserStateException: Resend not possible. ann status is not FORCE_CHANGE_PASSWORD"},
		{"another word", "eve", "AGAIN", "", "InvalidParameterException: 1 validation error detected: Value at 'messageAction' failed to satisfy constraint: Member must satisfy enum value set: [RESEND, SUPPRESS]"},
	} {
		if got := text(create(tt.user, tt.action, tt.password)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	for password, want := range map[string]string{"Made-up-0": "NotAuthorizedException: Incorrect username or password.", "Made-up-2": ""} {
		out, err := w.client.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &client, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
			AuthParameters: map[string]string{"USERNAME": "bob", "PASSWORD": password}})
		if text(err) != want || err == nil && out.ChallengeName != types.ChallengeNameTypeNewPasswordRequired {
			t.Errorf("%s: got %v", password, err)
		}
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com", "email_verified=true")
	w.user("bob", "given_name=Bob", "email=bob@example.com")
	if err := w.server.CreateUser(w.pool, User{Username: "new", Status: statusForced}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, user, want string }{
		{"verified", "ann", ""},
		{"again", "ann", ""},
		{"not verified", "bob", "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"},
		{"never signed in", "new", "NotAuthorizedException: User password cannot be reset in the current state."},
		{"nobody", "eve", "UserNotFoundException: User does not exist."},
	} {
		_, err := w.client.AdminResetUserPassword(t.Context(), &cip.AdminResetUserPasswordInput{UserPoolId: &w.pool, Username: &tt.user})
		if got := text(err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	u, _ := w.server.User(w.pool, "ann")
	if sent := w.server.Messages(); u.Status != statusReset || len(sent) != 2 || sent[0].Source != sourceForgot {
		t.Errorf("ann is %s, and was sent %+v", u.Status, sent)
	}
}

func TestDeleteAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	w.app(passwordClient)
	w.user("ann", "given_name=Ann", "nickname=A", "locale=en", "custom:tier=gold", "custom:fixed=f", "email=ann@example.com", "email_verified=true")
	token := w.token("ann", TokenOptions{})
	remove := func(names ...string) error {
		_, err := w.client.AdminDeleteUserAttributes(t.Context(), &cip.AdminDeleteUserAttributesInput{UserPoolId: &w.pool, Username: aws.String("ann"), UserAttributeNames: names})
		return err
	}
	own := func(names ...string) error {
		_, err := w.client.DeleteUserAttributes(t.Context(), &cip.DeleteUserAttributesInput{AccessToken: &token, UserAttributeNames: names})
		return err
	}
	const schema = "InvalidParameterException: Attributes did not conform to the schema: "
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"two", remove("nickname", "custom:tier"), ""},
		{"what is not there", remove("nickname"), ""},
		{"required", remove("given_name"), schema + "given_name: The attribute is required"},
		{"immutable", remove("custom:fixed"), schema + "custom:fixed: Attribute cannot be updated."},
		{"unknown", remove("custom:none"), schema + "custom:none: Attribute does not exist in the schema."},
		{"an address", remove("email"), ""},
		{"one's own", own("locale"), ""},
		{"for developers", own("dev:cost"), "NotAuthorizedException: A client attempted to write unauthorized attribute"},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	u, _ := w.server.User(w.pool, "ann")
	if len(u.Attributes) != 4 { // sub, given_name, custom:fixed, email_verified=false
		t.Errorf("left are %v", u.Attributes)
	}
}

package sandbox

import (
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func TestNames(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	w.user("Ann", "sub=5a000000-0000-4000-8000-000000000001", "email=Ann@Example.com", "email_verified=true",
		"phone_number=+15550100", "preferred_username=Annie")
	sensitive, err := w.server.CreatePool([]byte(plainPool))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.server.CreateUser(sensitive, User{Username: "Ann"}); err != nil {
		t.Fatal(err)
	}
	missing := "us-east-1_MISSING00"
	for _, tt := range []struct {
		name, pool, username, want string
	}{
		{"username", w.pool, "Ann", ""},
		{"case is folded", w.pool, "aNN", ""},
		{"sub", w.pool, "5a000000-0000-4000-8000-000000000001", ""},
		{"verified alias", w.pool, "ann@example.COM", ""},
		{"unverified alias", w.pool, "+15550100", "UserNotFoundException: User does not exist."},
		{"preferred username", w.pool, "annie", ""},
		{"case is kept", sensitive, "ann", "UserNotFoundException: User does not exist."},
		{"unknown pool", missing, "Ann", "ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist."},
		{"no username", w.pool, "", "InvalidParameterException: 1 validation error detected: Value at 'username' " +
			"failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"long username", w.pool, strings.Repeat("u", 129), "InvalidParameterException: 1 validation error detected: Value at 'username' " +
			"failed to satisfy constraint: Member must have length less than or equal to 128"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := w.client.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &tt.pool, Username: &tt.username})
			if text(err) != tt.want {
				t.Fatalf("got %q, want %q", text(err), tt.want)
			}
			if err == nil && *got.Username != "Ann" {
				t.Errorf("found %s", *got.Username)
			}
		})
	}
}

func TestAliasTheft(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	w.user("ann", "email=shared@example.com", "email_verified=true", "preferred_username=annie")
	w.user("bob", "email=bob@example.com")
	if err := w.update("bob", "email=SHARED@example.com", "email_verified=true"); err != nil {
		t.Fatal(err)
	}
	if holder, _ := w.server.User(w.pool, "shared@example.com"); holder.Username != "bob" {
		t.Errorf("the alias belongs to %q, want bob", holder.Username)
	}
	if got := w.got("ann", "email_verified"); got != "false" {
		t.Errorf("email_verified of the former holder is %q, want false", got)
	}
	want := "AliasExistsException: An account with the preferred_username already exists."
	if got := text(w.update("bob", "preferred_username=Annie")); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := w.update("bob", "email=new@example.com"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shared@example.com", "new@example.com"} {
		if u, ok := w.server.User(w.pool, name); ok {
			t.Errorf("%s still finds %s", name, u.Username)
		}
	}
}

func TestAddressesAsUsernames(t *testing.T) {
	w := newWorld(t, addressPool, Config{})
	create := func(name string, attributes ...string) (*cip.AdminCreateUserOutput, error) {
		return w.client.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{
			UserPoolId: &w.pool, Username: &name, UserAttributes: list(attributes)})
	}
	made, err := create("ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := w.server.User(w.pool, "ann@example.com"); u.Username != *made.User.Username || u.Username != u.Attributes["sub"] {
		t.Errorf("the username is %q and the sub %q", u.Username, u.Attributes["sub"])
	}
	if _, err := create("+15550100"); err != nil {
		t.Fatal(err)
	}
	_, noAddress := create("ann")
	_, twice := create("ann@example.com")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"neither", noAddress, "InvalidParameterException: Username should be either an email or a phone number."},
		{"twice", twice, "UsernameExistsException: An account with the given email already exists."},
		{"taken", w.update("+15550100", "email=ann@example.com"), "AliasExistsException: An account with the email already exists."},
		{"taken though verified", w.update("+15550100", "email=ann@example.com", "email_verified=true"),
			"AliasExistsException: An account with the email already exists."},
		{"free", w.update("+15550100", "email=bob@example.com"), ""},
		{"valid at once", w.update("bob@example.com", "name=Bob"), ""},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestVerificationBeforeUpdate(t *testing.T) {
	w := newWorld(t, verifyPool, Config{})
	w.user("ann", "email=a@example.com", "email_verified=true")
	if err := w.update("ann", "email=b@example.com", "name=Ann"); err != nil {
		t.Fatal(err)
	}
	u, _ := w.server.User(w.pool, "ann")
	if u.Attributes["email"] != "a@example.com" || u.Attributes["email_verified"] != "true" ||
		u.Pending["email"] != "b@example.com" || u.Attributes["name"] != "Ann" {
		t.Errorf("after an unverified change: %v", u)
	}
	if err := w.update("ann", "email=c@example.com", "email_verified=true"); err != nil {
		t.Fatal(err)
	}
	u, _ = w.server.User(w.pool, "ann")
	if u.Attributes["email"] != "c@example.com" || len(u.Pending) != 0 {
		t.Errorf("after a verified change: %v", u)
	}
}

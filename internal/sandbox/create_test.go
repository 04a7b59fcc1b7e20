package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func TestCreateUserRules(t *testing.T) {
	values := func(attributes ...string) map[string]string {
		out := map[string]string{}
		for _, a := range attributes {
			k, v, _ := strings.Cut(a, "=")
			out[k] = v
		}
		return out
	}
	const invalid, model = "sandbox user: InvalidParameterException: ", "1 validation error detected: Value at "
	for _, tt := range []struct {
		name, pool string
		user       User
		want       string
	}{
		{"plain", plainPool, User{Username: "bob"}, ""},
		{"immutable attribute", plainPool, User{Username: "bob", Attributes: values("custom:fixed=1")}, ""},
		{"taken", aliasPool, User{Username: "ANN"}, "sandbox user: UsernameExistsException: User account already exists"},
		{"sub taken", aliasPool, User{Username: "bob", Attributes: values("sub=made-up")},
			"sandbox user: UsernameExistsException: User account already exists"},
		{"no name", plainPool, User{}, invalid + model + "'username' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"not in the schema", plainPool, User{Username: "bob", Attributes: values("x=1")},
			invalid + "Attributes did not conform to the schema: x: Attribute does not exist in the schema."},
		{"not UTF-8", plainPool, User{Username: "bob", Attributes: values("name=\xff")},
			invalid + model + "'userAttributes.member.value' failed to satisfy constraint: Member must be valid UTF-8"},
		{"flag without address", plainPool, User{Username: "bob", Attributes: values("email_verified=true")},
			invalid + "Email is required to verify/un-verify an email"},
		{"e-mail as name beside e-mail alias", aliasPool, User{Username: "bob@example.com"},
			invalid + "Username cannot be of email format, since user pool is configured for email alias."},
		{"alias taken", aliasPool, User{Username: "bob", Attributes: values("email=ANN@example.com", "email_verified=true")},
			"sandbox user: AliasExistsException: An account with the email already exists."},
		{"alias not claimed", aliasPool, User{Username: "bob", Attributes: values("email=ann@example.com")}, ""},
		{"address is a username", addressPool, User{Username: "bob@example.com"}, ""},
		{"malformed address", addressPool, User{Username: "bob@"}, invalid + "Invalid email address format."},
		{"two addresses", addressPool, User{Username: "bob@example.com", Attributes: values("email=b@example.com")},
			invalid + "The email attribute must be the username."},
		{"name beside an address", addressPool, User{Username: "made-up-sub", Attributes: values("email=bob@example.com")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.pool, Config{})
			if tt.pool == aliasPool {
				w.user("ann", "email=ann@example.com", "email_verified=true", "sub=made-up")
			}
			err := w.server.CreateUser(w.pool, tt.user)
			if got := text(err); got != tt.want {
				t.Fatalf("got  %s\nwant %s", got, tt.want)
			}
			if _, found := w.server.User(w.pool, tt.user.Username); err == nil && !found {
				t.Error("the user is not found by the username given")
			}
		})
	}
	w := newWorld(t, "", Config{})
	err := w.server.CreateUser("us-east-1_MISSING00", User{Username: "bob"})
	if got, want := text(err), "sandbox user: ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestForcedAlias(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	verified := []string{"email=ann@example.com", "email_verified=true", "phone_number=+15550100", "phone_number_verified=true"}
	w.user("ann", verified...)
	create := &cip.AdminCreateUserInput{UserPoolId: &w.pool, Username: aws.String("bob"), UserAttributes: list(verified)}
	_, err := w.client.AdminCreateUser(t.Context(), create)
	if got, want := text(err), "AliasExistsException: An account with the email already exists."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	create.ForceAliasCreation = true
	if _, err := w.client.AdminCreateUser(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	for _, alias := range []string{"ann@example.com", "+15550100"} {
		if u, _ := w.server.User(w.pool, alias); u.Username != "bob" {
			t.Errorf("%s finds %q", alias, u.Username)
		}
	}
	if got := w.got("ann", "email_verified") + w.got("ann", "phone_number_verified"); got != "falsefalse" {
		t.Errorf("the flags of the former holder are %s", got)
	}
}

func TestSetLatency(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann")
	w.server.SetLatency(20*time.Millisecond, 0)
	start := time.Now()
	if err := w.update("ann", "locale=de"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 20*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestUpdateRules(t *testing.T) {
	const schema = "InvalidParameterException: Attributes did not conform to the schema: "
	const model = "InvalidParameterException: 1 validation error detected: Value at "
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com", "custom:tier=gold")
	before, _ := w.server.User(w.pool, "ann")
	for _, tt := range []struct {
		name string
		set  []string
		want string
	}{
		{"unknown", []string{"custom:x=1"}, schema + "custom:x: Attribute does not exist in the schema."},
		{"two wrong", []string{"custom:x=1", "locale=de", "y=2"}, schema +
			"custom:x: Attribute does not exist in the schema.\ny: Attribute does not exist in the schema."},
		{"immutable", []string{"custom:fixed=1"}, schema + "custom:fixed: Attribute cannot be updated."},
		{"sub", []string{"sub=1"}, schema + "sub: Attribute cannot be updated."},
		{"identities", []string{"identities=[]"}, schema + "identities: Attribute cannot be updated."},
		{"developer attribute by the plain name", []string{"custom:cost=1"}, schema + "custom:cost: Attribute does not exist in the schema."},
		{"required cleared", []string{"given_name="}, schema + "given_name: The attribute is required"},
		{"too long", []string{"custom:tier=" + strings.Repeat("é", 21)}, schema + "custom:tier: String must be no longer than 20 characters"},
		{"too short", []string{"custom:tier=x"}, schema + "custom:tier: String must be no shorter than 2 characters"},
		{"over 2048", []string{"name=" + strings.Repeat("x", 2049)}, model +
			"'userAttributes.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		{"name over 32", []string{strings.Repeat("n", 33) + "=x"}, model +
			"'userAttributes.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 32"},
		{"no name", []string{"=x"}, model +
			"'userAttributes.1.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"no number", []string{"custom:points=1e3"}, schema + "custom:points: Number must be decimal"},
		{"number too small", []string{"custom:points=-5.1"}, schema + "custom:points: Number must be no less than -5"},
		{"number too large", []string{"custom:points=100.0000000000000000001"}, schema + "custom:points: Number must be no more than 100"},
		{"no date and time", []string{"custom:joined=yesterday"}, schema + "custom:joined: DateTime must be in the form of RFC 3339"},
		{"no boolean", []string{"custom:active=yes"}, schema + "custom:active: Boolean must be true or false"},
		{"birthdate of import files", []string{"birthdate=05/13/1990"}, schema + "birthdate: Date must be in the form YYYY-MM-DD"},
		{"birthdate that is no day", []string{"birthdate=1990-02-30"}, schema + "birthdate: Date must be in the form YYYY-MM-DD"},
		{"updated_at below 0", []string{"updated_at=-1"}, schema + "updated_at: Number must be no less than 0"},
		{"phone", []string{"phone_number=555-0100"}, "InvalidParameterException: Invalid phone number format."},
		{"email", []string{"email=ann.example.com"}, "InvalidParameterException: Invalid email address format."},
		{"flag without address", []string{"phone_number_verified=true"},
			"InvalidParameterException: Phone Number is required to verify/un-verify a phone number"},
		{"one of several", []string{"locale=de", "custom:tier=x"}, schema + "custom:tier: String must be no shorter than 2 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(w.update("ann", tt.set...)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if after, _ := w.server.User(w.pool, "ann"); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("a refused request changed the user: %v", after)
			}
		})
	}
	if n := len(w.server.Log()); n != 0 {
		t.Errorf("%d refused updates are in the log", n)
	}
}

func TestUpdateAccepted(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com", "email_verified=true", "nickname=an")
	for _, tt := range []struct {
		name string
		set  []string
		want []string // name=value afterwards
	}{
		{"custom", []string{"custom:tier=gold", "custom:points=100", "custom:joined=2026-01-02T03:04:05Z"},
			[]string{"custom:tier=gold", "custom:points=100"}},
		{"developer only", []string{"dev:cost=7"}, []string{"dev:cost=7"}},
		{"a boolean is kept as it is sent", []string{"custom:active=True"}, []string{"custom:active=True"}},
		{"characters and not bytes", []string{"custom:tier=" + strings.Repeat("é", 20)}, []string{"custom:tier=" + strings.Repeat("é", 20)}},
		{"the last counts", []string{"custom:tier=silver", "custom:tier=bronze"}, []string{"custom:tier=bronze"}},
		{"blank deletes", []string{"nickname="}, []string{"nickname="}},
		{"the same address keeps its flag", []string{"email=ann@example.com"}, []string{"email_verified=true"}},
		{"another address loses it", []string{"email=a@example.com"}, []string{"email=a@example.com", "email_verified=false"}},
		{"unless it is sent", []string{"email=b@example.com", "email_verified=true"}, []string{"email=b@example.com", "email_verified=true"}},
		{"birthdate", []string{"birthdate=1990-02-28"}, []string{"birthdate=1990-02-28"}},
		{"a flag in capitals is true", []string{"email=c@example.com", "email_verified=TRUE"}, []string{"email_verified=TRUE"}},
		{"phone", []string{"phone_number=+15550100"}, []string{"phone_number=+15550100", "phone_number_verified=false"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := w.update("ann", tt.set...); err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				name, value, _ := strings.Cut(want, "=")
				if got := w.got("ann", name); got != value {
					t.Errorf("%s is %q, want %q", name, got, value)
				}
			}
		})
	}
}

func TestLog(t *testing.T) {
	clock := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w := newWorld(t, plainPool, Config{Now: func() time.Time { return clock }})
	w.user("ann", "given_name=Ann", "email=a@example.com", "email_verified=true")
	for _, set := range [][]string{{"email=b@example.com", "locale=de"}, {"locale="}, {"given_name=Ann"}} {
		if err := w.update("ann", set...); err != nil {
			t.Fatal(err)
		}
	}
	got := fmt.Sprint(w.server.Log())
	want := fmt.Sprintf("[{1 %[1]s ann [{email a@example.com b@example.com} {email_verified true false} {locale  de}] %[2]v} "+
		"{2 %[1]s ann [{locale de }] %[2]v} {3 %[1]s ann [] %[2]v}]", w.pool, clock)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUsersComeAndGo(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	ctx, name := t.Context(), "ann"
	create := &cip.AdminCreateUserInput{UserPoolId: &w.pool, Username: &name,
		UserAttributes: list([]string{"custom:fixed=1", "email=ann@example.com"})}
	made, err := w.client.AdminCreateUser(ctx, create)
	if err != nil || made.User.UserStatus != types.UserStatusTypeForceChangePassword {
		t.Fatalf("created %+v, %v", made, err)
	}
	_, err = w.client.AdminCreateUser(ctx, create)
	if got, want := text(err), "UsernameExistsException: User account already exists"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := w.client.AdminDisableUser(ctx, &cip.AdminDisableUserInput{UserPoolId: &w.pool, Username: &name}); err != nil {
		t.Fatal(err)
	}
	got, err := w.client.AdminGetUser(ctx, &cip.AdminGetUserInput{UserPoolId: &w.pool, Username: &name})
	if err != nil || got.Enabled || len(got.UserAttributes) != 3 || time.Since(*got.UserCreateDate) > time.Minute {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := w.client.AdminEnableUser(ctx, &cip.AdminEnableUserInput{UserPoolId: &w.pool, Username: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.AdminDeleteUser(ctx, &cip.AdminDeleteUserInput{UserPoolId: &w.pool, Username: &name}); err != nil {
		t.Fatal(err)
	}
	if got, want := text(w.update(name, "locale=de")), "UserNotFoundException: User does not exist."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

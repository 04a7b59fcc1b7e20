package sandbox

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// as returns a user as a provider knows it, from "Provider value".
func as(user string) *types.ProviderUserIdentifierType {
	name, value, _ := strings.Cut(user, " ")
	return &types.ProviderUserIdentifierType{ProviderName: &name, ProviderAttributeName: aws.String("Cognito_Subject"), ProviderAttributeValue: &value}
}

func (w *world) link(source, destination string) error {
	_, err := w.client.AdminLinkProviderForUser(w.Context(), &cip.AdminLinkProviderForUserInput{UserPoolId: &w.pool,
		SourceUser: as(source), DestinationUser: as(destination)})
	return err
}

func (w *world) unlink(user string) error {
	_, err := w.client.AdminDisableProviderForUser(w.Context(), &cip.AdminDisableProviderForUserInput{UserPoolId: &w.pool, User: as(user)})
	return err
}

func TestLinkProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann")
	w.user("bob", "given_name=Bob")
	w.user("fix", "given_name=Fix", "custom:fixed=f")
	external := User{Username: "Google_77", Status: statusExternal, Attributes: map[string]string{"given_name": "Gus", "sub": "5a000000-0000-4000-8000-000000000077",
		"identities": `[{"userId":"77","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1767323045000}]`}}
	if err := w.server.CreateUser(w.pool, external); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, source, destination, want string
	}{
		{"a user of the pool", "Google 1", "Cognito ann", ""},
		{"again", "Google 1", "Cognito ann", "InvalidParameterException: SourceUser is already linked to DestinationUser"},
		{"to another", "Google 1", "Cognito bob", "AliasExistsException: The SourceUser is linked to another user already."},
		{"another provider", "Facebook 1", "Cognito ann", ""},
		{"who has come already", "Google 77", "Cognito ann", "InvalidParameterException: Merging is not currently supported, provide a SourceUser that has not been created in order to link"},
		{"to one who came by a provider", "Facebook 2", "Google 77", ""},
		{"nobody", "Google 2", "Cognito eve", "UserNotFoundException: User does not exist."},
		{"of the pool itself", "Cognito bob", "Cognito ann", "InvalidParameterException: Invalid SourceUser: it must be a user of an external identity provider"},
		{"one with an immutable attribute", "Google 3", "Cognito fix", "InvalidParameterException: The DestinationUser has an immutable attribute: custom:fixed"},
		{"no name", "Google ", "Cognito ann", "InvalidParameterException: SourceUser must have a ProviderName and a ProviderAttributeValue"},
		{"the third", "A 1", "Cognito ann", ""}, {"the fourth", "B 1", "Cognito ann", ""}, {"the fifth", "C 1", "Cognito ann", ""},
		{"the sixth", "D 1", "Cognito ann", "LimitExceededException: The user has the most identities that it can have."},
	} {
		if got := text(w.link(tt.source, tt.destination)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := w.got("ann", "identities"); !strings.HasPrefix(got, `[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":1`) {
		t.Errorf("ann has %s", got)
	}
	for _, tt := range []struct{ name, user, want string }{
		{"one of several", "Google 1", ""},
		{"who is not linked any more", "Google 1", "UserNotFoundException: User does not exist."},
		{"whoever came by it", "Google 77", ""},
		{"the password", "Cognito bob", ""},
	} {
		if got := text(w.unlink(tt.user)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if u, _ := w.server.User(w.pool, "Google_77"); strings.Contains(u.Attributes["identities"], "Google") || u.Status != statusExternal {
		t.Errorf("Google_77 is %+v", u)
	}
}

// TestExternalUsersAreFoundByName holds that a sub stands for local users only, as the API reference says of Username.
func TestExternalUsersAreFoundByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	for name, status := range map[string]string{"ann": statusConfirmed, "Google_1": statusExternal} {
		u := User{Username: name, Status: status, Attributes: map[string]string{"given_name": "A", "sub": "sub-of-" + name}}
		if err := w.server.CreateUser(w.pool, u); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"sub-of-ann": "", "Google_1": "", "sub-of-Google_1": "UserNotFoundException: User does not exist."} {
		if got := text(w.update(name, "nickname=a")); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if _, err := w.client.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: &w.pool, Username: aws.String("Google_1"),
		Password: aws.String(password), Permanent: true}); err != nil {
		t.Fatal(err)
	}
	if u, _ := w.server.User(w.pool, "sub-of-Google_1"); u.Status != statusConfirmed {
		t.Errorf("with a password, it is %+v", u)
	}
}

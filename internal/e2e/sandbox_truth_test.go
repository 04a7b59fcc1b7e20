package e2e

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
)

// truth is a sandbox that AWS's own client asks.
type truth struct {
	*testing.T
	api  *cip.Client
	pool string
}

// newTruth has a pool with two users.
func newTruth(t *testing.T) *truth {
	t.Helper()
	v := &truth{T: t, api: apiClient(t, startBareSandbox(t))}
	out, err := v.api.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: aws.String("made-up")})
	if err != nil {
		t.Fatal(err)
	}
	v.pool = *out.UserPool.Id
	for name, values := range map[string]map[string]string{
		"ann": {"email": "Ann@Example.com", "email_verified": "true", "family_name": "Example"},
		"bob": {"phone_number": "+15555550101", "preferred_username": "Bobby"},
	} {
		_, err := v.api.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &v.pool, Username: &name,
			MessageAction: types.MessageActionTypeSuppress, UserAttributes: attributeList(values)})
		if err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// refuses tells whether an error is that of the service under this name.
func (v *truth) refuses(err error, code string) {
	v.Helper()
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != code {
		v.Errorf("it is not refused as %s: %v", code, err)
	}
}

// TestSandboxFilters finds users as the real service is reported to.
func TestSandboxFilters(t *testing.T) {
	v := newTruth(t)
	for _, c := range []struct {
		name, filter string
		finds        []string // nil: it is refused
	}{
		{"an empty value finds nobody", `phone_number = ""`, []string{}},
		{"an empty beginning finds nobody", `email ^= ""`, []string{}},
		{"a quoted name", `"email" = "Ann@Example.com"`, []string{"ann"}},
		{"another case of an address", `email = "ann@example.com"`, []string{"ann"}},
		{"another case of a beginning", `family_name ^= "exam"`, []string{"ann"}},
		{"another case of a preferred username", `preferred_username = "bobby"`, []string{"bob"}},
		{"another case of a username", `username = "ANN"`, []string{}},
		{"no blanks", `email="ann@example.com"`, []string{"ann"}},
		{"more blanks", `  family_name   ^=   "Ex"  `, []string{"ann"}},
		{"a status", `cognito:user_status = "FORCE_CHANGE_PASSWORD"`, []string{"ann", "bob"}},
		{"a status in another case", `cognito:user_status = "force_change_password"`, []string{"ann", "bob"}},
		{"those who are enabled", `status = "Enabled"`, []string{"ann", "bob"}},
		{"those who are enabled, in another case", `status = "enabled"`, []string{}},
		{"a plus sign", `phone_number ^= "+1555"`, []string{"bob"}},
		{"an attribute of the pool's own", `custom:tier = "gold"`, nil},
		{"no such attribute", `nickname = "x"`, nil},
		{"a quote that is open", `email = "ann`, nil},
		{"another sign", `email > "a"`, nil},
		{"two conditions", `email = "a" and name = "b"`, nil},
		{"256 characters, not bytes", `name = "` + strings.Repeat("ü", 247) + `"`, []string{}},
		{"257 characters", `name = "` + strings.Repeat("ü", 248) + `"`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := v.api.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &v.pool, Filter: &c.filter})
			if c.finds == nil {
				(&truth{T: t}).refuses(err, "InvalidParameterException")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			found := []string{}
			for _, u := range out.Users {
				found = append(found, *u.Username)
			}
			if slices.Sort(found); !slices.Equal(found, c.finds) {
				t.Errorf("it finds %v, want %v", found, c.finds)
			}
		})
	}
}

// TestSandboxKeepsTheCaseOfTruth: what was written as True reads back so.
func TestSandboxKeepsTheCaseOfTruth(t *testing.T) {
	v := newTruth(t)
	for _, value := range []string{"True", "TRUE", "false", "False"} {
		_, err := v.api.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{UserPoolId: &v.pool, Username: aws.String("ann"),
			UserAttributes: attributeList(map[string]string{"email_verified": value})})
		if err != nil {
			t.Fatal(err)
		}
		out, err := v.api.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &v.pool, Username: aws.String("ann")})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range out.UserAttributes {
			if *a.Name == "email_verified" && *a.Value != value {
				t.Errorf("%s reads back as %s", value, *a.Value)
			}
		}
	}
}

// TestSandboxInvitesAgain: who is invited again exists.
func TestSandboxInvitesAgain(t *testing.T) {
	v := newTruth(t)
	invite := func(name string) error {
		_, err := v.api.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &v.pool, Username: &name, MessageAction: types.MessageActionTypeResend})
		return err
	}
	if err := invite("ann"); err != nil {
		t.Error(err)
	}
	v.refuses(invite("nobody"), "UserNotFoundException")
}

// TestSandboxUsernames: the API's model of a username has no blanks and no control characters, in any call.
func TestSandboxUsernames(t *testing.T) {
	v := newTruth(t)
	for _, name := range []string{"a b", "a\tb", "trailing ", "\u00a0ann", "ann\u200b", "ann\n", strings.Repeat("ü", 129)} {
		_, err := v.api.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &v.pool, Username: &name})
		v.refuses(err, "InvalidParameterException")
		_, err = v.api.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{UserPoolId: &v.pool, Username: &name,
			UserAttributes: attributeList(map[string]string{"nickname": "x"})})
		v.refuses(err, "InvalidParameterException")
		_, err = v.api.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &v.pool, Username: &name})
		v.refuses(err, "InvalidParameterException")
		_, err = v.api.AdminDisableUser(t.Context(), &cip.AdminDisableUserInput{UserPoolId: &v.pool, Username: &name})
		v.refuses(err, "InvalidParameterException")
	}
	name := strings.Repeat("ü", 128)
	if _, err := v.api.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: &v.pool, Username: &name}); err != nil {
		t.Errorf("a name of 128 characters: %v", err)
	}
}

// TestSandboxRefusesPools: what AWS documents as wrong.
func TestSandboxRefusesPools(t *testing.T) {
	v := newTruth(t)
	schema := func(a types.SchemaAttributeType) cip.CreateUserPoolInput {
		return cip.CreateUserPoolInput{Schema: []types.SchemaAttributeType{a}}
	}
	text := func(least, most string) *types.StringAttributeConstraintsType {
		return &types.StringAttributeConstraintsType{MinLength: &least, MaxLength: &most}
	}
	for name, in := range map[string]cip.CreateUserPoolInput{
		"email as a number":             schema(types.SchemaAttributeType{Name: aws.String("email"), AttributeDataType: types.AttributeDataTypeNumber}),
		"email of 2,049 characters":     schema(types.SchemaAttributeType{Name: aws.String("email"), AttributeDataType: types.AttributeDataTypeString, StringAttributeConstraints: text("0", "2049")}),
		"a length below the least":      schema(types.SchemaAttributeType{Name: aws.String("email"), AttributeDataType: types.AttributeDataTypeString, StringAttributeConstraints: text("2", "1")}),
		"a length that is no number":    schema(types.SchemaAttributeType{Name: aws.String("email"), AttributeDataType: types.AttributeDataTypeString, StringAttributeConstraints: text("a", "b")}),
		"a custom name of 21":           schema(types.SchemaAttributeType{Name: aws.String(strings.Repeat("x", 21)), AttributeDataType: types.AttributeDataTypeString}),
		"a custom attribute required":   schema(types.SchemaAttributeType{Name: aws.String("tier"), AttributeDataType: types.AttributeDataTypeString, Required: aws.Bool(true)}),
		"a name of other characters":    {PoolName: aws.String("p/!*")},
		"aliases of nicknames":          {AliasAttributes: []types.AliasAttributeType{"nickname"}},
		"nicknames that are verified":   {AutoVerifiedAttributes: []types.VerifiedAttributeType{"nickname"}},
		"aliases and usernames at once": {AliasAttributes: []types.AliasAttributeType{"email"}, UsernameAttributes: []types.UsernameAttributeType{"email"}},
		"passwords of 3 characters":     {Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{MinimumLength: aws.Int32(3)}}},
		"waiting for what is not verified": {UserAttributeUpdateSettings: &types.UserAttributeUpdateSettingsType{
			AttributesRequireVerificationBeforeUpdate: []types.VerifiedAttributeType{"email"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if in.PoolName == nil {
				in.PoolName = aws.String("made-up")
			}
			_, err := v.api.CreateUserPool(t.Context(), &in)
			(&truth{T: t}).refuses(err, "InvalidParameterException")
		})
	}
}

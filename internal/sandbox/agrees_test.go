package sandbox

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"pgregory.net/rapid"

	checks "attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// rulesOf is the schema that the program makes of the pool.
func rulesOf(w *world) *checks.Schema {
	w.Helper()
	out, err := w.client.DescribeUserPool(w.Context(), &cip.DescribeUserPoolInput{UserPoolId: &w.pool})
	if err != nil {
		w.Fatal(err)
	}
	var all []checks.Attribute
	for _, a := range out.UserPool.SchemaAttributes {
		own := checks.Attribute{Name: aws.ToString(a.Name), Kind: checks.Kind(a.AttributeDataType),
			Immutable: !aws.ToBool(a.Mutable), Required: aws.ToBool(a.Required)}
		if c := a.StringAttributeConstraints; c != nil {
			own.MinLength, own.MaxLength = aws.ToString(c.MinLength), aws.ToString(c.MaxLength)
		}
		if c := a.NumberAttributeConstraints; c != nil {
			own.MinValue, own.MaxValue = aws.ToString(c.MinValue), aws.ToString(c.MaxValue)
		}
		all = append(all, own)
	}
	return checks.New(all)
}

// values are what files hold, by the attributes that they are for.
var values = map[string]*rapid.Generator[string]{
	"custom:points": rapid.OneOf(rapid.StringMatching(`[-+]?[0-9]{0,4}([.,][0-9]{0,3})?([eE][-+]?[0-9]{1,3})?`),
		rapid.SampledFrom([]string{"-0", "007", "٣", "1_000", "0x10", "NaN", "inf", "1/2", "100.0000000000000000001"})),
	"updated_at":            rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,2})?`), rapid.SampledFrom([]string{"-1", "-0.0", "0"})),
	"custom:active":         cased("true", "false", "yes", "1", "wahr", "falſe"),
	"email_verified":        cased("true", "false", "no", "0"),
	"phone_number_verified": cased("true", "false", ""),
	"custom:joined": rapid.OneOf(
		rapid.StringMatching(`20[0-9]{2}-[0-1][0-9]-[0-3][0-9]([Tt ][0-2]?[0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,10})?)?([Zz]|[-+][0-2][0-9]:?[0-6][0-9])?)?`),
		rapid.SampledFrom([]string{"46054", "1767225600", "1/2/2026", "0000-01-01"})),
	"birthdate": rapid.OneOf(rapid.StringMatching(`[0-9]{4}[-/.][0-1]?[0-9][-/.][0-3]?[0-9]`), rapid.StringMatching(`[0-9]{2}/[0-9]{2}/[0-9]{4}`)),
	"phone_number": rapid.OneOf(rapid.StringMatching(`\+?[0-9]{0,17}`), rapid.StringMatching(`\+?[0-9 ()/.-]{0,17}`),
		rapid.SampledFrom([]string{"+", "+٣٣", "tel:+15555550100"})),
	"email": rapid.OneOf(rapid.StringMatching(`["<]?[a-z.@+"' \\]{0,6}@[a-z.@\[\]_-]{0,6}[>",;.]?`),
		rapid.SampledFrom([]string{"анна@пример.рф", `"a@b"@example.com`, "a@[192.0.2.1]", "mailto:a@example.com"})),
	"custom:tier": rapid.OneOf(rapid.StringN(0, 25, -1), rapid.SampledFrom([]string{strings.Repeat("é", 20), strings.Repeat("🙂", 20), "e\u0301"})),
	"nickname":    rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{strings.Repeat("é", 1024), strings.Repeat("é", 1025), strings.Repeat("x", 2048)})),
	"given_name":  rapid.String(), "custom:fixed": rapid.String(), "dev:cost": rapid.String(), "custom:none": rapid.String(),
	"preferred_username": rapid.String(), "sub": rapid.String(), "identities": rapid.String(),
}

// cased are words in any case.
func cased(words ...string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		runes := []rune(rapid.SampledFrom(words).Draw(t, "word"))
		for i := range runes {
			if rapid.Bool().Draw(t, "capital") {
				runes[i] = []rune(strings.ToUpper(string(runes[i])))[0]
			}
		}
		return string(runes)
	})
}

// What the program takes for good the service takes, too: --max-failures 0 may be believed. The two know nothing of each
// other.
func TestWhatIsCheckedIsAccepted(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	s := rulesOf(w)
	w.user("ann", "given_name=Ann", "email=ann@example.com", "phone_number=+15555550100")
	names := slices.Sorted(maps.Keys(values))
	rapid.Check(t, func(rt *rapid.T) {
		for _, name := range names {
			value := values[name].Draw(rt, name)
			c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: name, Value: value, Delete: value == ""}}}
			c = s.WithPhoneRegion("DE").Normal(c)
			if s.Check(c) != nil || value == "" && isAddress(name) { // the flags need them
				continue
			}
			sent := c.Attributes[0].Value
			if err := w.update("ann", name+"="+sent); err != nil {
				rt.Fatalf("%s=%q is checked, and refused: %v", name, sent, err)
			}
			if got := w.got("ann", name); got != sent {
				rt.Fatalf("%s=%q is kept as %q", name, sent, got)
			}
		}
	})
}

func TestCheckedUsernameIsAccepted(t *testing.T) {
	w := newWorld(t, `{"PoolName":"names"}`, Config{})
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.StringN(0, 130, -1), rapid.StringMatching(`[ -~]{0,12}`),
			rapid.SampledFrom([]string{strings.Repeat("ü", 128), strings.Repeat("ü", 129), "a\u00a0b", "🙂", "e\u0301"})).Draw(rt, "name")
		if checks.CheckUsername(name) != nil || strings.Contains(name, "@") {
			return
		}
		if err := w.server.CreateUser(w.pool, User{Username: name}); err != nil && !strings.Contains(err.Error(), "UsernameExists") {
			rt.Fatalf("%q is checked, and refused: %v", name, err)
		}
		input := &cip.AdminGetUserInput{UserPoolId: &w.pool, Username: &name}
		if _, err := w.client.AdminGetUser(w.Context(), input); err != nil {
			rt.Fatalf("%q is not found: %v", name, err)
		}
	})
}

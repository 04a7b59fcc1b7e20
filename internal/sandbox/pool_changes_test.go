package sandbox

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/go-json-experiment/json/jsontext"
)

func custom(name string, kind types.AttributeDataType) types.SchemaAttributeType {
	return types.SchemaAttributeType{Name: &name, AttributeDataType: kind}
}

func (w *world) addAttributes(pool string, attributes ...types.SchemaAttributeType) error {
	_, err := w.client.AddCustomAttributes(w.Context(), &cip.AddCustomAttributesInput{UserPoolId: &pool, CustomAttributes: attributes})
	return err
}

// described lists the attributes of the pool, as DescribeUserPool has them.
func (w *world) described() []string {
	w.Helper()
	out, err := w.client.DescribeUserPool(w.Context(), &cip.DescribeUserPoolInput{UserPoolId: &w.pool})
	if err != nil {
		w.Fatal(err)
	}
	var names []string
	for _, a := range out.UserPool.SchemaAttributes {
		names = append(names, *a.Name)
	}
	return names
}

func TestAddCustomAttributes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(t, plainPool, Config{Journal: path})
	w.user("ann", "given_name=Ann")
	if err := w.update("ann", "custom:rank=1"); err == nil {
		t.Fatal("custom:rank is there already")
	}
	secret := custom("secret", types.AttributeDataTypeString)
	secret.DeveloperOnlyAttribute = aws.Bool(true)
	if err := w.addAttributes(w.pool, custom("rank", types.AttributeDataTypeNumber), secret); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"custom:rank", "dev:secret", "custom:tier", "email"} {
		if !slices.Contains(w.described(), name) {
			t.Errorf("%s is not described", name)
		}
	}
	if err := w.update("ann", "custom:rank=1", "dev:secret=s"); err != nil {
		t.Error(err)
	}
	required := custom("must", types.AttributeDataTypeString)
	required.Required = aws.Bool(true)
	var many []types.SchemaAttributeType
	for _, letter := range capitals {
		many = append(many, custom(string(letter), types.AttributeDataTypeString))
	}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"there already", w.addAttributes(w.pool, custom("rank", types.AttributeDataTypeString)), "InvalidParameterException: custom:rank: the attribute is there twice"},
		{"required", w.addAttributes(w.pool, required), "InvalidParameterException: Required custom attributes are not supported currently."},
		{"no type", w.addAttributes(w.pool, custom("new", "")), "InvalidParameterException: Invalid AttributeDataType input, consider using the provided AttributeDataType enum."},
		{"26 at once", w.addAttributes(w.pool, many...), "InvalidParameterException: 1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: Member must have length less than or equal to 25"},
		{"no such pool", w.addAttributes("us-east-1_none", many[:1]...), "ResourceNotFoundException: User pool us-east-1_none does not exist."},
		{"25", w.addAttributes(w.pool, many[:25]...), ""},
		{"51 in all", w.addAttributes(w.pool, func() (more []types.SchemaAttributeType) {
			for _, letter := range small[:20] {
				more = append(more, custom("x"+string(letter), types.AttributeDataTypeString))
			}
			return more
		}()...), "InvalidParameterException: a pool has at most 50 custom attributes"},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	s := w.again(path)
	if p := s.pool(w.pool); p.schema()["custom:rank"] == nil || p.schema()["custom:Y"] == nil || len(s.Pools()) != 1 {
		t.Error("the journal has lost an attribute")
	}
}

func TestDeleteUserPool(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(t, plainPool, Config{Journal: path})
	w.user("ann", "given_name=Ann")
	client := w.app(passwordClient)
	token := w.token("ann", TokenOptions{})
	found := w.server.named(w.pool, "ann")
	drop := func(id string) error {
		_, err := w.client.DeleteUserPool(t.Context(), &cip.DeleteUserPoolInput{UserPoolId: &id})
		return err
	}
	kept, err := w.server.CreatePool([]byte(`{"PoolName":"kept","DeletionProtection":"ACTIVE"}`))
	if err != nil {
		t.Fatal(err)
	}
	const gone = "ResourceNotFoundException: User pool "
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"protected", drop(kept), "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first."},
		{"deleted", drop(w.pool), ""},
		{"again", drop(w.pool), gone + w.pool + " does not exist."},
		{"an update", w.update("ann", "given_name=Eve"), gone + w.pool + " does not exist."},
		{"its client", func() error {
			_, err := w.client.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &client, AuthFlow: types.AuthFlowTypeUserPasswordAuth})
			return err
		}(), "ResourceNotFoundException: User pool client " + client + " does not exist."},
		{"a token", func() error {
			_, err := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &token})
			return err
		}(), "NotAuthorizedException: Invalid Access Token"},
		// What had found the pool before it was deleted changes nothing, the journal least of all.
		{"a late change", w.server.change(found.pool, found.user, false, func(old *userState) (transition, error) {
			return transition{next: old}, nil
		}), gone + w.pool + " does not exist."},
		{"a late user", w.server.create(found.pool, &user{username: "eve", sub: "eve"}, &userState{}, false), gone + w.pool + " does not exist."},
		{"a late deletion", func() error {
			_, err := w.server.adminDeleteUser(&call{subject: found}, &plainUserRequest{userRequest{w.pool, "ann"}})
			return err
		}(), gone + w.pool + " does not exist."},
		{"a late client", func() error {
			_, err := w.server.addClient(found.pool, map[string]jsontext.Value{"ClientName": []byte(`"late"`)})
			return err
		}(), gone + w.pool + " does not exist."},
		{"a late change to a group", func() error {
			_, err := w.server.updateGroup(&call{subject: found}, &writeGroupRequest{groupRequest: groupRequest{w.pool, "staff"}})
			return err
		}(), gone + w.pool + " does not exist."},
		{"a late attribute", func() error {
			_, err := w.server.addCustomAttributes(&call{subject: found}, &addAttributesRequest{UserPoolID: w.pool})
			return err
		}(), gone + w.pool + " does not exist."},
		{"a late group", w.server.addGroup(found.pool, Group{Name: "late"}), gone + w.pool + " does not exist."},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	s := w.again(path)
	if !slices.Equal(s.Pools(), []string{kept}) || s.client(client) != nil {
		t.Errorf("after all there are %v", s.Pools())
	}
}

func TestListAndDeleteClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	var ids []string
	for range 5 {
		ids = append(ids, w.app(passwordClient))
	}
	drop := func(id string) error {
		_, err := w.client.DeleteUserPoolClient(t.Context(), &cip.DeleteUserPoolClientInput{UserPoolId: &w.pool, ClientId: &id})
		return err
	}
	if err := drop(ids[0]); err != nil {
		t.Fatal(err)
	}
	if got := text(drop(ids[0])); got != "ResourceNotFoundException: User pool client "+ids[0]+" does not exist." {
		t.Errorf("got %s", got)
	}
	var listed []string
	pages := cip.NewListUserPoolClientsPaginator(w.client, &cip.ListUserPoolClientsInput{UserPoolId: &w.pool, MaxResults: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.UserPoolClients {
			if *c.UserPoolId != w.pool || *c.ClientName == "" {
				t.Errorf("listed %+v", c)
			}
			listed = append(listed, *c.ClientId)
		}
	}
	if want := slices.Sorted(slices.Values(ids[1:])); !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}

// TestProvidersOutliveTheProcess holds what a journal keeps of identity providers against what was there.
func TestProvidersOutliveTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(t, plainPool, Config{Journal: path})
	for _, name := range []string{"corp", "other"} {
		if _, err := w.client.CreateIdentityProvider(t.Context(), &cip.CreateIdentityProviderInput{UserPoolId: &w.pool, ProviderName: &name,
			ProviderType: types.IdentityProviderTypeTypeSaml, ProviderDetails: map[string]string{"MetadataURL": "https://example.com"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.DeleteIdentityProvider(t.Context(), &cip.DeleteIdentityProviderInput{UserPoolId: &w.pool, ProviderName: aws.String("other")}); err != nil {
		t.Fatal(err)
	}
	w.user("ann", "given_name=Ann")
	if err := w.link("corp 7", "Cognito ann"); err != nil {
		t.Fatal(err)
	}
	if got := w.got("ann", "identities"); !strings.Contains(got, `"providerType":"SAML"`) {
		t.Errorf("ann has %s", got)
	}
	s := w.again(path)
	if p := s.pool(w.pool); len(p.providers) != 1 || p.providers["corp"].text("ProviderType") != "SAML" || len(identitiesOf(p.lookup("ann").state.Load())) != 1 {
		t.Errorf("left are %v", p.providers)
	}
}

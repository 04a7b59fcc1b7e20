package e2e

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// apiClient is AWS's own client, which makes pools and reads users.
func apiClient(t *testing.T, url string) *cip.Client {
	return cip.New(cip.Options{Region: rigRegion, BaseEndpoint: &url, HTTPClient: &http.Client{Transport: newTransport(t)},
		Credentials: credentials.NewStaticCredentialsProvider("sandbox", "sandbox", ""), Retryer: aws.NopRetryer{}})
}

func (g *rig) createPool() {
	g.Helper()
	in := g.scenario.pool
	in.PoolName = aws.String("emulated")
	out, err := g.api.CreateUserPool(g.Context(), &in)
	if err != nil {
		g.Fatal(err)
	}
	if got := out.UserPool.UsernameAttributes; !slices.Equal(got, in.UsernameAttributes) {
		g.Fatalf("asked for a pool with %v for usernames, got one with %v: make test-emulator starts the emulator as it should be", in.UsernameAttributes, got)
	}
	g.poolID = *out.UserPool.Id
}

// createUsers makes the users, who have a password and are confirmed.
func (g *rig) createUsers() {
	g.Helper()
	for _, name := range sortedKeys(g.scenario.users) {
		out, err := g.api.AdminCreateUser(g.Context(), &cip.AdminCreateUserInput{UserPoolId: &g.poolID, Username: &name,
			MessageAction: types.MessageActionTypeSuppress, UserAttributes: attributeList(g.scenario.users[name])})
		if err != nil {
			g.Fatal(err)
		}
		g.username[name] = *out.User.Username
		for _, a := range out.User.Attributes {
			if *a.Name == "sub" {
				g.sub[name] = *a.Value
			}
		}
		if _, err := g.api.AdminSetUserPassword(g.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: &g.poolID,
			Username: out.User.Username, Password: aws.String(rigPassword), Permanent: true}); err != nil {
			g.Fatal(err)
		}
	}
}

const rigPassword = "Made-up-1"

// signIn gets the tokens of all users, if the scenario has an app client.
func (g *rig) signIn() {
	g.Helper()
	if g.scenario.client == nil {
		return
	}
	in := *g.scenario.client
	in.UserPoolId, in.ClientName = &g.poolID, aws.String("app")
	in.ExplicitAuthFlows = []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth}
	client, err := g.api.CreateUserPoolClient(g.Context(), &in)
	if err != nil {
		g.Fatal(err)
	}
	for name, username := range g.username {
		out, err := g.api.InitiateAuth(g.Context(), &cip.InitiateAuthInput{ClientId: client.UserPoolClient.ClientId,
			AuthFlow:       types.AuthFlowTypeUserPasswordAuth,
			AuthParameters: map[string]string{"USERNAME": username, "PASSWORD": rigPassword}})
		if err != nil {
			g.Fatal(err)
		}
		g.tokens[name] = out.AuthenticationResult
	}
}

// users reads all users, by AdminGetUser and by ListUsers, which have to agree.
func (g *rig) users() people {
	g.Helper()
	listed := g.listed()
	all := people{}
	for name, username := range g.username {
		out, err := g.api.AdminGetUser(g.Context(), &cip.AdminGetUserInput{UserPoolId: &g.poolID, Username: &username})
		if err != nil {
			g.Fatal(err)
		}
		all[name] = valuesOf(out.UserAttributes)
		if !maps.Equal(listed[username], all[name]) {
			g.Fatalf("%s has %v in ListUsers, and %v in AdminGetUser", name, listed[username], all[name])
		}
	}
	if len(listed) != len(all) {
		g.Fatalf("the pool has %d users, want %d", len(listed), len(all))
	}
	return all
}

// listed reads all users by ListUsers.
func (g *rig) listed() people {
	g.Helper()
	all := people{}
	pages := cip.NewListUsersPaginator(g.api, &cip.ListUsersInput{UserPoolId: &g.poolID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(g.Context())
		if err != nil {
			g.Fatal(err)
		}
		for _, u := range page.Users {
			all[*u.Username] = valuesOf(u.Attributes)
		}
	}
	return all
}

// change changes users as another administrator would.
func (g *rig) change(all people) {
	g.Helper()
	for name, changes := range all {
		if _, err := g.api.AdminUpdateUserAttributes(g.Context(), &cip.AdminUpdateUserAttributesInput{UserPoolId: &g.poolID,
			Username: aws.String(g.username[name]), UserAttributes: attributeList(changes)}); err != nil {
			g.Fatal(err)
		}
		g.has[name] = changed(g.has[name], changes)
	}
}

func attributeList(v values) (list []types.AttributeType) {
	for _, name := range sortedKeys(v) {
		list = append(list, types.AttributeType{Name: &name, Value: aws.String(v[name])})
	}
	return list
}

// valuesOf leaves the sub out.
func valuesOf(list []types.AttributeType) values {
	v := values{}
	for _, a := range list {
		if *a.Name != "sub" {
			v[*a.Name] = aws.ToString(a.Value)
		}
	}
	return v
}

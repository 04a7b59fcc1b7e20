package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// app makes an app client from the input of create-user-pool-client.
func (w *world) app(document string) string {
	w.Helper()
	id, err := w.server.CreateClient(w.pool, []byte(document))
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// token mints a token with the pool's first app client.
func (w *world) token(username string, o TokenOptions) string {
	w.Helper()
	token, err := w.server.MintToken(w.pool, username, o)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

const passwordClient = `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH"]}`

func TestCreateClientOverTheAPI(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	made, err := w.client.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: &w.pool, ClientName: aws.String("app"), CallbackURLs: []string{"https://example.com"},
		WriteAttributes: []string{"given_name", "custom:tier"}, ReadAttributes: []string{"given_name", "email_verified"},
		ExplicitAuthFlows:   []types.ExplicitAuthFlowsType{"ALLOW_USER_PASSWORD_AUTH"},
		AccessTokenValidity: aws.Int32(30), TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: "minutes"}})
	if err != nil {
		t.Fatal(err)
	}
	id := made.UserPoolClient.ClientId
	if len(*id) != 26 || strings.Join(w.server.Clients(w.pool), " ") != *id {
		t.Errorf("the client is %q, of %v", *id, w.server.Clients(w.pool))
	}
	out, err := w.client.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &w.pool, ClientId: id})
	if err != nil {
		t.Fatal(err)
	}
	c := out.UserPoolClient
	if *c.ClientName != "app" || *c.UserPoolId != w.pool || *c.AccessTokenValidity != 30 || c.RefreshTokenValidity != 30 ||
		strings.Join(c.WriteAttributes, " ") != "given_name custom:tier" || len(c.CallbackURLs) != 1 || time.Since(*c.CreationDate) > time.Minute {
		t.Errorf("described %+v", c)
	}
	if got := w.server.client(*id).validity; got != 30*time.Minute {
		t.Errorf("access tokens live %v", got)
	}
	plain := w.app(`{"ClientName":"plain","GenerateSecret":false}`)
	shown := post(w.server, targetPrefix+"DescribeUserPoolClient", "any", `{"UserPoolId":"`+w.pool+`","ClientId":"`+plain+`"}`).Body.String()
	if !strings.Contains(shown, plain) || strings.Contains(shown, "GenerateSecret") {
		t.Errorf("described with what only a request has: %s", shown)
	}
	missing, other := "us-east-1_MISSING00", aws.String("made0up0client")
	_, noPool := w.client.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{UserPoolId: &missing, ClientName: aws.String("app")})
	_, noClient := w.client.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &w.pool, ClientId: other})
	_, notThere := w.client.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: &missing, ClientId: id})
	for _, tt := range []struct {
		name, want string
		err        error
	}{
		{"pool of a new client", "ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist.", noPool},
		{"client", "ResourceNotFoundException: User pool client made0up0client does not exist.", noClient},
		{"pool of a client", "ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist.", notThere},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCreateClientRules(t *testing.T) {
	const invalid = "sandbox client: InvalidParameterException: "
	const write = invalid + "Invalid write attributes specified while creating a client"
	for _, tt := range []struct{ name, document, want string }{
		{"least", `{"ClientName":"app"}`, ""},
		{"as described", `{"UserPoolClient":{"ClientId":"kept","ClientName":"app","CreationDate":"2026-01-02T03:04:05+01:00"}}`, ""},
		{"a custom attribute", `{"ClientName":"app","WriteAttributes":["given_name","custom:tier"]}`, ""},
		{"old names of flows", `{"ClientName":"app","ExplicitAuthFlows":["ADMIN_NO_SRP_AUTH","USER_PASSWORD_AUTH"]}`, ""},
		{"a day", `{"ClientName":"app","AccessTokenValidity":1,"TokenValidityUnits":{"AccessToken":"days"}}`, ""},
		{"no JSON", `app`, "sandbox client: "},
		{"neither shape", `{"Name":"app"}`, "sandbox client: the document has neither UserPoolClient, as describe-user-pool-client prints it, nor ClientName"},
		{"no name", `{"UserPoolClient":{"ClientId":"x"}}`, invalid + "1 validation error detected: Value at 'clientName'"},
		{"wrong type", `{"ClientName":"app","WriteAttributes":7}`, "sandbox client: SerializationException: "},
		{"again", `{"UserPoolClient":{"ClientId":"taken","ClientName":"app"}}`, invalid + "User pool client taken exists already."},
		{"secret", `{"ClientName":"app","GenerateSecret":true}`, invalid + "the sandbox has no clients with a secret"},
		{"date", `{"UserPoolClient":{"ClientName":"app","CreationDate":"soon"}}`, invalid + "CreationDate: "},
		{"write of an unknown attribute", `{"ClientName":"app","WriteAttributes":["given_name","custom:x"]}`, write},
		{"write of a flag", `{"ClientName":"app","WriteAttributes":["given_name","email_verified"]}`, write},
		{"write of the sub", `{"ClientName":"app","WriteAttributes":["given_name","sub"]}`, write},
		{"write of a developer attribute", `{"ClientName":"app","WriteAttributes":["given_name","dev:cost"]}`, write},
		{"no write of a required attribute", `{"ClientName":"app","WriteAttributes":["locale"]}`, write},
		{"read of an unknown attribute", `{"ClientName":"app","ReadAttributes":["custom:x"]}`,
			invalid + "Invalid read attributes specified while creating a client"},
		{"unknown flow", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_ALL"]}`,
			invalid + "1 validation error detected: Value at 'explicitAuthFlows' failed to satisfy constraint: Member must satisfy enum value set: [ADMIN_NO_SRP_AUTH, "},
		{"both kinds of flows", `{"ClientName":"app","ExplicitAuthFlows":["USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH"]}`,
			invalid + "ExplicitAuthFlows has values with ALLOW_ and values without"},
		{"4 minutes", `{"ClientName":"app","AccessTokenValidity":4,"TokenValidityUnits":{"AccessToken":"minutes"}}`, invalid + "Invalid range for token validity."},
		{"25 hours", `{"ClientName":"app","AccessTokenValidity":25}`, invalid + "Invalid range for token validity."},
		{"many days", `{"ClientName":"app","AccessTokenValidity":9223372036854775807,"TokenValidityUnits":{"AccessToken":"days"}}`,
			invalid + "Invalid range for token validity."},
		{"unit", `{"ClientName":"app","AccessTokenValidity":1,"TokenValidityUnits":{"AccessToken":"weeks"}}`,
			invalid + "1 validation error detected: Value at 'tokenValidityUnits.accessToken'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, plainPool, Config{})
			w.app(`{"UserPoolClient":{"ClientId":"taken","ClientName":"first"}}`)
			id, err := w.server.CreateClient(w.pool, []byte(tt.document))
			if got := text(err); !strings.HasPrefix(got, tt.want) || (err == nil) != (tt.want == "") {
				t.Fatalf("got  %s\nwant %s", got, tt.want)
			}
			if n := len(w.server.Clients(w.pool)); (err == nil) != (n == 2) {
				t.Errorf("%d clients afterwards", n)
			}
			if strings.Contains(tt.document, "kept") && id != "kept" {
				t.Errorf("the id is %q", id)
			}
		})
	}
	w := newWorld(t, "", Config{})
	_, err := w.server.CreateClient("us-east-1_MISSING00", []byte(`{"ClientName":"app"}`))
	if got, want := text(err), "sandbox client: ResourceNotFoundException: User pool us-east-1_MISSING00 does not exist."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

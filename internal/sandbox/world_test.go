package sandbox

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a running server, a client of AWS's own SDK, and a pool in it.
type world struct {
	*testing.T
	server *Server
	client *cip.Client
	url    string
	pool   string
}

const plainPool = `{"PoolName":"plain","Schema":[
	{"Name":"tier","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"2","MaxLength":"20"}},
	{"Name":"points","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"-5","MaxValue":"100"}},
	{"Name":"joined","AttributeDataType":"DateTime"},
	{"Name":"active","AttributeDataType":"Boolean"},
	{"Name":"fixed","AttributeDataType":"String","Mutable":false},
	{"Name":"cost","AttributeDataType":"String","DeveloperOnlyAttribute":true},
	{"Name":"given_name","AttributeDataType":"String","Required":true}
]}`

const aliasPool = `{"PoolName":"alias","AliasAttributes":["email","phone_number","preferred_username"],
	"UsernameConfiguration":{"CaseSensitive":false}}`

const addressPool = `{"PoolName":"address","UsernameAttributes":["email","phone_number"]}`

// informingPool sends codes to new addresses, which count at once, and calls Lambda functions.
const informingPool = `{"PoolName":"informing","AutoVerifiedAttributes":["email","phone_number"],
	"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:000000000000:function:m",
		"PreAuthentication":"arn:aws:lambda:us-east-1:000000000000:function:p"}}`

const verifyPool = `{"PoolName":"verify","AutoVerifiedAttributes":["email"],
	"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}}`

// again ends the server, and returns another one that goes on with its journal.
func (w *world) again(journal string) *Server {
	w.Helper()
	if err := w.server.Close(); err != nil {
		w.Fatal(err)
	}
	s, err := New(Config{Journal: journal})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = s.Close() })
	return s
}

func newWorld(t *testing.T, pool string, cfg Config) *world {
	t.Helper()
	if cfg.Quotas == (Quotas{}) {
		cfg.Quotas = NoQuotas()
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, server: s, url: url, client: newClient(t, url)}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if pool != "" {
		if w.pool, err = s.CreatePool([]byte(pool)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func newClient(t *testing.T, url string) *cip.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return cip.New(cip.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient:  &http.Client{Transport: plainBodies{transport}},
	})
}

// plainBodies hides that the SDK's request bodies are io.WriterTo: closed early, they break the
// connection under the answer (see the type of that name in internal/cognito).
type plainBodies struct{ *http.Transport }

func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.WithContext(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}

// user creates a user with attributes given as name=value.
func (w *world) user(name string, attributes ...string) {
	w.Helper()
	u := User{Username: name, Attributes: map[string]string{}}
	for _, a := range attributes {
		k, v, _ := strings.Cut(a, "=")
		u.Attributes[k] = v
	}
	if err := w.server.CreateUser(w.pool, u); err != nil {
		w.Fatal(err)
	}
}

func list(attributes []string) []types.AttributeType {
	var all []types.AttributeType
	for _, a := range attributes {
		k, v, _ := strings.Cut(a, "=")
		all = append(all, types.AttributeType{Name: aws.String(k), Value: aws.String(v)})
	}
	return all
}

func (w *world) update(name string, attributes ...string) error {
	_, err := w.client.AdminUpdateUserAttributes(w.Context(), updateInput(w, name, attributes...))
	return err
}

func updateInput(w *world, name string, attributes ...string) *cip.AdminUpdateUserAttributesInput {
	return &cip.AdminUpdateUserAttributesInput{UserPoolId: &w.pool, Username: &name, UserAttributes: list(attributes)}
}

// got returns an attribute of a user, and whether it is there.
func (w *world) got(name, attribute string) string {
	u, _ := w.server.User(w.pool, name)
	return u.Attributes[attribute]
}

// text returns the error as AWS words it: name and message.
func text(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

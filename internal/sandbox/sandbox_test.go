package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

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
		{"too long", []string{"custom:tier=" + strings.Repeat("é", 11)}, schema + "custom:tier: String must be no longer than 20 characters"},
		{"too short", []string{"custom:tier=x"}, schema + "custom:tier: String must be no shorter than 2 characters"},
		{"over 2048", []string{"name=" + strings.Repeat("x", 2049)}, model +
			"'userAttributes.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		{"name over 32", []string{strings.Repeat("n", 33) + "=x"}, model +
			"'userAttributes.member.name' failed to satisfy constraint: Member must have length less than or equal to 32"},
		{"no name", []string{"=x"}, model +
			"'userAttributes.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1"},
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
		{"developer only", []string{"dev:custom:cost=7"}, []string{"dev:custom:cost=7"}},
		{"boolean in capitals", []string{"custom:active=True"}, []string{"custom:active=true"}},
		{"the last counts", []string{"custom:tier=silver", "custom:tier=bronze"}, []string{"custom:tier=bronze"}},
		{"blank deletes", []string{"nickname="}, []string{"nickname="}},
		{"the same address keeps its flag", []string{"email=ann@example.com"}, []string{"email_verified=true"}},
		{"another address loses it", []string{"email=a@example.com"}, []string{"email=a@example.com", "email_verified=false"}},
		{"unless it is sent", []string{"email=b@example.com", "email_verified=true"}, []string{"email=b@example.com", "email_verified=true"}},
		{"birthdate", []string{"birthdate=1990-02-28"}, []string{"birthdate=1990-02-28"}},
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

func TestParallelUpdates(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	const users, rounds = 40, 30
	for i := range users {
		w.user(fmt.Sprintf("user-%02d", i), "email=shared@example.com")
	}
	var clients sync.WaitGroup
	for i := range users {
		clients.Go(func() {
			for n := range rounds {
				set := []string{fmt.Sprintf("name=%d", n)}
				if n%3 == 0 {
					set = append(set, "email_verified=true") // moves the alias
				}
				if err := w.update(fmt.Sprintf("user-%02d", i), set...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	holders := 0
	for u := range w.server.Users(w.pool) {
		if u.Attributes["name"] != fmt.Sprint(rounds-1) {
			t.Errorf("%s ends with %v", u.Username, u.Attributes)
		}
		if u.Attributes["email_verified"] == "true" {
			holders++
		}
	}
	if holders != 1 {
		t.Errorf("%d users hold one alias", holders)
	}
	log := w.server.Log()
	for i, u := range log {
		if u.Sequence != int64(i+1) {
			t.Fatalf("entry %d has the number %d", i, u.Sequence)
		}
	}
	stats := w.server.Stats()
	if len(log) != users*rounds || stats.Operations["AdminUpdateUserAttributes"] != users*rounds || stats.MaxInFlight != 1 {
		t.Errorf("%d logged, %+v", len(log), stats)
	}
}

// TestParallelSelfService lets many users change, verify, read and sign in at once, while an
// administrator changes them too.
func TestParallelSelfService(t *testing.T) {
	w := newWorld(t, `{"PoolName":"busy","AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],
		"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:000000000000:function:m"}}`, Config{})
	client := w.app(passwordClient)
	const users, rounds = 10, 10
	for i := range users {
		if err := w.server.CreateUser(w.pool, User{Username: fmt.Sprintf("user-%d", i), Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	var clients sync.WaitGroup
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		token := w.token(name, TokenOptions{})
		clients.Go(func() {
			for n := range rounds {
				address := fmt.Sprintf("%s-%d@example.com", name, n)
				if _, err := w.client.UpdateUserAttributes(t.Context(), selfInput(token, "email="+address)); err != nil {
					t.Error(err)
				}
				if _, err := w.signIn(client, name, password); err != nil {
					t.Error(err)
				}
			}
		})
		clients.Go(func() {
			for n := range rounds {
				if err := w.update(name, fmt.Sprintf("nickname=%d", n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	last := map[string]string{} // code by user
	for _, m := range w.server.Messages() {
		last[m.Username] = m.Code
	}
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		if err := w.verify(name, "email", last[name]); err != nil {
			t.Error(err)
		}
		u, _ := w.server.User(w.pool, fmt.Sprintf("%s-%d@example.com", name, rounds-1))
		if u.Username != name || u.Attributes["nickname"] != fmt.Sprint(rounds-1) {
			t.Errorf("%s ends with %v", name, u)
		}
	}
	if n, m := len(w.server.Messages()), len(w.server.Invocations()); n != users*rounds || m != users*rounds {
		t.Errorf("%d messages and %d invocations, want %d", n, m, users*rounds)
	}
}

func TestInFlight(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann")
	arrived, release := make(chan struct{}), make(chan struct{})
	w.server.SetFaults(Faults{Hook: func(string, string) *Fault {
		arrived <- struct{}{}
		<-release
		return nil
	}})
	var clients sync.WaitGroup
	for range 2 {
		clients.Go(func() {
			if err := w.update("ann", "locale=de"); err != nil {
				t.Error(err)
			}
		})
	}
	<-arrived
	<-arrived
	close(release)
	clients.Wait()
	if got := w.server.Stats().MaxInFlight; got != 2 {
		t.Errorf("MaxInFlight is %d, want 2", got)
	}
}

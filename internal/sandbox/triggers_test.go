package sandbox

import (
	"fmt"
	"slices"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func TestTriggers(t *testing.T) {
	const (
		socket  = " invocation failed due to error Socket timeout while invoking Lambda function."
		throws  = "UserLambdaValidationException: "
		timeout = "UnexpectedLambdaException: "
		garbage = "InvalidLambdaResponseException: Unrecognizable lambda output"
	)
	for _, tt := range []struct {
		name           string
		faults         Faults
		update, signIn string // errors of updates, by an administrator and by the user, and of signing in
	}{
		{"good answers", Faults{}, "", ""},
		{"a script without an opinion", Faults{Trigger: func(Invocation) *Outcome { return nil }}, "", ""},
		{"throws", script("CustomMessage", "ann", Outcome{Throws: "no more mail"}), throws + "CustomMessage failed with error no more mail.", ""},
		{"times out", script("CustomMessage", "ann", Outcome{Timeout: true}), timeout + "CustomMessage" + socket, ""},
		{"answers wrongly", script("CustomMessage", "ann", Outcome{Garbage: true}), garbage, ""},
		{"another user's", script("CustomMessage", "bob", Outcome{Throws: "no"}), "", ""},
		{"refuses the sign-in", script("PreAuthentication", "ann", Outcome{Throws: "closed"}), "", throws + "PreAuthentication failed with error closed."},
		{"throws by chance", Faults{TriggerThrows: 1}, throws + "CustomMessage failed with error rehearsed fault.",
			throws + "PreAuthentication failed with error rehearsed fault."},
		{"times out by chance", Faults{TriggerTimeout: 1}, timeout + "CustomMessage" + socket, timeout + "PreAuthentication" + socket},
		{"answers wrongly by chance", Faults{TriggerGarbage: 1}, garbage, garbage},
		{"the script before chance", Faults{TriggerThrows: 1, Trigger: func(Invocation) *Outcome { return &Outcome{} }}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, informingPool, Config{Faults: tt.faults})
			client := w.app(passwordClient)
			if err := w.server.CreateUser(w.pool, User{Username: "ann", Password: password, Attributes: map[string]string{"email": "a@example.com"}}); err != nil {
				t.Fatal(err)
			}
			admin := w.update("ann", "email=b@example.com")
			_, self := w.self("ann", "email=c@example.com")
			_, signIn := w.signIn(client, "ann", password)
			if text(admin) != tt.update || text(self) != tt.update || text(signIn) != tt.signIn {
				t.Errorf("got  %q, %q, %q\nwant %q twice, %q", text(admin), text(self), text(signIn), tt.update, tt.signIn)
			}
			want, messages := "c@example.com", 2
			if tt.update != "" {
				want, messages = "a@example.com", 0
			}
			if got := w.got("ann", "email"); got != want || len(w.server.Messages()) != messages {
				t.Errorf("the address is %s after %d messages, want %s after %d", got, len(w.server.Messages()), want, messages)
			}
		})
	}
}

// script lets one user's invocations of a trigger end in an outcome.
func script(trigger, username string, o Outcome) Faults {
	return Faults{Trigger: func(i Invocation) *Outcome {
		if i.Trigger == trigger && i.Username == username {
			return &o
		}
		return nil
	}}
}

// TestTriggersOfPools holds what a Lambda function is told, the client metadata among it, and that a
// script may ask the server.
func TestTriggersOfPools(t *testing.T) {
	w := newWorld(t, "", Config{})
	for _, tt := range []struct {
		name, lambdas string
		want          []string
	}{
		{"none", `{}`, nil},
		{"others", `{"PostAuthentication":"made-up"}`, nil},
		{"messages", `{"CustomMessage":"made-up"}`, []string{"CustomMessage"}},
		{"both", `{"PreAuthentication":"made-up","CustomMessage":"made-up"}`, []string{"CustomMessage", "PreAuthentication"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool, err := w.server.CreatePool([]byte(`{"PoolName":"triggers","LambdaConfig":` + tt.lambdas + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := w.server.Triggers(pool); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if got := w.server.Triggers("us-east-1_Nowhere00"); got != nil {
		t.Errorf("a pool that does not exist has %v", got)
	}
}

func TestInvocations(t *testing.T) {
	var w *world
	w = newWorld(t, informingPool, Config{Faults: Faults{Trigger: func(i Invocation) *Outcome {
		if _, ok := w.server.User(i.Pool, i.Username); !ok {
			t.Error("the user is not there")
		}
		return &Outcome{}
	}}})
	client := w.app(passwordClient)
	if err := w.server.CreateUser(w.pool, User{Username: "ann", Password: password, Attributes: map[string]string{"email": "a@example.com"}}); err != nil {
		t.Fatal(err)
	}
	metadata := map[string]string{"ticket": "T-1"}
	admin := updateInput(w, "ann", "email=b@example.com")
	self := selfInput(w.token("ann", TokenOptions{}), "email=c@example.com", "phone_number=+15550100100")
	quiet := updateInput(w, "ann", "locale=de")
	admin.ClientMetadata, self.ClientMetadata, quiet.ClientMetadata = metadata, metadata, metadata
	for _, in := range []*cip.AdminUpdateUserAttributesInput{admin, quiet} {
		if _, err := w.client.AdminUpdateUserAttributes(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.UpdateUserAttributes(t.Context(), self); err != nil {
		t.Fatal(err)
	}
	if _, err := w.signIn(client, "ann", password); err != nil {
		t.Fatal(err)
	}
	w.code("ann", "email")
	var got []string
	for _, i := range w.server.Invocations() {
		got = append(got, fmt.Sprint(i.Trigger, " ", i.Source, " ", i.Username, " ", i.Client == client, " ", i.Attribute, " ", i.ClientMetadata, " ", i.Outcome == Outcome{}))
	}
	want := []string{
		"CustomMessage CustomMessage_UpdateUserAttribute ann false email map[ticket:T-1] true",
		"CustomMessage CustomMessage_UpdateUserAttribute ann true email map[ticket:T-1] true",
		"CustomMessage CustomMessage_UpdateUserAttribute ann true phone_number map[ticket:T-1] true",
		"PreAuthentication PreAuthentication_Authentication ann true  map[] true",
		"CustomMessage CustomMessage_VerifyUserAttribute ann true email map[] true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestClientMetadataLimit(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.app(passwordClient)
	w.user("ann", "given_name=Ann")
	for _, tt := range []struct {
		name string
		size int
		want string
	}{
		{"at the limit", maxMetadata, ""},
		{"over it", maxMetadata + 1, "InvalidParameterException: 1 validation error detected: Value at 'clientMetadata' failed to satisfy constraint: Member must have length less than or equal to 131072"},
	} {
		metadata := map[string]string{"k": string(slices.Repeat([]byte("x"), tt.size))}
		admin, self := updateInput(w, "ann", "locale=de"), selfInput(w.token("ann", TokenOptions{}), "locale=de")
		admin.ClientMetadata, self.ClientMetadata = metadata, metadata
		_, adminErr := w.client.AdminUpdateUserAttributes(t.Context(), admin)
		_, selfErr := w.client.UpdateUserAttributes(t.Context(), self)
		if text(adminErr) != tt.want || text(selfErr) != tt.want {
			t.Errorf("%s: got %q and %q, want %q", tt.name, text(adminErr), text(selfErr), tt.want)
		}
	}
}

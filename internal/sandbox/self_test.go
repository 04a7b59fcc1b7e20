package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func selfInput(token string, attributes ...string) *cip.UpdateUserAttributesInput {
	return &cip.UpdateUserAttributesInput{AccessToken: &token, UserAttributes: list(attributes)}
}

// self updates attributes with a new token of the user, and returns what was delivered.
func (w *world) self(username string, attributes ...string) (deliveries string, err error) {
	w.Helper()
	out, err := w.client.UpdateUserAttributes(w.Context(), selfInput(w.token(username, TokenOptions{}), attributes...))
	if err != nil {
		return "", err
	}
	var all []string
	for _, d := range out.CodeDeliveryDetailsList {
		all = append(all, fmt.Sprint(*d.AttributeName, " ", d.DeliveryMedium, " ", *d.Destination))
	}
	return strings.Join(all, ", "), nil
}

func TestSelfUpdateRules(t *testing.T) {
	const (
		schema       = "InvalidParameterException: Attributes did not conform to the schema: "
		model        = "InvalidParameterException: 1 validation error detected: Value at "
		unauthorized = "NotAuthorizedException: A client attempted to write unauthorized attribute"
		flag         = "InvalidParameterException: Cannot modify the attribute %s: it is set by verification, or by an administrator"
	)
	w := newWorld(t, plainPool, Config{})
	open := w.app(`{"ClientName":"open"}`)
	narrow := w.app(`{"ClientName":"narrow","WriteAttributes":["given_name","locale"]}`)
	w.user("ann", "given_name=Ann", "email=ann@example.com", "custom:tier=gold", "dev:cost=7")
	before, _ := w.server.User(w.pool, "ann")
	for _, tt := range []struct {
		name, client string
		set          []string
		want         string
	}{
		{"developer attribute", open, []string{"dev:cost=8"}, unauthorized},
		{"one of several", open, []string{"locale=de", "dev:cost=8"}, unauthorized},
		{"not in the client's list", narrow, []string{"custom:tier=silver"}, unauthorized},
		{"unknown, and not in the client's list", narrow, []string{"custom:x=1"}, unauthorized},
		{"address not in the client's list", narrow, []string{"email=b@example.com"}, unauthorized},
		{"flag", open, []string{"email_verified=true"}, fmt.Sprintf(flag, "email_verified")},
		{"flag beside its address", open, []string{"email=b@example.com", "email_verified=true"}, fmt.Sprintf(flag, "email_verified")},
		{"other flag", narrow, []string{"phone_number_verified=false"}, fmt.Sprintf(flag, "phone_number_verified")},
		{"unknown", open, []string{"custom:x=1"}, schema + "custom:x: Attribute does not exist in the schema."},
		{"immutable", open, []string{"custom:fixed=1"}, schema + "custom:fixed: Attribute cannot be updated."},
		{"sub", open, []string{"sub=1"}, schema + "sub: Attribute cannot be updated."},
		{"required cleared", narrow, []string{"given_name="}, schema + "given_name: The attribute is required"},
		{"too short", open, []string{"custom:tier=x"}, schema + "custom:tier: String must be no shorter than 2 characters"},
		{"phone", open, []string{"phone_number=555-0100"}, "InvalidParameterException: Invalid phone number format."},
		{"over 2048", open, []string{"name=" + strings.Repeat("x", 2049)}, model +
			"'userAttributes.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		{"over 2048, and not in the client's list", narrow, []string{"name=" + strings.Repeat("x", 2049)}, model +
			"'userAttributes.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := selfInput(w.token("ann", TokenOptions{Client: tt.client}), tt.set...)
			if _, err := w.client.UpdateUserAttributes(t.Context(), in); text(err) != tt.want {
				t.Errorf("got  %s\nwant %s", text(err), tt.want)
			}
			if after, _ := w.server.User(w.pool, "ann"); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("a refused request changed the user: %v", after)
			}
		})
	}
	if n, m := len(w.server.Log()), len(w.server.Messages()); n != 0 || m != 0 {
		t.Errorf("refused updates left %d entries in the log and %d messages", n, m)
	}
}

func TestSelfUpdateAccepted(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.app(`{"ClientName":"open"}`)
	narrow := w.app(`{"ClientName":"narrow","WriteAttributes":["given_name","locale"]}`)
	w.user("ann", "given_name=Ann", "email=ann@example.com", "email_verified=true")
	if _, err := w.client.UpdateUserAttributes(t.Context(), selfInput(w.token("ann", TokenOptions{Client: narrow}), "given_name=Anna", "locale=de")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.self("ann", "custom:tier=gold", "email=b@example.com", "locale="); err != nil {
		t.Fatal(err)
	}
	u, _ := w.server.User(w.pool, "ann")
	delete(u.Attributes, "sub")
	if got, want := fmt.Sprint(u.Attributes), "map[custom:tier:gold email:b@example.com email_verified:false given_name:Anna]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	log := w.server.Log()
	if len(log) != 2 || log[0].Username != "ann" || fmt.Sprint(log[0].Changes) != "[{given_name Ann Anna} {locale  de}]" {
		t.Errorf("the log is %v", log)
	}
	stats := w.server.Stats()
	if stats.Operations["UpdateUserAttributes"] != 2 || stats.Categories["UserUpdate"].Received != 2 || stats.MaxInFlight != 1 {
		t.Errorf("counted %+v", stats)
	}
}

func TestGetUser(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	open := w.app(`{"ClientName":"open"}`)
	narrow := w.app(`{"ClientName":"narrow","ReadAttributes":["email","custom:tier"]}`)
	w.user("ann", "given_name=Ann", "email=ann@example.com", "custom:tier=gold", "dev:cost=7")
	for _, tt := range []struct{ name, client, want string }{
		{"all but developer attributes", open, "custom:tier email given_name sub"},
		{"the client's list, and the sub", narrow, "custom:tier email sub"},
	} {
		token := w.token("ann", TokenOptions{Client: tt.client})
		out, err := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &token})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range out.UserAttributes {
			names = append(names, *a.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || *out.Username != "ann" {
			t.Errorf("%s: got %s of %s, want %s", tt.name, got, *out.Username, tt.want)
		}
	}
}

func TestSelfQuotas(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w := newWorld(t, plainPool, Config{Quotas: Quotas{UserUpdate: 1, UserRead: Off, PerUserWrite: Off}, Now: func() time.Time { return now }})
	w.app(passwordClient)
	w.user("ann", "given_name=Ann")
	for i := range 7 { // 5 of the category; reads have 5 of the user
		want := ""
		if i >= 5 {
			want = "TooManyRequestsException: Rate exceeded"
		}
		if _, err := w.self("ann", "locale=de"); text(err) != want {
			t.Errorf("update %d: got %q, want %q", i, text(err), want)
		}
		if i >= 5 {
			want = "TooManyRequestsException: Too many requests"
		}
		token := w.token("ann", TokenOptions{})
		if _, err := w.client.GetUser(t.Context(), &cip.GetUserInput{AccessToken: &token}); text(err) != want {
			t.Errorf("read %d: got %q, want %q", i, text(err), want)
		}
	}
}

// code asks for a code for an attribute and returns it.
func (w *world) code(username, attribute string) string {
	w.Helper()
	token := w.token(username, TokenOptions{})
	if _, err := w.client.GetUserAttributeVerificationCode(w.Context(), &cip.GetUserAttributeVerificationCodeInput{
		AccessToken: &token, AttributeName: &attribute}); err != nil {
		w.Fatal(err)
	}
	sent := w.server.Messages()
	return sent[len(sent)-1].Code
}

func (w *world) verify(username, attribute, code string) error {
	token := w.token(username, TokenOptions{})
	_, err := w.client.VerifyUserAttribute(w.Context(), &cip.VerifyUserAttributeInput{AccessToken: &token, AttributeName: &attribute, Code: &code})
	return err
}

// other returns another code.
func other(code string) string {
	if code == "000000" {
		return "111111"
	}
	return "000000"
}

func TestVerify(t *testing.T) {
	const expired = "ExpiredCodeException: Invalid code provided, please request a code again."
	clock := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w := newWorld(t, verifyPool, Config{Now: func() time.Time { return clock }})
	w.app(passwordClient)
	w.user("ann", "email=a@example.com", "email_verified=true")
	if got, err := w.self("ann", "email=b@example.com"); got != "email EMAIL b***@e***" || err != nil {
		t.Fatalf("delivered %q, %v", got, err)
	}
	first := w.server.Messages()[0].Code
	for _, tt := range []struct{ name, attribute, code, want string }{
		{"wrong code", "email", other(first), "CodeMismatchException: Invalid verification code provided, please try again."},
		{"no code was sent", "phone_number", first, expired},
		{"cannot be verified", "name", first, `InvalidParameterException: "name" cannot be verified: only email and phone_number can`},
		{"no attribute", "", first, "InvalidParameterException: 1 validation error detected: Value at 'attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"no code", "email", "", "InvalidParameterException: 1 validation error detected: Value at 'code' failed to satisfy constraint: Member must have length greater than or equal to 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(w.verify("ann", tt.attribute, tt.code)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if u, _ := w.server.User(w.pool, "ann"); u.Attributes["email"] != "a@example.com" || u.Pending["email"] != "b@example.com" {
				t.Errorf("a refused code changed %v", u)
			}
		})
	}
	if err := w.verify("ann", "email", first); err != nil {
		t.Fatal(err)
	}
	u, _ := w.server.User(w.pool, "ann")
	if u.Attributes["email"] != "b@example.com" || u.Attributes["email_verified"] != "true" || len(u.Pending) != 0 {
		t.Errorf("after the code: %v", u)
	}
	log := w.server.Log()
	if got := fmt.Sprint(log[len(log)-1].Changes); got != "[{email a@example.com b@example.com}]" {
		t.Errorf("the log ends with %s", got)
	}
	if got := text(w.verify("ann", "email", first)); got != expired {
		t.Errorf("the same code again: %q", got)
	}
	late := w.code("ann", "email")
	clock = clock.Add(codeLifetime + time.Second)
	if got := text(w.verify("ann", "email", late)); got != expired {
		t.Errorf("a code of yesterday: %q", got)
	}
}

func TestCodesAndChanges(t *testing.T) {
	w := newWorld(t, verifyPool, Config{})
	w.app(passwordClient)
	w.user("ann", "email=a@example.com", "phone_number=+15550100")
	if err := w.verify("ann", "email", w.code("ann", "email")); err != nil || w.got("ann", "email_verified") != "true" {
		t.Errorf("verifying an address that is not pending: %v", err)
	}
	if err := w.verify("ann", "phone_number", w.code("ann", "phone_number")); err != nil || w.got("ann", "phone_number_verified") != "true" {
		t.Errorf("verifying a phone number: %v", err)
	}
	for _, tt := range []struct {
		name   string
		change func() error
	}{
		{"another pending value", func() error { _, err := w.self("ann", "email=c@example.com"); return err }},
		{"another value at once", func() error { return w.update("ann", "email=d@example.com", "email_verified=true") }},
		{"the old value again", func() error { return w.update("ann", "email="+w.got("ann", "email")) }},
		{"no value", func() error { return w.update("ann", "email=") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := w.self("ann", "email=b@example.com"); err != nil {
				t.Fatal(err)
			}
			sent := w.server.Messages()
			code := sent[len(sent)-1].Code
			if err := tt.change(); err != nil {
				t.Fatal(err)
			}
			if err := w.verify("ann", "email", code); err == nil {
				t.Error("the code for a value that is no longer wanted was accepted")
			}
		})
	}
	if got := text(func() error {
		token := w.token("ann", TokenOptions{})
		_, err := w.client.GetUserAttributeVerificationCode(t.Context(), &cip.GetUserAttributeVerificationCodeInput{AccessToken: &token, AttributeName: aws.String("email")})
		return err
	}()); got != "InvalidParameterException: the user has no email to verify" {
		t.Errorf("a code for no address: %q", got)
	}
}

package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// sent describes the messages from the nth on.
func (w *world) sent(n int) string {
	var all []string
	for _, m := range w.server.Messages()[n:] {
		all = append(all, fmt.Sprint(m.Username, " ", m.Attribute, " ", m.Medium, " ", m.Destination))
	}
	return strings.Join(all, ", ")
}

// TestMessages holds for both operations who is told what when addresses change.
func TestMessages(t *testing.T) {
	const auto, first, silent = `{"PoolName":"auto","AutoVerifiedAttributes":["email","phone_number"]}`,
		`{"PoolName":"first","UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}}`,
		`{"PoolName":"silent"}`
	for _, tt := range []struct {
		name, pool string
		set        []string
		want       string // the same of the log and of the answer
		adminOnly  bool
	}{
		{"another address", auto, []string{"email=b@example.org"}, "email EMAIL b***@e***", false},
		{"a first address", auto, []string{"phone_number=+15550100100"}, "phone_number SMS +*******0100", false},
		{"both", auto, []string{"phone_number=+15550100100", "email=b@example.org"}, "email EMAIL b***@e***, phone_number SMS +*******0100", false},
		{"the same address", auto, []string{"email=a@example.com"}, "", false},
		{"no address", auto, []string{"email="}, "", false},
		{"something else", auto, []string{"locale=de"}, "", false},
		{"set as verified", auto, []string{"email=b@example.org", "email_verified=true"}, "", true},
		{"set as unverified", auto, []string{"email=b@example.org", "email_verified=false"}, "email EMAIL b***@e***", true},
		{"only the flag", auto, []string{"email_verified=true"}, "", true},
		{"pending address", first, []string{"email=b@example.org"}, "email EMAIL b***@e***", false},
		{"an address that the pool does not verify", first, []string{"phone_number=+15550100100"}, "", false},
		{"pool that verifies nothing", silent, []string{"email=b@example.org"}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.pool, Config{})
			w.app(passwordClient)
			w.user("ann", "email=a@example.com")
			w.user("bob", "email=a@example.com")
			of := func(name string) string {
				if tt.want == "" {
					return ""
				}
				return name + " " + strings.ReplaceAll(tt.want, ", ", ", "+name+" ")
			}
			if err := w.update("ann", tt.set...); err != nil {
				t.Fatal(err)
			}
			if got := w.sent(0); got != of("ann") {
				t.Errorf("by an administrator: %q, want %q", got, of("ann"))
			}
			if tt.adminOnly {
				return
			}
			n := len(w.server.Messages())
			got, err := w.self("bob", tt.set...)
			if err != nil || got != tt.want {
				t.Errorf("answered %q, %v, want %q", got, err, tt.want)
			}
			if got := w.sent(n); got != of("bob") {
				t.Errorf("by the user: %q, want %q", got, of("bob"))
			}
		})
	}
}

func TestMessage(t *testing.T) {
	clock := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w := newWorld(t, verifyPool, Config{Now: func() time.Time { return clock }})
	w.app(passwordClient)
	w.user("ann", "email=a@example.com")
	for range 2 { // the second changes nothing, but is sent all the same
		if _, err := w.self("ann", "email=b@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	w.code("ann", "email")
	sent := w.server.Messages()
	if len(sent) != 3 || sent[0].Code == sent[1].Code {
		t.Fatalf("sent %+v", sent)
	}
	for i, source := range []string{"CustomMessage_UpdateUserAttribute", "CustomMessage_UpdateUserAttribute", "CustomMessage_VerifyUserAttribute"} {
		want := Message{Pool: w.pool, Username: "ann", Attribute: "email", Medium: "EMAIL", Destination: "b***@e***",
			Code: sent[i].Code, Source: source, Time: clock}
		if sent[i] != want || len(want.Code) != 6 {
			t.Errorf("got  %+v\nwant %+v", sent[i], want)
		}
	}
}

func TestMasks(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"ann@example.com", "a***@e***"},
		{"é@ö.example", "é***@ö***"},
		{"+15550100100", "+*******0100"},
		{"+5550", "+5550"},
		{"+1", "+1"},
	} {
		got := maskEmail(tt.address)
		if strings.HasPrefix(tt.address, "+") {
			got = maskPhone(tt.address)
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.address, got, tt.want)
		}
	}
}

func TestUndeliverable(t *testing.T) {
	w := newWorld(t, informingPool, Config{Faults: Faults{Undeliverable: 1}})
	w.app(passwordClient)
	w.user("ann", "email=a@example.com", "locale=en")
	want := "CodeDeliveryFailureException: Unable to deliver message to user"
	if _, err := w.self("ann", "email=b@example.com", "locale=de"); text(err) != want {
		t.Errorf("got %q, want %q", text(err), want)
	}
	if got := w.got("ann", "email") + w.got("ann", "locale"); got != "a@example.comen" || len(w.server.Messages()) != 0 {
		t.Errorf("a refused request left %s and %v", got, w.server.Messages())
	}
	if _, err := w.self("ann", "locale=de"); err != nil {
		t.Errorf("nothing to deliver: %v", err)
	}
	if err := w.update("ann", "email=b@example.com"); err != nil {
		t.Errorf("an administrator is not told: %v", err)
	}
}

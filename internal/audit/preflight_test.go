package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// preflown passes over records, on terms that are completed.
func preflown(t Terms, set *changeSet) *Preflight {
	t.Pool.ID, t.Rate, t.ReadRate = poolID, 20, 80
	if t.Pool.Schema == nil {
		t.Pool.Schema = exampleSchema()
	}
	s := NewPreflight(t)
	for _, c := range set.records {
		_ = s.Add(c)
	}
	return s
}

// Each kind of warning that the records alone give, with the nearest thing that must not.
func TestPreflightWarnings(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email", "phone_number"}}
	sending := cognito.Pool{AutoVerified: []string{"email", "phone_number"}, DefaultEmailSender: true}
	verifying := cognito.Pool{AutoVerified: []string{"email"}, VerifyBeforeUpdate: []string{"email"}}
	moves := []*sources.Change{record("amy", "email=a@example.com"), record("bob", "email=b@example.com")}
	call := record("amy", "phone_number=+15555550199")
	verified := record("amy", "email=a@example.com", "email_verified=true")
	withMetadata := record("amy", "locale=fr")
	withMetadata.ClientMetadata = map[string]string{"job": "made-up"}
	const hint = "\nhint: if you have verified these addresses yourself, "
	const hintOfOne = "\nhint: if you have verified this address yourself, "

	tests := []struct {
		name    string
		terms   Terms
		pool    cognito.Pool
		records []*sources.Change
		want    string
	}{
		{"nothing else happens", Terms{}, sending, []*sources.Change{record("amy", "locale=fr"), record("bob", "email=")}, ""},

		{"reset, alias pool", Terms{}, aliases, moves,
			"2 e-mail changes reset email_verified: those users can't sign in by e-mail until they verify" + hint + "--verified keep"},
		{"reset, other pool", Terms{}, cognito.Pool{}, []*sources.Change{call},
			"1 phone number change resets phone_number_verified: that user can't recover a password by it until it is verified" + hintOfOne + "--verified keep"},
		{"reset, where it is not read", Terms{NoRead: true}, cognito.Pool{}, []*sources.Change{call},
			"1 phone number change resets phone_number_verified: that user can't recover a password by it until it is verified" + hintOfOne + "add a column phone_number_verified with true"},
		{"reset, by users themselves", Terms{AsUser: true}, cognito.Pool{}, []*sources.Change{call},
			"1 phone number change resets phone_number_verified: that user can't recover a password by it until it is verified"},
		{"reset because the record says so", Terms{}, aliases, []*sources.Change{record("amy", "email=a@example.com", "email_verified=false")}, ""},
		{"kept", Terms{KeepVerified: true}, aliases, moves, "2 e-mail changes keep email_verified where it is true; elsewhere it is reset"},

		{"codes", Terms{}, sending, moves,
			"2 e-mail changes reset email_verified: those users can't recover a password by it until they verify" + hint + "--verified keep\n" +
				"up to 2 messages will go out, with a code to verify the e-mail" + hint + "--verified keep"},
		{"codes, though flags are kept", Terms{KeepVerified: true}, sending, []*sources.Change{call},
			"1 phone number change keeps phone_number_verified where it is true; elsewhere it is reset\n" +
				"up to 1 message will go out, with a code to verify the phone number"},
		{"held back", Terms{}, verifying, moves,
			"2 e-mail changes will wait until the user verifies: until then the old one stays" + hint + "--verified keep\n" +
				"up to 2 messages will go out, with a code to verify the e-mail" + hint + "--verified keep"},
		{"codes of required verification", Terms{}, cognito.Pool{VerifyBeforeUpdate: []string{"email"}}, moves,
			"2 e-mail changes will wait until the user verifies: until then the old one stays" + hint + "--verified keep\n" +
				"up to 2 messages will go out, with a code to verify the e-mail" + hint + "--verified keep"},
		{"no code for a verified address", Terms{}, verifying, []*sources.Change{verified}, ""},

		{"an alias may be another user's", Terms{}, aliases, []*sources.Change{verified},
			"up to 1 e-mail sent as verified (email_verified): if another user signs in by it, that user can't any more\nhint: plan finds it"},
		{"the pool is unknown", Terms{AsUser: true, Unknown: true}, cognito.Pool{}, moves,
			"2 e-mail changes: what becomes of them is the pool's affair; it may send up to 2 messages, with a code to verify them"},

		{"preconditions", Terms{Noun: "row"}, cognito.Pool{}, []*sources.Change{record("amy", "locale=fr", "?locale=de"), record("bob", "locale=fr", "?sub=1")},
			"note: 1 row with preconditions: where a value is another by now, nothing is sent"},
		{"one row asks for nothing", Terms{Noun: "row"}, cognito.Pool{}, []*sources.Change{record("amy")}, "1 row with nothing to change: no call is made for it"},
		{"records ask for nothing", Terms{}, cognito.Pool{}, []*sources.Change{record("amy"), record("bob")}, "2 records with nothing to change: no call is made for them"},

		{"metadata of a record", Terms{}, cognito.Pool{}, []*sources.Change{withMetadata, withMetadata},
			"nobody sees the client metadata: it goes to Lambda triggers for messages, of which the pool has none, and Cognito does not store it"},
		{"metadata of every call", Terms{Metadata: true}, cognito.Pool{}, []*sources.Change{record("amy", "locale=fr")},
			"nobody sees the client metadata: it goes to Lambda triggers for messages, of which the pool has none, and Cognito does not store it"},
		{"metadata that a trigger sees", Terms{Metadata: true}, cognito.Pool{Triggers: []string{"CustomMessage"}}, []*sources.Change{withMetadata}, ""},
		{"metadata, and the pool is unknown", Terms{Metadata: true, Unknown: true}, cognito.Pool{}, []*sources.Change{withMetadata}, ""},

		{"the gravest first", Terms{Noun: "row"}, aliases, []*sources.Change{record("amy"), call, verified},
			"up to 1 e-mail sent as verified (email_verified): if another user signs in by it, that user can't any more\nhint: plan finds it\n" +
				"1 phone number change resets phone_number_verified: that user can't sign in by phone number until it is verified" + hintOfOne + "--verified keep\n" +
				"1 row with nothing to change: no call is made for it"},
		{"a bad record warns of nothing", Terms{}, sending, []*sources.Change{record("amy", "email=a@example.com", "custom:tier=01234567890")}, ""},
		{"attributes that the pool does not have", Terms{}, cognito.Pool{}, []*sources.Change{record("amy", "custom:none=x", "Account Name=y"), record("bob", "tier=x", "custom:none=x")},
			"2 records refused for custom:none, Account Name, tier (did you mean custom:tier?), which the pool does not have\n" +
				"hint: to leave out or rename what it lacks, add --map tier=custom:tier --ignore 'custom:none,Account Name'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.terms.Pool = &tt.pool
			if got := listed(preflown(tt.terms, changes(tt.records...)).Warnings()); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// listed writes warnings a line each, and their hints.
func listed(list []Warning) string {
	var lines []string
	for _, w := range list {
		text := w.Text
		if w.Note {
			text = "note: " + text
		}
		if w.Remedy != "" {
			text += "\nhint: " + w.Remedy
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// Every kind has words for somebody, and stands in the table once.
func TestKinds(t *testing.T) {
	for i, k := range kinds {
		if k.planned == nil && k.foreseen == nil || gravity(k.name) != i {
			t.Errorf("%s: nobody tells it, or it stands there twice", k.name)
		}
	}
}

// A token that expires before 20 updates a second have come to its record is told.
func TestPreflightTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claims := fmt.Sprintf(`{"sub":"1","iss":"https://cognito-idp.us-east-1.amazonaws.com/%s","exp":%d}`,
			poolID, time.Now().Add(time.Second).Unix())
		token := sources.Secret("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln")
		if _, err := cognito.ParseToken(string(token)); err != nil {
			t.Fatal(err)
		}
		var records []*sources.Change
		for range 5 { // of which no update comes
			records = append(records, &sources.Change{Err: errors.New("the line is cut short")})
		}
		for range 23 {
			c := record("1", "locale=fr")
			c.Token = token
			records = append(records, c)
		}
		s := preflown(Terms{Pool: &cognito.Pool{}, AsUser: true}, changes(records...))
		want := "2 access tokens will have expired when it is their turn, and fail then\n" +
			"hint: --rate off, if the account's quota allows it; or apply in parts, each with fresh tokens"
		if got := listed(s.Warnings()); got != want {
			t.Errorf("got\n%s", got)
		}
	})
}

func TestPreflightCounts(t *testing.T) {
	broken := func() *sources.Change {
		return &sources.Change{Text: []byte("{"), Err: errors.New("the line is cut short")}
	}
	s := preflown(Terms{Pool: &cognito.Pool{}, Limit: 4}, changes(
		record("amy", "locale=fr", "custom:tier=gold", "?custom:tier=silver"), broken(), record("bob", "custom:none=x"),
		record("bob", "custom:tier=", "nickname="), record("cay", "custom:tier=gold"), broken(), broken()))
	got := fmt.Sprintf("%d rows, %d bad, undecodable %v, %d deletions, %d conditional, %v",
		s.Rows, s.Bad, s.Undecodable, s.Deletions, s.Conditional, s.Attributes())
	if want := "7 rows, 4 bad, undecodable true, 2 deletions, 1 conditional, [{custom:tier 3} {locale 1} {nickname 1}]"; got != want {
		t.Errorf("got %s", got)
	}
	want := "users.csv:3: the line is cut short\nusers.csv:4: custom:none: the pool has no such attribute\nusers.csv:7: the line is cut short"
	if got := strings.Join(s.Examples, "\n"); got != want {
		t.Errorf("examples\n%s", got)
	}
	if c := s.Cost(); c.Updates != 2 || c.Reads != 2 || !c.UpTo || !s.Full() { // of the first four
		t.Errorf("cost %+v", c)
	}
}

func TestCheck(t *testing.T) {
	pool := &cognito.Pool{AliasAttributes: []string{"email"}, Schema: exampleSchema()}
	reading, blind := Terms{Pool: pool}, Terms{Pool: pool, NoRead: true}
	moved, expects := record("amy@example.com", "email=a@example.com"), record("amy", "locale=fr", "?locale=de")
	for _, tt := range []struct {
		name   string
		terms  Terms
		record *sources.Change
		want   string
	}{
		{"good", blind, record("amy", "custom:tier=gold"), ""},
		{"not decoded", reading, &sources.Change{Err: errors.New("the line is cut short")}, "the line is cut short"},
		{"not in the schema", reading, record("amy", "custom:none=x"), "custom:none: the pool has no such attribute"},
		{"preconditions", reading, expects, ""},
		{"preconditions that nobody reads", blind, expects, "the change set has preconditions (expect), which --no-read cannot look at"},
		{"a sub is none", blind, record("amy", "locale=fr", "?sub=1"), ""},
		{"its own name", reading, moved, ""},
		{"its own name, and done again it is not found", blind, moved, "email: the record changes the address that names its user, and done again it would find nobody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.terms.Check(tt.record); err == nil && tt.want != "" || err != nil && err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// What each kind of record costs.
func TestCost(t *testing.T) {
	pool := &cognito.Pool{VerifyBeforeUpdate: []string{"email"}, AliasAttributes: []string{"phone_number"}}
	change, expect, idleOne := record("amy", "custom:tier=gold"), record("amy", "?custom:tier=gold"), record("amy")
	moved := record("amy", "email=a@example.com")
	tests := []struct {
		name   string
		terms  Terms
		record *sources.Change
		want   Cost
	}{
		{"a change", Terms{}, change, Cost{Updates: 1, Reads: 1, ActiveUsers: 1}},
		{"a precondition alone", Terms{}, expect, Cost{Reads: 1, ActiveUsers: 1}},
		{"nothing to change", Terms{}, idleOne, Cost{}},
		{"an address that may be held back", Terms{}, moved, Cost{Updates: 1, Reads: 2, Looks: 1, ActiveUsers: 1}},
		{"an address that is claimed", Terms{}, record("amy", "phone_number_verified=true"), Cost{Updates: 1, Reads: 2, Claims: 1, ActiveUsers: 1}},
		{"an address that is claimed if its flag is kept", Terms{KeepVerified: true}, record("amy", "phone_number=+15550100"), Cost{Updates: 1, Reads: 2, Claims: 1, ActiveUsers: 1}},
		{"an address that may be taken from somebody", Terms{KeepVerified: true, AllowTakeover: true}, record("amy", "phone_number=+15550100"), Cost{Updates: 1, Reads: 2, Claims: 1, ActiveUsers: 2}},
		{"the same, and its flag is not kept", Terms{}, record("amy", "phone_number=+15550100"), Cost{Updates: 1, Reads: 1, ActiveUsers: 1}},
		{"without reading", Terms{NoRead: true}, moved, Cost{Updates: 1, ActiveUsers: 1}},
		{"nothing to change, without reading", Terms{NoRead: true}, expect, Cost{}},
		{"by the user's own token", Terms{AsUser: true}, moved, Cost{Updates: 1, Reads: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.terms.Pool, tt.terms.Rate, tt.terms.ReadRate = pool, pipeline.Unlimited, pipeline.Unlimited
			var c Cost
			if c.add(tt.record, &tt.terms); c.timed(&tt.terms) != tt.want {
				t.Errorf("got %+v, want %+v", c, tt.want)
			}
		})
	}
	slow := Cost{Updates: 2000, Reads: 2400}.timed(&Terms{Rate: 20, ReadRate: 80})
	if slow.PerSecond != 20 || slow.Seconds != 100 || slow.ReadsPerSecond != 80 || slow.ReadSeconds != 30 {
		t.Errorf("took %+v", slow)
	}
}

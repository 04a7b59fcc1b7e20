package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// Each warning with what sets it off, and with the nearest thing that must not.
func TestWarnings(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email", "phone_number"}}
	byAddress := cognito.Pool{UsernameAttributes: []string{"email"}}
	sending := cognito.Pool{AutoVerified: []string{"email", "phone_number"}, DefaultEmailSender: true}
	withTriggers := cognito.Pool{AutoVerified: []string{"email"}, Triggers: []string{"CustomMessage", "CustomSMSSender", "PreSignUp"}}
	verifying := cognito.Pool{AutoVerified: []string{"email"}, VerifyBeforeUpdate: []string{"email"}}
	required := cognito.Pool{VerifyBeforeUpdate: []string{"phone_number"}}
	amy := person("amy", "email=amy@example.com", "email_verified=true", "phone_number=+15555550100", "phone_number_verified=true")
	bob := person("bob", "email=bob@example.com", "email_verified=true")
	unverified := person("bob", "email=bob@example.com", "email_verified=false")
	federatedUser, linked := person("amy"), person("amy", `identities=[{"userId":"1"}]`)
	federatedUser.Status = "EXTERNAL_PROVIDER"
	unlinked := person("amy", "identities=[]")
	off, unfinished, forced := person("amy"), person("amy"), person("amy")
	off.Enabled, unfinished.Status, forced.Status = false, "UNCONFIRMED", "FORCE_CHANGE_PASSWORD"
	const keep = "if you have verified this address yourself, --verified keep"

	tests := []struct {
		name    string
		pool    cognito.Pool
		opts    Options
		live    []cognito.User
		records []*sources.Change
		want    string // kind and attribute of each warning; the first one's text, examples and remedy
	}{
		{"verified reset, alias pool", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=a@example.com")},
			"verified-reset email: 1 new e-mail address without email_verified: Cognito resets it, and this user can't sign in by e-mail address until it is verified [users.csv:2] " + keep},
		{"verified reset, other pool", cognito.Pool{}, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "phone_number=+15555550199")},
			"verified-reset phone_number: 1 new phone number without phone_number_verified: Cognito resets it, and this user can't recover a password by it until it is verified [users.csv:2] " + keep},
		{"the flag is sent", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=a@example.com", "email_verified=true")}, ""},
		{"the flag is kept", aliases, Options{KeepVerified: true}, []cognito.User{amy}, []*sources.Change{record("amy", "email=a@example.com")}, ""},
		{"the flag was false", aliases, Options{}, []cognito.User{unverified}, []*sources.Change{record("bob", "email=a@example.com")}, ""},
		{"the flag is to be false", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=a@example.com", "email_verified=false")}, ""},
		{"the address stays", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=amy@example.com")}, ""},
		{"the record is in conflict", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=a@example.com", "?email=x@example.com")}, ""},

		{"e-mails", sending, Options{}, []cognito.User{unverified}, []*sources.Change{record("bob", "email=a@example.com")},
			"messages email: 1 e-mail to a user, with a code; Cognito's own sender sends 50 a day for the whole account [users.csv:2] " +
				"send email_verified true with addresses that you have verified (--verified keep where it was true), or have the pool send its messages through Amazon SES"},
		{"e-mails through SES", cognito.Pool{AutoVerified: []string{"email"}}, Options{}, []cognito.User{unverified}, []*sources.Change{record("bob", "email=a@example.com")},
			"messages email: 1 e-mail to a user, with a code [users.csv:2] send email_verified true with addresses that you have verified (--verified keep where it was true)"},
		{"text messages", sending, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "phone_number=+15555550199")},
			"messages phone_number: 1 text message to a user, with a code; Amazon SNS charges for it [users.csv:2] " +
				"send phone_number_verified true with addresses that you have verified (--verified keep where it was true)"},
		{"no message for a verified address", sending, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "email=a@example.com", "email_verified=true")}, ""},
		{"no message for a deletion", sending, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "email=")}, ""},

		{"triggers", withTriggers, Options{}, []cognito.User{unverified}, []*sources.Change{record("bob", "email=a@example.com")},
			"messages email, triggers email: Lambda trigger that runs: CustomMessage, for 1 new e-mail address [users.csv:2] see that the function bears the rate: what fails in it fails the update"},
		{"no triggers without a message", withTriggers, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "phone_number=+15555550199", "locale=fr")}, ""},

		{"awaiting verification", verifying, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "email=a@example.com")},
			"messages email, awaiting-verification email: 1 new e-mail address held back: the pool keeps the old one until the user verifies the new one [users.csv:2] " +
				"if you have verified this address yourself, send email_verified true (--verified keep where it was true)"},
		{"required verification sends by itself", required, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "phone_number=+15555550199")},
			"messages phone_number, awaiting-verification phone_number: 1 new phone number held back: the pool keeps the old one until the user verifies the new one [users.csv:2] " +
				"if you have verified this address yourself, send phone_number_verified true (--verified keep where it was true)"},
		{"but not for another address", required, Options{}, []cognito.User{unverified}, []*sources.Change{record("bob", "email=a@example.com")}, ""},
		{"nor if sent as verified", required, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "phone_number=+15555550199", "phone_number_verified=true")}, ""},
		{"nor for the same", required, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "phone_number=+15555550100", "locale=fr")}, ""},
		{"nor if deleted", required, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "phone_number=")}, ""},
		{"not awaiting if sent as verified", verifying, Options{}, []cognito.User{bob}, []*sources.Change{record("bob", "email=a@example.com", "email_verified=true")}, ""},

		{"held by another, alias pool", aliases, Options{}, []cognito.User{amy, bob}, []*sources.Change{record("amy", "email=BOB@example.com", "email_verified=true")},
			"address-held email: 1 e-mail address held by another user already: sent as verified it is taken away from the other at once [users.csv:2] " +
				"take the record out or change the other user first; --allow-takeover takes it, and undo gives it back"},
		{"held by others, alias pool", aliases, Options{}, []cognito.User{amy, bob, person("cat"), person("dan")},
			[]*sources.Change{record("cat", "email=bob@example.com", "email_verified=true"), record("dan", "email=amy@example.com", "email_verified=true")},
			"address-held email: 2 e-mail addresses held by other users already: sent as verified they are taken away from the others at once [users.csv:2 users.csv:3] " +
				"take the records out or change the other users first; --allow-takeover takes them, and undo gives them back"},
		{"held by another, and not verified at once", aliases, Options{}, []cognito.User{person("amy"), bob}, []*sources.Change{record("amy", "email=BOB@example.com")},
			"address-held email: 1 new e-mail address held by another user already: whoever verifies it last takes it away from the other [users.csv:2] " +
				"take the record out or change the other user first"},
		{"held by another, username attributes", byAddress, Options{}, []cognito.User{unverified, amy}, []*sources.Change{record("amy", "email=bob@example.com", "email_verified=true")},
			"address-held email: 1 new e-mail address held by another user already: the pool refuses it [users.csv:2] take the record out or change the other user first"},
		{"held by the user itself", aliases, Options{}, []cognito.User{amy, bob}, []*sources.Change{record("bob", "email=Bob@example.com", "email_verified=true")}, ""},
		{"held, but not verified", aliases, Options{}, []cognito.User{amy, unverified}, []*sources.Change{record("amy", "email=bob@example.com", "email_verified=true")}, ""},
		{"held, where addresses are no names", cognito.Pool{}, Options{}, []cognito.User{amy, bob}, []*sources.Change{record("amy", "email=bob@example.com", "email_verified=true")}, ""},
		{"held, but not sent in the end", aliases, Options{}, []cognito.User{amy, bob},
			[]*sources.Change{record("amy", "email=bob@example.com"), record("amy", "email=amy@example.com"), record("nobody", "email=bob@example.com")}, ""},

		{"given to two", aliases, Options{}, []cognito.User{amy, bob},
			[]*sources.Change{record("amy", "email=x@example.com", "email_verified=true"), record("bob", "email=X@example.com", "email_verified=true")},
			"address-shared email: 2 users for the same e-mail address: sent as verified, each takes it away from the one before [users.csv:2 users.csv:3] leave it with one of them"},
		{"given twice to one", aliases, Options{}, []cognito.User{amy},
			[]*sources.Change{record("amy", "email=x@example.com", "email_verified=true"), record("amy", "email=x@example.com", "email_verified=true")}, ""},
		{"given to two, where addresses are no names", cognito.Pool{}, Options{}, []cognito.User{amy, bob},
			[]*sources.Change{record("amy", "email=x@example.com", "email_verified=true"), record("bob", "email=x@example.com", "email_verified=true")}, ""},

		{"federated", cognito.Pool{}, Options{}, []cognito.User{federatedUser}, []*sources.Change{record("amy", "locale=fr")},
			"federated : 1 user of an identity provider: the next sign-in overwrites what the provider maps [users.csv:2] change mapped attributes at the provider"},
		{"linked", cognito.Pool{}, Options{}, []cognito.User{linked}, []*sources.Change{record("amy", "locale=fr")},
			"federated : 1 user of an identity provider: the next sign-in overwrites what the provider maps [users.csv:2] change mapped attributes at the provider"},
		{"not linked any more", cognito.Pool{}, Options{}, []cognito.User{unlinked}, []*sources.Change{record("amy", "locale=fr")}, ""},
		{"federated, but nothing changes", cognito.Pool{}, Options{}, []cognito.User{federatedUser}, []*sources.Change{record("amy", "locale=")}, ""},

		{"disabled", cognito.Pool{}, Options{}, []cognito.User{off}, []*sources.Change{record("amy", "locale=fr")},
			"disabled : 1 disabled user among those to change [users.csv:2] take the record out if this account is to stay as it is"},
		{"unconfirmed", cognito.Pool{}, Options{}, []cognito.User{unfinished}, []*sources.Change{record("amy", "locale=fr")},
			"unconfirmed : 1 user among those to change never confirmed the account [users.csv:2] take the record out if this account is not wanted"},
		{"never signed in", cognito.Pool{}, Options{}, []cognito.User{forced}, []*sources.Change{record("amy", "locale=fr")}, ""},

		{"the name changes", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy@example.com", "email=a@example.com", "email_verified=true")},
			"name-changed email: 1 record named by the e-mail address that changes: applied again, it finds no user [users.csv:2] apply plan.jsonl, which names users by their username"},
		{"another address than the name changes", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("+15555550100", "email=a@example.com", "email_verified=true")}, ""},
		{"the name stays", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy@example.com", "email=amy@example.com", "locale=fr")}, ""},

		{"two names", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "locale=fr"), record("amy@example.com", "nickname=a")},
			"two-names : 1 user named in two ways: apply cannot keep such records in order [users.csv:3] apply plan.jsonl, which has one record a user"},
		{"one name in two spellings", aliases, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "locale=fr"), record("AMY", "nickname=a")}, ""},

		{"deleted, it is no message and no reset", sending, Options{}, []cognito.User{amy}, []*sources.Change{record("amy", "email=", "phone_number=")}, ""},
	}
	for _, tt := range tests {
		for _, mode := range []Mode{Scan, Lookup} {
			t.Run(tt.name+"/"+string(mode), func(t *testing.T) {
				r, _ := planned(t, tt.pool, mode, tt.opts, &users{list: tt.live}, changes(tt.records...))
				if got := told(r.Warnings); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		}
	}
}

// told writes warnings as the table does: the companions (messages), then the one that is tested.
func told(list []Warning) string {
	var heads []string
	text := ""
	for _, h := range list {
		head := h.Kind + " " + h.Attribute
		if companion := h.Kind == "messages" && len(list) > 1; companion {
			heads = slices.Insert(heads, 0, head)
			continue
		}
		heads = append(heads, head)
		text = fmt.Sprintf(": %s %v %s", h.Text, h.Examples, h.Remedy)
	}
	return strings.Join(heads, ", ") + text
}

func TestAmbiguousName(t *testing.T) {
	pool := cognito.Pool{AliasAttributes: []string{"preferred_username"}}
	list := &users{list: []cognito.User{person("amy"), person("bob", "preferred_username=amy")}}
	r, out := planned(t, pool, Scan, Options{}, list, changes(record("amy", "locale=fr")))
	if len(out.changes) != 1 || told(r.Warnings) != "ambiguous-name : 1 name of records fits two users: the plan has the one that was read first [users.csv:2] name the user by the sub" {
		t.Errorf("%q, %s", out.changes, told(r.Warnings))
	}
}

// TestExamples: a warning names the first three places of the change set, in whatever order the pool gives its users, each with
// who holds the address.
func TestExamples(t *testing.T) {
	tests := []struct {
		name  string
		order []int // of the records, by the number of their user
		want  string
	}{
		{"in the order of the pool", []int{0, 1, 2, 3, 4}, "users.csv:2 user-0's, users.csv:3 user-1's, users.csv:4 user-2's"},
		{"in another one", []int{4, 2, 3, 0, 1}, "users.csv:2 user-4's, users.csv:3 user-2's, users.csv:4 user-3's"},
		{"the other way round", []int{4, 3, 2, 1, 0}, "users.csv:2 user-4's, users.csv:3 user-3's, users.csv:4 user-2's"},
		{"fewer", []int{1, 0}, "users.csv:2 user-1's, users.csv:3 user-0's"},
	}
	var live []cognito.User
	for i := range 5 {
		holder := person(fmt.Sprint("user-", i), fmt.Sprintf("email=%d@example.com", i), "email_verified=true")
		taker := person(fmt.Sprint("taker-", i))
		taker.Enabled = false
		live = append(live, holder, taker)
	}
	for _, tt := range tests {
		for _, mode := range []Mode{Scan, Lookup} {
			t.Run(tt.name+"/"+string(mode), func(t *testing.T) {
				var records []*sources.Change
				for _, i := range tt.order {
					records = append(records, record(fmt.Sprint("taker-", i), fmt.Sprintf("email=%d@example.com", i), "email_verified=true"))
				}
				r, _ := planned(t, cognito.Pool{AliasAttributes: []string{"email"}}, mode, Options{}, &users{list: live}, changes(records...))
				if len(r.Warnings) != 2 {
					t.Fatalf("%+v", r.Warnings)
				}
				held, off := r.Warnings[0], r.Warnings[1]
				var got []string
				for i, place := range held.Examples {
					got = append(got, place+" "+held.Holders[i]+"'s")
				}
				if list := strings.Join(got, ", "); list != tt.want || !slices.Equal(off.Examples, held.Examples) {
					t.Errorf("held: %s; disabled: %q\nwant %s", list, off.Examples, tt.want)
				}
				if n := int64(len(tt.order)); held.Count != n || off.Count != n {
					t.Errorf("%d are held and %d disabled, of %d", held.Count, off.Count, n)
				}
			})
		}
	}
}

func TestWarningsUnread(t *testing.T) {
	pool := cognito.Pool{AliasAttributes: []string{"email"}, AutoVerified: []string{"email"}}
	r, _ := planned(t, pool, None, Options{}, nil, changes(
		record("amy@example.com", "email=x@example.com"), record("bob", "email=x@example.com"), record("bob", "email=x@example.com")))
	var kinds []string
	for _, h := range r.Warnings {
		kinds = append(kinds, fmt.Sprintf("%s %d", h.Kind, h.Count))
	}
	if got := strings.Join(kinds, ", "); got != "address-shared 2, verified-reset 2, messages 2, name-changed 1" {
		t.Errorf("warnings %s", got)
	}
	if r.Estimates.Emails != 2 || r.Estimates.SMS != 0 {
		t.Errorf("estimates %+v", r.Estimates)
	}
}

// TestChangeSetCost: of what the change set itself would take, addresses that are looked up are no users.
func TestChangeSetCost(t *testing.T) {
	r, _ := planned(t, cognito.Pool{AliasAttributes: []string{"email"}}, None, Options{}, nil, changes(
		record("amy", "email_verified=true"), record("bob", "locale=fr")))
	if c := r.Estimates; c.ChangeSetReads != 3 || c.ChangeSetClaims != 1 {
		t.Errorf("%+v", c)
	}
}

// TestKeptUnread: who is not read may have a flag that is kept.
func TestKeptUnread(t *testing.T) {
	r, _ := planned(t, cognito.Pool{}, None, Options{KeepVerified: true}, nil, changes(record("amy", "email=x@example.com"), record("bob", "email=y@example.com")))
	want := "verified-kept email: 2 e-mail changes keep email_verified where it is true; elsewhere it is reset [users.csv:2 users.csv:3] "
	if got := told(r.Warnings); got != want {
		t.Errorf("%s", got)
	}
}

// A listing without its last page is told by a plan and by a preflight.
func TestListingCut(t *testing.T) {
	set := changes(record("amy", "locale=fr"))
	set.cut = 7
	r, _ := planned(t, cognito.Pool{}, Scan, Options{}, &users{list: []cognito.User{person("amy")}}, set)
	s := preflown(Terms{Pool: &cognito.Pool{}}, changes(record("amy", "locale=fr")))
	if err := s.Finish(set); err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]Warning{r.Warnings, s.Warnings()} {
		if len(list) != 1 || list[0].Kind != listingCut || list[0].Examples[0] != "users.csv:7" || !strings.HasPrefix(list[0].Text, "the listing was cut short") {
			t.Errorf("%+v", list)
		}
	}
}

// TestFailingExamples: what is told of failing records are the first of the change set, whatever their fault and the order of the pool.
func TestFailingExamples(t *testing.T) {
	var live []cognito.User
	for i := range 6 {
		live = append(live, person(fmt.Sprint("user-", i), "locale=en"))
	}
	for _, mode := range []Mode{Scan, Lookup} {
		r, _ := planned(t, cognito.Pool{}, mode, Options{}, &users{list: live}, changes(
			record("user-5", "locale=fr", "?locale=de"), record("nobody", "locale=fr"), record("user-4", "locale=fr", "?locale=de"),
			record("user-0", "locale=fr", "?locale=de"), record("user-1", "birthdate=yesterday")))
		var places []string
		for _, e := range r.Examples {
			place, _, _ := strings.Cut(e, ": ")
			places = append(places, place)
		}
		if got := strings.Join(places, " "); got != "users.csv:2 users.csv:3 users.csv:4" || r.Failing != 5 {
			t.Errorf("%s: %d fail, %s", mode, r.Failing, got)
		}
	}
}

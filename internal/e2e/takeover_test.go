package e2e

import (
	"maps"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestTakenAddressesGoBack: whoever loses an address is told before, and has it again after the undo.
func TestTakenAddressesGoBack(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		lost             []string // flags that are false in between, by USER ATTRIBUTE
	}{
		{"by the flag alone", "x.csv", "username,email_verified\nned,true\n", []string{"ned2 email_verified"}},
		{"by the flag in capitals", "x.csv", "username,email_verified\nned,TRUE\n", []string{"ned2 email_verified"}},
		{"by the flag beside the same address", "x.csv", "username,email,email_verified\nned,ned@example.com,true\n", []string{"ned2 email_verified"}},
		{"by the address", "x.csv", "username,email,email_verified\nmia,ned@example.com,true\n", []string{"ned2 email_verified"}},
		{"by the flag of a telephone", "x.csv", "username,phone_number_verified\npat,true\n", []string{"pat2 phone_number_verified"}},
		{"by both", "x.csv", "username,email_verified,phone_number_verified\nned,true,\npat,,true\n", []string{"ned2 email_verified", "pat2 phone_number_verified"}},
		{"in a long file", "x.csv", "username,attribute,value\nned,email_verified,true\n", []string{"ned2 email_verified"}},
		{"in JSON", "x.jsonl", `{"username":"ned","attributes":{"email_verified":"true"}}` + "\n", []string{"ned2 email_verified"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTrial(t, thievesPool, aliasPeople)
			before := r.users()
			write(t, c.file, c.text)
			for command, flags := range map[string][]string{"plan": nil, "apply": {"--yes", "--rate", "off"}} {
				r.screen = newTranscript()
				s := r.command(command, append(flags, c.file))
				if s.code == 0 || !strings.Contains(s.stderr, "--allow-takeover") {
					t.Errorf("%s without leave ends with %d: %s", command, s.code, s.stderr)
				}
			}
			if !maps.EqualFunc(before, r.users(), maps.Equal) {
				t.Error("something was written without leave")
			}
			r.apply("--allow-takeover", c.file)
			between := flat(r.users())
			for _, flag := range c.lost {
				if between[flag] == "true" {
					t.Errorf("%s is still true", flag)
				}
			}
			r.apply("x.run/undo.jsonl")
			if after := r.users(); !maps.EqualFunc(before, after, maps.Equal) {
				t.Errorf("the pool was %v and is %v", before, after)
			}
		})
	}
}

// TestSwappedAddresses: two users get each other's address, and get their own back.
func TestSwappedAddresses(t *testing.T) {
	r := newTrial(t, thievesPool, []sandbox.User{
		person("ann", "email", "ann@example.com", "email_verified", "true"),
		person("bob", "email", "bob@example.com", "email_verified", "true"),
		person("cat", "email", "cat@example.com", "email_verified", "true"),
	})
	before := r.users()
	write(t, "x.csv", "username,email,email_verified\nann,bob@example.com,true\nbob,cat@example.com,true\ncat,new@example.com,true\n")
	r.screen = newTranscript()
	if s := r.command("plan", []string{"x.csv"}); s.code != 0 {
		t.Fatalf("plan of a chain ends with %d: %s", s.code, s.stderr)
	}
	r.apply("x.plan/plan.jsonl")
	want := map[string]string{"ann email": "bob@example.com", "bob email": "cat@example.com", "cat email": "new@example.com"}
	got := flat(r.users())
	for name, value := range want {
		if user, _, _ := strings.Cut(name, " "); got[name] != value || got[user+" email_verified"] != "true" {
			t.Errorf("%s is %s, and its flag %s", name, got[name], got[user+" email_verified"])
		}
	}
	r.apply(r.files("x*.run/undo.jsonl")[0])
	if after := r.users(); !maps.EqualFunc(before, after, maps.Equal) {
		t.Errorf("the pool was %v and is %v", before, after)
	}
}

// TestSwappedUsernames: addresses that are usernames cannot be swapped, which plan says of both lines.
func TestSwappedUsernames(t *testing.T) {
	r := newTrial(t, namesPool, addressPeople)
	before := r.users()
	write(t, "x.csv", "username,email,email_verified\nann@example.com,bob@example.com,true\nbob@example.com,ann@example.com,true\n")
	r.screen = newTranscript()
	s := r.command("plan", []string{"x.csv"})
	if s.code != 1 || !strings.Contains(s.stdout+s.stderr, "x.csv:2") || !strings.Contains(s.stdout+s.stderr, "x.csv:3") {
		t.Errorf("plan ends with %d: %s%s", s.code, s.stdout, s.stderr)
	}
	r.screen = newTranscript()
	if s := r.command("apply", []string{"--yes", "--rate", "off", "x.csv"}); s.code != 1 && s.code != exitFailed {
		t.Errorf("apply ends with %d: %s%s", s.code, s.stdout, s.stderr)
	}
	if !maps.EqualFunc(before, r.users(), maps.Equal) {
		t.Errorf("the pool was %v and is %v", before, r.users())
	}
}

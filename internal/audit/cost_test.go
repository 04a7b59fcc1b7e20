package audit

import (
	"testing"

	"attrmigrate/internal/cognito"
)

// TestChangeSetClaims: the calls that find who signs in by an address are reads, and told as such.
func TestChangeSetClaims(t *testing.T) {
	pool := cognito.Pool{AliasAttributes: []string{"email"}}
	amy := person("amy", "email=amy@example.com", "email_verified=true")
	bob := person("bob", "email=bob@example.com", "email_verified=false")
	r, _ := planned(t, pool, Scan, Options{}, &users{list: []cognito.User{amy, bob}}, changes(record("amy", "email_verified=true"), record("bob", "locale=fr")))
	if e := r.Estimates; e.Reads != 1 || e.ChangeSetReads != 3 || e.ChangeSetClaims != 1 {
		t.Errorf("reads %d, change set reads %d, %d of them for addresses, want 1, 3, 1", e.Reads, e.ChangeSetReads, e.ChangeSetClaims)
	}
}

// TestAllowedTakeover: who has said --allow-takeover is not told to.
func TestAllowedTakeover(t *testing.T) {
	w := &Warning{Kind: addressHeld, Attribute: "email", Count: 1, Taken: 1}
	if _, remedy := isHeld(w, &Terms{Pool: &cognito.Pool{AliasAttributes: []string{"email"}}, AllowTakeover: true}); remedy != "undo gives it back" {
		t.Errorf("the remedy is %q", remedy)
	}
}

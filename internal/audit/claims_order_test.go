package audit

import (
	"slices"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// apartWriter keeps the names of users whose changes it was given at once, and of those whose place is known later.
type apartWriter struct {
	output
	atOnce, later []string
}

func (w *apartWriter) Change(c *sources.Change) error {
	w.atOnce = append(w.atOnce, c.Username)
	return nil
}

func (w *apartWriter) Claim(c *sources.Change) error {
	w.later = append(w.later, c.Username)
	return nil
}

// TestHolderComesFirst: a holder whose record says the flag anew, or expects it, is changed before another takes the address, and
// stands in the plan once.
func TestHolderComesFirst(t *testing.T) {
	holder := person("bob", "email=a@x.org", "email_verified=true")
	live := []cognito.User{person("ann", "email=a@x.org"), holder, person("cat", "email=c@x.org")}
	taking := record("ann", "email_verified=true")
	for _, tt := range []struct {
		name   string
		holder *sources.Change
		atOnce []string
		steps  []string
	}{
		{"the flag anew", record("bob", "custom:tier=x", "email_verified=true"), []string{"cat"}, []string{
			"1 bob: custom:tier=x | custom:tier=", "1 ann: email_verified=true | email_verified= email=a@x.org"}},
		{"the flag expected", record("bob", "custom:tier=x", "?email_verified=true"), []string{"cat"}, []string{
			"1 bob: custom:tier=x | custom:tier= email_verified=true", "1 ann: email_verified=true | email_verified= email=a@x.org"}},
		{"the flag anew, and nothing to send", record("bob", "email_verified=true"), []string{"cat"}, []string{
			"1 ann: email_verified=true | email_verified= email=a@x.org"}},
		{"neither", record("bob", "custom:tier=x"), []string{"bob", "cat"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := &apartWriter{}
			pool := &cognito.Pool{ID: poolID, Schema: exampleSchema(), AliasAttributes: []string{"email"}}
			_, err := Plan(t.Context(), Config{Pool: pool, Changes: changes(taking, tt.holder, record("cat", "custom:tier=x")), Writer: out,
				Reader: reading(&users{list: live}), Read: Scan, AllowTakeover: true})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(out.atOnce, tt.atOnce) || !slices.Contains(out.later, "ann") || !slices.Equal(out.steps, tt.steps) {
				t.Errorf("at once %q, later %q, steps %q", out.atOnce, out.later, out.steps)
			}
		})
	}
}

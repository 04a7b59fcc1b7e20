package job

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/rundir"
)

// TestHold: a run on hold is refused before it is changed, also one that would begin anew, unless the Spec or a person lets
// it go on; the hold is lifted by a start that goes on, and by no other.
func TestHold(t *testing.T) {
	const held = `{"version":1,"paused":false,"rate":7,"hold":true,"hold_order":{"at":"2026-11-29T12:00:00Z","by":"ann@host by command","reason":"wrong tiers"}}`
	for _, tt := range []struct {
		name   string
		file   string // control.json
		set    func(*Spec)
		spoil  bool   // a report is gone
		want   string // of the error
		lifted bool
	}{
		{"by a schedule", held, func(*Spec) {}, false, "the run is on hold since ", false},
		{"without an order", `{"version":1,"hold":true}`, func(*Spec) {}, false, "stopped by somebody", false},
		{"anew", held, func(s *Spec) { s.Restart = true }, false, "the run is on hold since ", false},
		{"anew, and it cannot be read", "{", func(s *Spec) { s.Restart = true }, false, "what was asked of the run cannot be read", false},
		{"it is to go on", held, func(s *Spec) { s.Unhold = true }, false, "", true},
		{"a person is asked", held, func(s *Spec) { s.Asks = true }, false, "", true},
		{"it is to go on, and is refused", held, func(s *Spec) { s.Unhold = true }, true, "it is missing", false},
		{"it is to begin anew", held, func(s *Spec) { s.Restart, s.Unhold = true, true }, false, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"locales.csv": locales})
			spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
			start := func() error {
				j, err := Prepare(t.Context(), spec)
				if err == nil {
					_, err = j.Start(t.Context(), new(watcher))
					err = errors.Join(err, j.Close())
				}
				return err
			}
			spec.Limit = 2
			if err := start(); err == nil {
				t.Fatal("it is done already")
			}
			file := filepath.Join("locales.run", rundir.AskedJSON)
			if err := os.WriteFile(file, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			if tt.spoil {
				if err := os.Remove(filepath.Join("locales.run", "applied.csv")); err != nil {
					t.Fatal(err)
				}
			}
			before := namesIn(t, "locales.run")
			spec.Limit = 0
			tt.set(&spec)
			err := start()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it ends with %v, want %q", err, tt.want)
			}
			asked, bad := rundir.LoadAsked("locales.run")
			if bad == nil && asked.Hold == tt.lifted {
				t.Errorf("on hold: %t", asked.Hold)
			}
			if tt.lifted && !spec.Restart && (asked.Rate == nil || *asked.Rate != 7) {
				t.Errorf("%+v is asked, and it was a rate of 7", asked)
			}
			if now := namesIn(t, "locales.run"); err != nil && !tt.spoil && !slices.Equal(now, before) {
				t.Errorf("there is %q, and was %q", now, before)
			}
		})
	}
}

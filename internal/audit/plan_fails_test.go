package audit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

func TestPlanFails(t *testing.T) {
	broken := errors.New("broken")
	config := func() Config {
		return Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema()}, Changes: changes(record("amy", "locale=fr")),
			Writer: &output{}, Reader: reading(&users{list: []cognito.User{person("amy")}}), Read: Scan}
	}
	tests := []struct {
		name   string
		change func(*Config)
		want   error
	}{
		{"the lister", func(c *Config) { c.Reader = reading(&users{fail: func(int) error { return broken }}) }, broken},
		{"a lookup", func(c *Config) { c.Read, c.Reader = Lookup, reading(&users{fail: func(int) error { return broken }}) }, broken},
		{"the writer", func(c *Config) { c.Writer = full{broken} }, broken},
		{"the change set", func(c *Config) { c.Changes = torn{changes(), broken} }, broken},
		{"the change set, read again", func(c *Config) { c.Changes = moved{changes(record("amy", "locale=fr")), broken} }, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config()
			tt.change(&cfg)
			if r, err := Plan(t.Context(), cfg); r != nil || !errors.Is(err, tt.want) {
				t.Errorf("%v, %v, want %v", r, err, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Plan(ctx, config()); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", r, err)
	}
}

// full is a writer that fails.
type full struct{ err error }

func (w full) Change(*sources.Change) error { return w.err }
func (w full) Claim(*sources.Change) error  { return w.err }
func (w full) Arrange([]Step) error         { return w.err }
func (w full) Row(Row) error                { return w.err }

// torn is a change set that fails at its end.
type torn struct {
	*changeSet
	err error
}

func (s torn) Next(ctx context.Context) (*sources.Change, error) {
	if s.next == len(s.records) {
		return nil, s.err
	}
	return s.changeSet.Next(ctx)
}

// moved is a change set that cannot be read again.
type moved struct {
	*changeSet
	err error
}

func (s moved) At(sources.Position) (*sources.Change, error) { return nil, s.err }

func TestClientMetadata(t *testing.T) {
	first, second := record("amy", "locale=fr"), record("amy", "nickname=a")
	first.ClientMetadata = map[string]string{"a": "1", "b": "1"}
	second.ClientMetadata = map[string]string{"b": "2"}
	_, out := planned(t, cognito.Pool{}, Scan, Options{}, &users{list: []cognito.User{person("amy")}}, changes(first, second))
	if got := fmt.Sprint(out.last.ClientMetadata); got != "map[a:1 b:2]" {
		t.Errorf("metadata %s", got)
	}
}

package pipeline

import (
	"context"
	"io"
	"strconv"
	"testing"

	"attrmigrate/sources"
)

// counted is a source of n records, each of a user of its own.
type counted struct{ n, next int }

func (s *counted) Next(context.Context) (*sources.Change, error) {
	if s.next == s.n {
		return nil, io.EOF
	}
	s.next++
	return &sources.Change{
		Username: "user-" + strconv.Itoa(s.next), Line: s.next, Attributes: gold,
		After: sources.Position{Offset: int64(s.next), Line: s.next + 1},
	}, nil
}

var gold = []sources.Attribute{{Name: "custom:tier", Value: "gold"}}

// instant is a service that answers at once.
type instant struct{}

func (instant) Update(context.Context, *sources.Change) (Outcome, error) { return Updated, nil }

func (instant) Prepare(_ context.Context, c, _ *sources.Change) (*sources.Change, error) {
	return c, nil
}

func (instant) Holds(context.Context, *sources.Change) (bool, error) { return true, nil }

// BenchmarkDispatcher carries records through a whole run, from the reader to the collector, whose calls cost
// nothing: what is left is what the pipeline itself takes for a record.
func BenchmarkDispatcher(b *testing.B) {
	for _, tt := range []struct {
		name     string
		preparer Preparer
	}{
		{"update", nil},
		{"read and update", instant{}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			r, err := New(Config{
				Source: &counted{n: b.N}, Updater: instant{}, Preparer: tt.preparer,
				Rate: Unlimited, ReadRate: Unlimited, Workers: 64,
			})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := r.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
			if done := r.Progress().Counts.Updated; done != int64(b.N) {
				b.Fatalf("%d of %d records are updated", done, b.N)
			}
		})
	}
}

package sources_test

import (
	"context"
	"fmt"
	"io"
	"log"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// seats is a source of one's own: who sits where, as another system of the house has it.
type seats struct {
	list [][2]string // username and desk
	next int         // index in the list
}

var _ pipeline.Source = (*seats)(nil)

// Next gives each record a name for people and a position of its own, behind which a later run goes on.
func (s *seats) Next(ctx context.Context) (*sources.Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.next == len(s.list) {
		return nil, io.EOF
	}
	username, desk := s.list[s.next][0], s.list[s.next][1]
	s.next++
	c := &sources.Change{File: "seats", Line: s.next, Username: username, After: sources.Position{Offset: int64(s.next)}}
	if desk == "" {
		c.Err = fmt.Errorf("%s has no desk", username) // the run goes on, and reports the record as failed
		return c, nil
	}
	c.Attributes = []sources.Attribute{{Name: "custom:desk", Value: desk}}
	return c, nil
}

// resume goes on behind the record that a position came with.
func (s *seats) resume(at sources.Position) { s.next = int(at.Offset) }

// A type with a Next is all that a pipeline asks of a source.
func Example_sourceOfOnesOwn() {
	source := &seats{list: [][2]string{{"ann", "4-17"}, {"bob", ""}, {"cat", "2-03"}}}
	source.resume(sources.Position{Offset: 1}) // an earlier run has done the first
	for {
		c, err := source.Next(context.Background())
		if err == io.EOF {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(c.Place(), c.Username, c.Attributes, c.Err)
	}
	// Output:
	// seats:2 bob [] bob has no desk
	// seats:3 cat [{custom:desk 2-03 false}] <nil>
}

package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// GroupError says that the pool has no group of a name.
type GroupError struct {
	Name   string
	Groups []string // that it has
	Err    error
}

func (e *GroupError) Error() string {
	text := "the pool has no group " + prose.Printable(e.Name)
	for _, g := range e.Groups {
		if strings.EqualFold(g, e.Name) {
			return fmt.Sprintf("%s, did you mean %s?", text, prose.Printable(g))
		}
	}
	return text
}

func (e *GroupError) Unwrap() error { return e.Err }

// Hint lists the groups.
func (e *GroupError) Hint() string {
	if len(e.Groups) == 0 {
		return "it has no groups"
	}
	var names []string
	for _, g := range e.Groups {
		names = append(names, prose.Printable(g))
	}
	return "it has " + prose.Some(names, 20)
}

// explainGroup tells a group that is not there, for which the service has no word of its own.
func (r *Reader) explainGroup(ctx context.Context, name string, err error) error {
	if refusal.CodeOf(err) != "ResourceNotFoundException" {
		return err
	}
	groups, listed := r.groups(ctx)
	if listed != nil || slices.Contains(groups, name) {
		return err
	}
	return &GroupError{name, groups, err}
}

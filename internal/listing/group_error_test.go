package listing

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/pipeline"
)

// asking is a pool whose groups can be asked for by their names only.
type asking struct{ *grouped }

// notFound is what the service says of a group that is not there, and of a pool.
type notFound struct{ error }

func (notFound) Code() string { return "ResourceNotFoundException" }

func (a asking) ListUsersInGroup(ctx context.Context, pool, group, token string) ([]cognito.User, string, error) {
	if _, there := a.members[group]; !there {
		return nil, "", notFound{errors.New("ListUsersInGroup: ResourceNotFoundException")}
	}
	return a.grouped.ListUsersInGroup(ctx, pool, group, token)
}

// TestGroup: the users of a group come as those of a pool do; one that is not there is told with those that are.
func TestGroup(t *testing.T) {
	g := asking{&grouped{groups: []string{"staff", "Night shift"}, members: map[string][]string{"staff": {"bob", "ann", "bob"}, "Night shift": nil}}}
	for _, tt := range []struct {
		name, group string
		groups      []string
		want        string // usernames, or the error
		hint        string
	}{
		{"sorted, each once", "staff", g.groups, "[ann bob]", ""},
		{"empty", "Night shift", g.groups, "[]", ""},
		{"not there", "sales", g.groups, "the pool has no group sales", "it has staff, Night shift"},
		{"written otherwise", "night Shift", g.groups, "the pool has no group night Shift, did you mean Night shift?", "it has staff, Night shift"},
		{"no groups at all", "sales", nil, "the pool has no group sales", "it has no groups"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g.groups = tt.groups
			r := NewReader(Config{Groups: g, Rate: pipeline.Unlimited, Attempts: 1})
			s, err := r.Group(t.Context(), tt.group)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = fmt.Sprint(readNames(t, s))
			}
			if got != tt.want || refusal.HintOf(err) != tt.hint {
				t.Errorf("%s\nhint: %s", got, refusal.HintOf(err))
			}
		})
	}
}

package listing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// grouped is a pool of some users, who are all on one page, and of groups with a member a page.
type grouped struct {
	users   []cognito.User
	groups  []string
	members map[string][]string
	endless bool
	failing int // calls that fail before the first one that does not
	calls   int
}

// busy is what the service says while it throttles.
type busy struct{ error }

func (busy) Throttle() bool { return true }

func (g *grouped) ListUsers(context.Context, string, string, string, int) ([]cognito.User, string, error) {
	return g.users, "", nil
}

func (g *grouped) ListGroups(_ context.Context, _, token string) ([]string, string, error) {
	if g.calls++; g.calls <= g.failing {
		return nil, "", busy{errors.New("busy")}
	}
	return one(g.groups, token)
}

func (g *grouped) ListUsersInGroup(_ context.Context, _, group, token string) ([]cognito.User, string, error) {
	g.calls++
	names, next, err := one(g.members[group], token)
	if g.endless {
		next = "again"
	}
	var users []cognito.User
	for _, name := range names {
		users = append(users, cognito.User{Username: name})
	}
	return users, next, err
}

// one is a page of one element, and the token of the next.
func one(list []string, token string) ([]string, string, error) {
	i := 0
	_, _ = fmt.Sscan(token, &i)
	if i >= len(list) {
		return nil, "", nil
	}
	next := fmt.Sprint(i + 1)
	if i+1 == len(list) {
		next = ""
	}
	return list[i : i+1], next, nil
}

// TestExportGroups: an export of everything has each user's groups, which are asked for group by group.
func TestExportGroups(t *testing.T) {
	pool := func() *grouped {
		return &grouped{users: []cognito.User{{Username: "ann", Status: "CONFIRMED", Enabled: true}, {Username: "bob", Status: "UNCONFIRMED"}},
			groups: []string{"staff", "empty", "night shift"}, members: map[string][]string{"staff": {"ann", "bob", "gone"}, "night shift": {"ann"}}}
	}
	const all = `{"username":"ann","attributes":{},"_status":"CONFIRMED","_enabled":true,"_groups":["staff","night shift"]}` + "\n" +
		`{"username":"bob","attributes":{},"_status":"UNCONFIRMED","_enabled":false,"_groups":["staff"]}` + "\n"
	for _, tt := range []struct {
		name   string
		change func(*grouped)
		want   string
		calls  int64 // for groups
		err    string
	}{
		{"as it is", func(*grouped) {}, all, 8, ""},
		{"after a call that failed", func(g *grouped) { g.failing = 2 }, all, 10, ""},
		{"no groups", func(g *grouped) { g.groups = nil },
			`{"username":"ann","attributes":{},"_status":"CONFIRMED","_enabled":true}` + "\n" + `{"username":"bob","attributes":{},"_status":"UNCONFIRMED","_enabled":false}` + "\n", 1, ""},
		{"a list without an end", func(g *grouped) { g.endless = true }, "", 0, "ListUsersInGroup gave a pagination token a second time, at call 2: the list has no end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := pool()
			tt.change(g)
			var b bytes.Buffer
			var r *Exported
			var err error
			synctest.Test(t, func(t *testing.T) {
				from := NewReader(Config{Lister: g, Groups: g, Rate: pipeline.Unlimited, Attempts: 3})
				r, err = Export(t.Context(), from, &b, Exporting{ExportConfig: report.ExportConfig{Format: sources.JSONL}, All: true})
			})
			if tt.err != "" {
				if endless, ok := errors.AsType[*EndlessError](err); !ok || endless.Error() != tt.err {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || b.String() != tt.want || r.GroupCalls != tt.calls || r.Calls != 1 {
				t.Errorf("%v, %+v:\n%s", err, r, strings.Join(slices.Collect(strings.Lines(b.String())), ""))
			}
		})
	}
}

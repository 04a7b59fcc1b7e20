package sandbox

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// members lists a group by the SDK's paginator.
func (w *world) members(group string, limit int32) []string {
	w.Helper()
	var names []string
	pages := cip.NewListUsersInGroupPaginator(w.client, &cip.ListUsersInGroupInput{UserPoolId: &w.pool, GroupName: &group, Limit: aws.Int32(limit)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		for _, u := range page.Users {
			names = append(names, *u.Username)
		}
	}
	return names
}

// groupsOf lists the groups of a user by the SDK's paginator.
func (w *world) groupsOf(user string, limit int32) []string {
	w.Helper()
	var names []string
	pages := cip.NewAdminListGroupsForUserPaginator(w.client, &cip.AdminListGroupsForUserInput{UserPoolId: &w.pool, Username: &user, Limit: aws.Int32(limit)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		for _, g := range page.Groups {
			names = append(names, *g.GroupName)
		}
	}
	return names
}

func (w *world) join(user, group string) error {
	_, err := w.client.AdminAddUserToGroup(w.Context(), &cip.AdminAddUserToGroupInput{UserPoolId: &w.pool, Username: &user, GroupName: &group})
	return err
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	for _, name := range []string{"staff", "admins", "ü"} {
		made, err := w.client.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: &w.pool, GroupName: aws.String(name),
			Description: aws.String("made up"), Precedence: aws.Int32(0)})
		if err != nil {
			t.Fatal(err)
		}
		if g := made.Group; *g.GroupName != name || *g.UserPoolId != w.pool || *g.Description != "made up" || *g.Precedence != 0 ||
			g.RoleArn != nil || g.CreationDate == nil || g.LastModifiedDate == nil {
			t.Errorf("made %+v", g)
		}
	}
	for i := range 7 {
		w.user(fmt.Sprintf("user-%d", i), "given_name=U")
		if i%3 > 0 {
			continue
		}
		for _, group := range []string{"staff", "admins"} {
			if err := w.join(fmt.Sprintf("user-%d", i), group); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, limit := range []int32{0, 1, 2, 3, 60} {
		if got := w.members("staff", limit); !slices.Equal(got, []string{"user-0", "user-3", "user-6"}) {
			t.Errorf("with pages of %d, staff are %v", limit, got)
		}
		if got := w.groupsOf("user-3", limit); !slices.Equal(got, []string{"admins", "staff"}) {
			t.Errorf("with pages of %d, user-3 is in %v", limit, got)
		}
	}
	w.app(passwordClient)
	if said, _ := w.server.readToken(w.token("user-6", TokenOptions{})); !slices.Equal(said.Groups, []string{"admins", "staff"}) {
		t.Errorf("the token of user-6 has the groups %v", said.Groups)
	}
	if u, _ := w.server.User(w.pool, "user-6"); !slices.Equal(u.Groups, []string{"admins", "staff"}) {
		t.Errorf("user-6 is in %v", u.Groups)
	}
	if _, err := w.client.AdminRemoveUserFromGroup(t.Context(), &cip.AdminRemoveUserFromGroupInput{UserPoolId: &w.pool,
		Username: aws.String("user-3"), GroupName: aws.String("admins")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.DeleteGroup(t.Context(), &cip.DeleteGroupInput{UserPoolId: &w.pool, GroupName: aws.String("staff")}); err != nil {
		t.Fatal(err)
	}
	if got := [][]string{w.groupsOf("user-0", 0), w.groupsOf("user-3", 0)}; fmt.Sprint(got) != "[[admins] []]" {
		t.Errorf("got %v", got)
	}
	updated, err := w.client.UpdateGroup(t.Context(), &cip.UpdateGroupInput{UserPoolId: &w.pool, GroupName: aws.String("admins"), Precedence: aws.Int32(7)})
	if err != nil || *updated.Group.Precedence != 7 || *updated.Group.Description != "made up" {
		t.Errorf("updated %+v, %v", updated, err)
	}
	listed, err := w.client.ListGroups(t.Context(), &cip.ListGroupsInput{UserPoolId: &w.pool, Limit: aws.Int32(1)})
	if err != nil || len(listed.Groups) != 1 || *listed.Groups[0].GroupName != "admins" || listed.NextToken == nil {
		t.Errorf("listed %+v, %v", listed, err)
	}
}

func TestGroupErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann")
	if err := w.server.CreateGroup(w.pool, Group{Name: "staff"}); err != nil {
		t.Fatal(err)
	}
	create := func(pool, name string) error {
		_, err := w.client.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: &pool, GroupName: &name})
		return err
	}
	list := func(group, token string) error {
		_, err := w.client.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: &w.pool, GroupName: &group, NextToken: &token})
		return err
	}
	const model = "InvalidParameterException: 1 validation error detected: Value at "
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"it is there", create(w.pool, "staff"), "GroupExistsException: A group with the name already exists."},
		{"no pool", create("us-east-1_none", "staff"), "ResourceNotFoundException: User pool us-east-1_none does not exist."},
		{"a blank in its name", create(w.pool, "a b"), model + `'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+`},
		{"a long name", create(w.pool, strings.Repeat("ü", 129)), model + "'groupName' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{"128 characters", create(w.pool, strings.Repeat("ü", 128)), ""},
		{"join none", w.join("ann", "none"), "ResourceNotFoundException: Group not found."},
		{"nobody joins", w.join("bob", "staff"), "UserNotFoundException: User does not exist."},
		{"members of none", list("none", "x"), "ResourceNotFoundException: Group not found."},
		{"a token of nobody's", list("staff", "x"), "InvalidParameterException: Invalid pagination token"},
		{"twice", joinTwice(w), ""},
	} {
		if got := text(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func joinTwice(w *world) error {
	if err := w.join("ann", "staff"); err != nil {
		return err
	}
	return w.join("ann", "staff")
}

// TestGroupsOutliveTheProcess holds what a journal keeps of groups against what was there.
func TestGroupsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(t, plainPool, Config{Journal: path})
	user := User{Username: "ann", Attributes: map[string]string{"given_name": "Ann"}, Groups: []string{"staff", "old", "staff"}}
	if err := w.server.CreateUser(w.pool, user); err != nil {
		t.Fatal(err)
	}
	if err := w.server.CreateGroup(w.pool, Group{Name: "admins", Description: "d", Precedence: aws.Int(3)}); err != nil {
		t.Fatal(err)
	}
	if err := w.join("ann", "admins"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.DeleteGroup(t.Context(), &cip.DeleteGroupInput{UserPoolId: &w.pool, GroupName: aws.String("old")}); err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf("%+v %+v", w.server.Groups(w.pool)[1], slices.Collect(w.server.Users(w.pool)))
	s := w.again(path)
	groups := s.Groups(w.pool)
	if len(groups) != 2 || groups[0].Name != "admins" || *groups[0].Precedence != 3 {
		t.Errorf("got %+v", groups)
	}
	if after := fmt.Sprintf("%+v %+v", groups[1], slices.Collect(s.Users(w.pool))); after != before {
		t.Errorf("got  %s\nwant %s", after, before)
	}
}

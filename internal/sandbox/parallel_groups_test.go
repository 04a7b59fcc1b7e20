package sandbox

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
)

// allow fails the test for an error that is no answer to a request that came too early or too late.
func (w *world) allow(err error) {
	switch api := smithy.APIError(nil); {
	case err == nil:
	case errors.As(err, &api) && (api.ErrorCode() == "ResourceNotFoundException" || api.ErrorCode() == "UserNotFoundException" ||
		api.ErrorCode() == "GroupExistsException" || api.ErrorCode() == "AliasExistsException" || api.ErrorCode() == "InvalidParameterException"):
	default:
		w.Error(err)
	}
}

// TestParallelGroups lets groups, links, accounts and the schema change at once, beside updates and lists: the journal tells the
// same as the server, and nobody of a provider is linked twice.
func TestParallelGroups(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	w := newWorld(t, `{"PoolName":"busy","AliasAttributes":["email"],"Schema":[{"Name":"tier","AttributeDataType":"String"}]}`, Config{Journal: journal})
	const users, rounds = 8, 12
	for i := range users {
		w.user(fmt.Sprintf("user-%d", i), "email=shared@example.com")
	}
	group := "staff"
	var clients sync.WaitGroup
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		clients.Go(func() {
			for n := range rounds {
				w.allow(w.changeGroups(name, group, n))
				w.allow(w.link(fmt.Sprintf("Google %d", n%5), "Cognito "+name))
				w.allow(w.update(name, fmt.Sprintf("custom:tier=%d", n), "email_verified=true"))
				if n%4 == i%4 {
					w.allow(w.unlink(fmt.Sprintf("Google %d", n%5)))
				}
			}
		})
		clients.Go(func() {
			for n := range rounds {
				_, err := w.client.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: &w.pool, GroupName: &group})
				w.allow(err)
				attribute := fmt.Sprintf("a%d-%d", i, n)
				_, err = w.client.AddCustomAttributes(t.Context(), &cip.AddCustomAttributesInput{UserPoolId: &w.pool,
					CustomAttributes: []types.SchemaAttributeType{{Name: &attribute, AttributeDataType: types.AttributeDataTypeString}}})
				w.allow(err)
			}
		})
	}
	clients.Wait()
	linked := map[string]string{}
	for u := range w.server.Users(w.pool) {
		for _, i := range identitiesOf(w.server.pool(w.pool).lookup(u.Username).state.Load()) {
			if other, twice := linked[i.UserID]; twice {
				t.Errorf("Google %s is linked to %s and to %s", i.UserID, other, u.Username)
			}
			linked[i.UserID] = u.Username
		}
	}
	before := dump(w.server) + fmt.Sprint(w.server.Groups(w.pool))
	if err := w.server.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := New(Config{Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if after := dump(again) + fmt.Sprint(again.Groups(w.pool)); after != before {
		t.Errorf("the journal tells\n%s\nthe server\n%s", after, before)
	}
}

// changeGroups makes a group, takes the user in, disables and enables it, and takes the group away now and then.
func (w *world) changeGroups(name, group string, n int) error {
	ctx := w.Context()
	_, made := w.client.CreateGroup(ctx, &cip.CreateGroupInput{UserPoolId: &w.pool, GroupName: &group})
	_, in := w.client.AdminAddUserToGroup(ctx, &cip.AdminAddUserToGroupInput{UserPoolId: &w.pool, Username: &name, GroupName: &group})
	_, off := w.client.AdminDisableUser(ctx, &cip.AdminDisableUserInput{UserPoolId: &w.pool, Username: &name})
	_, on := w.client.AdminEnableUser(ctx, &cip.AdminEnableUserInput{UserPoolId: &w.pool, Username: &name})
	for _, err := range []error{made, in, off, on} {
		w.allow(err)
	}
	if n%3 != 0 {
		return nil
	}
	_, err := w.client.DeleteGroup(ctx, &cip.DeleteGroupInput{UserPoolId: &w.pool, GroupName: &group})
	return err
}

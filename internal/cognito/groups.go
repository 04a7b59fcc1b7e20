package cognito

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

const (
	listGroups   = "ListGroups"
	usersInGroup = "ListUsersInGroup"
)

// ListGroups returns one page of the names of a pool's groups, in one attempt. The token is "" for the first page, and then
// what the page before returned as next, which is "" behind the last page. The error is an [*Error], or wraps the error of
// ctx.
func (c *Client) ListGroups(ctx context.Context, poolID, token string) (groups []string, next string, err error) {
	in := &cip.ListGroupsInput{UserPoolId: aws.String(poolID), Limit: aws.Int32(maxPage), NextToken: given(token)}
	err = c.call(ctx, target{op: listGroups, pool: poolID, hidden: []string{token}}, func(ctx context.Context) error {
		out, err := c.api.ListGroups(ctx, in)
		if err != nil {
			return err
		}
		for _, g := range out.Groups {
			groups = append(groups, aws.ToString(g.GroupName))
		}
		next = aws.ToString(out.NextToken)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return groups, next, nil
}

// ListUsersInGroup returns one page of the users in a group, as [Client.ListGroups] does its groups. Listing is free of charge
// and does not count users as active.
func (c *Client) ListUsersInGroup(ctx context.Context, poolID, group, token string) (users []User, next string, err error) {
	in := &cip.ListUsersInGroupInput{UserPoolId: aws.String(poolID), GroupName: aws.String(group), Limit: aws.Int32(maxPage), NextToken: given(token)}
	err = c.call(ctx, target{op: usersInGroup, pool: poolID, hidden: []string{token}}, func(ctx context.Context) error {
		_, err := c.api.ListUsersInGroup(ctx, in, decodedBy(func(d *userDecoder) (err error) {
			users, next, err = d.page(maxPage)
			return err
		}))
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return users, next, nil
}

// given is a text, or nil if there is none.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

package cognito

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

const (
	getUser   = "AdminGetUser"
	ownUser   = "GetUser"
	listUsers = "ListUsers"
)

// maxPage is the most users that ListUsers gives at once (API reference, Limit).
const maxPage = 60

// ListUsers returns one page of the users of a pool, in one attempt: at most limit of them, and no more
// than 60, which a limit of 0 stands for. The filter is one of [Filter], or empty for all users. The
// token is "" for the first page, and then what the page before returned as next, with the same
// filter; next is "" behind the last page. A page may be empty without being the last.
//
// Listing is free of charge and does not count users as active. It is eventually consistent. The error
// is an [*Error], or wraps the error of ctx.
func (c *Client) ListUsers(ctx context.Context, poolID, filter, token string, limit int) (users []User, next string, err error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	in := &cip.ListUsersInput{UserPoolId: aws.String(poolID), Limit: aws.Int32(int32(limit))}
	if filter != "" {
		in.Filter = aws.String(filter)
	}
	if token != "" {
		in.PaginationToken = aws.String(token)
	}
	op := target{op: listUsers, pool: poolID, hidden: []string{filter, valueIn(filter), token}}
	err = c.call(ctx, op, func(ctx context.Context) error {
		_, err := c.api.ListUsers(ctx, in, decodedBy(func(d *userDecoder) (err error) {
			users, next, err = d.page(limit)
			return err
		}))
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return users, next, nil
}

// GetUser reads one user by AdminGetUser, in one attempt. The name is a username, an alias or a sub;
// the Username of the answer is the username. The user counts as active this month, which is billed.
// The error is an [*Error], or wraps the error of ctx.
func (c *Client) GetUser(ctx context.Context, poolID, username string) (*User, error) {
	in := &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: aws.String(username)}
	user := new(User)
	err := c.call(ctx, target{op: getUser, pool: poolID, hidden: []string{username}}, func(ctx context.Context) error {
		_, err := c.api.AdminGetUser(ctx, in, decodedBy(func(d *userDecoder) (err error) {
			*user, err = d.user()
			return err
		}))
		return err
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// GetUserByToken reads the user that an access token is of by GetUser, in one attempt. The answer has
// only the attributes that the token's app client may read: one that is missing may have a value all
// the same. It has no status. The call is not signed, is free of charge and does not count the user
// as active. The error is an [*Error] or a [*TokenError], or wraps the error of ctx.
func (c *Client) GetUserByToken(ctx context.Context, token string) (*User, error) {
	if token == "" {
		return nil, errNoToken
	}
	in := &cip.GetUserInput{AccessToken: aws.String(token)}
	user := new(User)
	err := c.call(ctx, target{op: ownUser, token: token}, func(ctx context.Context) error {
		_, err := c.api.GetUser(ctx, in, decodedBy(func(d *userDecoder) (err error) {
			*user, err = d.user()
			return err
		}))
		return err
	})
	if err != nil {
		return nil, err
	}
	user.Enabled = true // Cognito takes no token of a disabled user
	return user, nil
}

// searchable are the attributes that ListUsers can filter by (API reference, Filter).
var searchable = []string{"username", "email", "phone_number", "name", "given_name", "family_name",
	"preferred_username", "cognito:user_status", "status", "sub"}

// maxFilter is the length of a filter, in characters (API reference, Filter).
const maxFilter = 256

// Filter returns the filter of [Client.ListUsers] for the users whose attribute has exactly this value;
// username counts as an attribute, and is compared with its case. It is false if there is no such
// filter: the attribute cannot be searched, the value is empty or no text, or the filter would be
// over 256 characters.
func Filter(attribute, value string) (string, bool) { return filterOf(attribute, "=", value) }

// PrefixFilter returns the one for the users whose attribute begins with a value.
func PrefixFilter(attribute, value string) (string, bool) { return filterOf(attribute, "^=", value) }

func filterOf(attribute, operator, value string) (string, bool) {
	if !slices.Contains(searchable, attribute) || value == "" || !utf8.ValidString(value) {
		return "", false
	}
	filter := attribute + " " + operator + ` "` + filterQuoter.Replace(value) + `"`
	return filter, utf8.RuneCountInString(filter) <= maxFilter
}

// filterQuoter puts a backslash before what would end the value, or the backslash itself.
var filterQuoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// valueIn is the value that a filter searches for, as the filter has it.
func valueIn(filter string) string {
	_, value, _ := strings.Cut(filter, `"`)
	return strings.TrimSuffix(value, `"`)
}

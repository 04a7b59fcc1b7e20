package awsconn

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	// roleSession is what CloudTrail calls the sessions of this program.
	roleSession = "attrmigrate"
	// roleDuration is how long a session lasts: the least that a role can be limited to, and the most of one that is
	// assumed by another role.
	roleDuration = time.Hour
)

// role is a provider of the credentials of a role, assumed with others.
type role struct {
	base    aws.CredentialsProvider
	assumes aws.CredentialsProvider
}

// assumed replaces the credentials of a configuration by those of the role, if there is one.
func (c Config) assumed(sdk aws.Config) aws.Config {
	if c.Role == "" || c.Anonymous {
		return sdk
	}
	client := sts.NewFromConfig(sdk, func(o *sts.Options) { o.HTTPClient = HTTPClient(sdk.HTTPClient, 1) })
	provider := stscreds.NewAssumeRoleProvider(client, c.Role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = roleSession, roleDuration
		if c.ExternalID != "" {
			o.ExternalID = aws.String(c.ExternalID)
		}
	})
	sdk.Credentials = aws.NewCredentialsCache(&role{base: sdk.Credentials, assumes: provider}, early)
	return sdk
}

// Retrieve assumes the role. That there are no credentials to do so with is no error of the role.
func (r *role) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if _, err := r.base.Retrieve(ctx); err != nil {
		return aws.Credentials{}, err
	}
	credentials, err := r.assumes.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &roleError{err}
	}
	return credentials, nil
}

// roleError is a role that was not assumed.
type roleError struct{ err error }

func (e *roleError) Error() string { return e.err.Error() }
func (e *roleError) Unwrap() error { return e.err }

// refused tells whether STS has answered that the caller may not.
func (e *roleError) refused() bool {
	var answer smithy.APIError
	return errors.As(e.err, &answer) && (answer.ErrorCode() == "AccessDenied" || answer.ErrorCode() == "AccessDeniedException")
}

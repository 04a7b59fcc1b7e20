package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

var _ pipeline.Updater = (*updater)(nil)

// updater is an Updater: one AdminUpdateUserAttributes a change.
type updater struct {
	api  *cip.Client
	pool string
}

func newUpdater(ctx context.Context, pool string) (*updater, error) {
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	api := cip.NewFromConfig(sdk, func(o *cip.Options) {
		// The SDK must not repeat calls by itself: the pipeline does, at its own pace.
		o.Retryer, o.RetryMaxAttempts = aws.NopRetryer{}, 0
	})
	return &updater{api: api, pool: pool}, nil
}

// Update makes one attempt. An empty value deletes ("AdminUpdateUserAttributes", API reference).
func (u *updater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	in := &cip.AdminUpdateUserAttributesInput{UserPoolId: &u.pool, Username: &c.Username}
	for _, a := range c.Attributes {
		in.UserAttributes = append(in.UserAttributes, types.AttributeType{Name: &a.Name, Value: &a.Value})
	}
	if _, err := u.api.AdminUpdateUserAttributes(ctx, in); err != nil {
		return pipeline.Failed, &callError{err}
	}
	return pipeline.Updated, nil
}

// callError tells the pipeline what an error of the SDK means for the run. It must unwrap, so that
// a cancelled call is known as one.
type callError struct{ error }

func (e *callError) Unwrap() error { return e.error }

// code is the name of AWS's exception, or nothing if there was no answer.
func (e *callError) code() string {
	if answer, ok := errors.AsType[smithy.APIError](e.error); ok {
		return answer.ErrorCode()
	}
	return ""
}

// Throttle slows the run down; the change is tried again.
func (e *callError) Throttle() bool { return e.code() == "TooManyRequestsException" }

// Transient has a call without an answer, or one that broke in the service, tried again as often as
// the run allows. Anything else fails the change.
func (e *callError) Transient() int {
	if e.code() == "" || e.code() == "InternalErrorException" {
		return -1
	}
	return 0
}

// Fatal stops the run: any other change would get the same answer.
func (e *callError) Fatal() bool {
	switch e.code() {
	case "ResourceNotFoundException", "AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException":
		return true
	default:
		return false
	}
}

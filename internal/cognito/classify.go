package cognito

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"attrmigrate/internal/awsconn"
)

// classify says of an error of a call what it means, unless the caller has cancelled the call.
func (c *Client) classify(caller, attempt context.Context, op target, err error) error {
	f, named := awsconn.FailureOf(caller, attempt, err)
	if !named {
		return fmt.Errorf("%s was cancelled, whether it was done is unknown: %w", op.op, caller.Err())
	}
	e := c.failure(op, f.Code, f.Message, f.Err)
	if status := awsconn.Status(f.Err); status == http.StatusTooManyRequests && !known(f.Code) {
		e.verdict = throttle
	} else if status >= 500 && !known(f.Code) {
		e.verdict = again
	}
	var response *awshttp.ResponseError
	if errors.As(f.Err, &response) {
		e.requestID = response.ServiceRequestID()
	}
	if op.token != "" { // the SDK's error may repeat it
		e.Err = nil
	}
	return e
}

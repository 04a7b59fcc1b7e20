package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"attrmigrate/internal/awsconn"
)

// classify says of an error of a call what it means, unless the caller has cancelled the call.
func (b *Bucket) classify(caller, attempt context.Context, c call, err error) error {
	if local, ok := errors.AsType[*localError](err); ok {
		return local.err
	}
	f, named := awsconn.FailureOf(caller, attempt, err)
	if !named {
		unknown := ", whether it was done is unknown"
		if c.reads() {
			unknown = ""
		}
		return fmt.Errorf("%s: %s was cancelled%s: %w", URL{b.name, c.key, c.version}, c.op, unknown, caller.Err())
	}
	e := b.failure(c, f.Code, f.Message, f.Err)
	if status := awsconn.Status(f.Err); !known(f.Code) && (status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented) {
		e.verdict = unwell
	}
	if e.verdict.elsewhere {
		e.home = homeOf(f.Err, f.Message)
	}
	return e
}

// reads tells that the call changes nothing.
func (c call) reads() bool {
	return c.op == "GetObject" || c.op == "HeadObject" || c.op == "ListObjectsV2"
}

var expecting = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// homeOf is the Region in which a bucket lies, as the answer says.
func homeOf(err error, message string) string {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok && response.Response != nil {
		if home := response.Response.Header.Get("X-Amz-Bucket-Region"); home != "" {
			return home
		}
	}
	if m := expecting.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

// unknownError is the SDK's code for an answer that names none.
const unknownError = "UnknownError"

// classify names an error of a call. An answer counts even if the call was cancelled meanwhile; any other error of a cancelled
// call is the caller's own.
func (b *Bucket) classify(caller, attempt context.Context, c call, err error) error {
	if local, ok := errors.AsType[*localError](err); ok {
		return local.err
	}
	code, message := "", ""
	trouble, inTrouble := errors.AsType[*credentialsError](err)
	answer, answered := errors.AsType[smithy.APIError](err)
	switch {
	case inTrouble && caller.Err() == nil:
		code, message = credentialsCode(trouble), detail(trouble)
	case answered && answer.ErrorCode() != "" && answer.ErrorCode() != unknownError:
		code, message = answer.ErrorCode(), answer.ErrorMessage()
	case caller.Err() != nil:
		return fmt.Errorf("%s: %s was cancelled, whether it was done is unknown: %w", URL{b.name, c.key, c.version}, c.op, caller.Err())
	case attempt.Err() != nil:
		code, err = "Timeout", nil
	default:
		code, message = transportCode(err), detail(err)
	}
	e := b.failure(c, code, message, err)
	if status := statusOf(err); !known(code) && (status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented) {
		e.verdict = unwell
	}
	if e.verdict.elsewhere {
		e.home = homeOf(err, message)
	}
	return e
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

// transportCode names what happened when there was no answer, or none that names an error.
func transportCode(err error) string {
	var (
		untrusted  *tls.CertificateVerificationError
		unknownCA  x509.UnknownAuthorityError
		wrongHost  x509.HostnameError
		noTLS      tls.RecordHeaderError
		dns        *net.DNSError
		connection *net.OpError
		invalid    smithy.InvalidParamsError
	)
	status := statusOf(err)
	switch {
	case status >= 300:
		return "HTTP" + strconv.Itoa(status)
	case errors.As(err, &invalid):
		return "InvalidInput"
	case errors.As(err, &untrusted), errors.As(err, &unknownCA), errors.As(err, &wrongHost):
		return "BadCertificate"
	case errors.As(err, &noTLS), errors.Is(err, http.ErrSchemeMismatch):
		return "NoTLS"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "NoSuchHost"
	case errors.As(err, &connection) && (connection.Op == "dial" || connection.Op == "proxyconnect"):
		return "NoConnection"
	default:
		return "ConnectionLost"
	}
}

// statusOf returns the status of the answer, 0 if there was none.
func statusOf(err error) int {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.ResponseError == nil || response.Response == nil {
		return 0
	}
	return response.HTTPStatusCode()
}

// credentialsCode names a failure to get credentials.
func credentialsCode(err *credentialsError) string {
	if _, ok := errors.AsType[*ssocreds.InvalidTokenError](err.err); ok {
		return "SignInExpired"
	}
	if _, ok := errors.AsType[config.SharedConfigProfileNotExistError](err.err); ok {
		return "NoProfile"
	}
	if err.lost {
		return "CredentialsLost"
	}
	return "NoCredentials"
}

// detail is the innermost text of an error of the network, which says what happened without the URL that was called.
func detail(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Error()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

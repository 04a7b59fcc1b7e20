package cognito

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

// unknownError is the SDK's code for an answer that names none.
const unknownError = "UnknownError"

// classify names an error of a call. An answer of the service counts even if the call was cancelled
// meanwhile; any other error of a cancelled call is the caller's own.
func (c *Client) classify(caller, attempt context.Context, op target, err error) error {
	code, message := "", ""
	var trouble *credentialsError
	var answer smithy.APIError
	switch {
	case errors.As(err, &trouble) && caller.Err() == nil:
		code, message = credentialsCode(trouble), detail(trouble)
	case errors.As(err, &answer) && answer.ErrorCode() != "" && answer.ErrorCode() != unknownError:
		code, message = answer.ErrorCode(), answer.ErrorMessage()
	case caller.Err() != nil:
		return fmt.Errorf("%s was cancelled, whether it was done is unknown: %w", op.op, caller.Err())
	case attempt.Err() != nil:
		code, err = "Timeout", nil
	default:
		code, message = transportCode(err), detail(err)
	}
	e := c.failure(op, code, message, err)
	if httpStatus(err) == http.StatusTooManyRequests && !known(code) {
		e.verdict = throttle
	} else if httpStatus(err) >= 500 && !known(code) {
		e.verdict = again
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		e.requestID = response.ServiceRequestID()
	}
	if op.token != "" { // the SDK's error may repeat it
		e.Err = nil
	}
	return e
}

// transportCode names what happened when there was no answer, or none that names an exception.
func transportCode(err error) string {
	var (
		untrusted  *tls.CertificateVerificationError
		unknownCA  x509.UnknownAuthorityError
		wrongHost  x509.HostnameError
		noTLS      tls.RecordHeaderError
		dns        *net.DNSError
		connection *net.OpError
		unsent     *smithy.SerializationError
		invalid    smithy.InvalidParamsError
	)
	status := httpStatus(err)
	switch {
	case status >= 300:
		return "HTTP" + strconv.Itoa(status)
	case status > 0:
		return "BadAnswer"
	case errors.As(err, &unsent), errors.As(err, &invalid):
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

// httpStatus returns the status of the answer, 0 if there was none.
func httpStatus(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.ResponseError == nil || response.Response == nil {
		return 0
	}
	return response.HTTPStatusCode()
}

// credentialsCode names a failure to get credentials.
func credentialsCode(err *credentialsError) string {
	var signIn *ssocreds.InvalidTokenError
	var role *roleError
	switch {
	case errors.As(err, &role) && role.refused():
		return "RoleRefused"
	case errors.As(err, &role) && !err.lost:
		return "NoRole"
	case errors.As(err, &signIn):
		return "SignInExpired"
	case configCode(err.err) != "BadConfiguration":
		return configCode(err.err)
	case err.lost:
		return "CredentialsLost"
	default:
		return "NoCredentials"
	}
}

// configError names a failure to read the SDK's configuration.
func (c *Client) configError(err error) *Error {
	if s, ok := errors.AsType[*settingError](err); ok {
		c.endpointBy = s.name // for the hint; there will be no client
	}
	return c.failure(target{}, configCode(err), detail(err), err)
}

func configCode(err error) string {
	var (
		setting *settingError
		profile config.SharedConfigProfileNotExistError
		mfa     config.AssumeRoleTokenProviderNotSetError
	)
	switch {
	case errors.As(err, &setting):
		return setting.code
	case errors.As(err, &profile):
		return "NoProfile"
	case errors.As(err, &mfa):
		return "NoMFACode"
	default:
		return "BadConfiguration"
	}
}

// detail is what an error says where it tells anything: of network errors without the URL, of answers
// that cannot be read without the SDK's wrapping.
func detail(err error) string {
	var request *url.Error
	var decoding *smithy.DeserializationError
	var response *awshttp.ResponseError
	var answer smithy.APIError
	switch {
	case errors.As(err, &answer) && answer.ErrorCode() != unknownError: // of the credentials' service
		return answer.ErrorCode() + ": " + answer.ErrorMessage()
	case errors.As(err, &request):
		return request.Err.Error()
	case errors.As(err, &decoding) && decoding.Err != nil:
		return decoding.Err.Error()
	case errors.As(err, &response):
		return "" // the status, and it stands in the code
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

package awsconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
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

// Failure is why a call has failed, or none could be made.
type Failure struct {
	// Code is the service's name of the error, or ours: Timeout, NoConnection, HTTP502, NoCredentials, BadCharacter, ...
	Code string
	// Message is what the service or the network said. It is as it came: a service may repeat what it was sent.
	Message string
	// Setting is the one of the machine that is wrong, if one is.
	Setting string
	// Err is the cause; nil where a call was given up after its time.
	Err error
}

// FailureOf names an error of a call, unless its caller has cancelled it. An answer of the service counts even if the call was
// cancelled meanwhile; any other error of a cancelled call is the caller's own. A caller whose time was up has not cancelled the
// call, and waited for the answer: unless it says what else that was by a cause.
func FailureOf(caller, attempt context.Context, err error) (f Failure, named bool) {
	var trouble *credentialsError
	var answer smithy.APIError
	cancelled := caller.Err() != nil && context.Cause(caller) != context.DeadlineExceeded
	switch {
	case errors.As(err, &trouble) && !cancelled:
		f := Failure{Code: credentialsCode(trouble, attempt.Err() != nil), Message: detail(trouble), Err: err}
		if f.Code == credentialsAway && attempt.Err() != nil {
			f.Message = "no answer in time"
		}
		return f, true
	case errors.As(err, &answer) && answer.ErrorCode() != "" && answer.ErrorCode() != unknownError:
		return Failure{Code: answer.ErrorCode(), Message: answer.ErrorMessage(), Err: err}, true
	case cancelled:
		return Failure{}, false
	case attempt.Err() != nil:
		return Failure{Code: "Timeout"}, true
	default:
		return Failure{Code: transportCode(err), Message: detail(err), Err: err}, true
	}
}

// Unusable names an error of [Config.Load].
func Unusable(err error) Failure {
	f := Failure{Code: configCode(err), Message: detail(err), Err: err}
	if s, ok := errors.AsType[*settingError](err); ok {
		f.Setting = s.name
	}
	return f
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
	status := Status(err)
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

// Status returns the status of the answer, 0 if there was none.
func Status(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.ResponseError == nil || response.Response == nil {
		return 0
	}
	return response.HTTPStatusCode()
}

// credentialsAway is that what gives the credentials was asked and has no answer, or none but that it is in trouble.
const credentialsAway = "CredentialsAway"

// credentialsCode names a failure to get credentials, for which there was time, or no more.
func credentialsCode(err *credentialsError, late bool) string {
	var signIn *ssocreds.InvalidTokenError
	var role *roleError
	switch {
	case errors.As(err, &role) && role.refused():
		return "RoleRefused"
	case errors.As(err, &signIn):
		return "SignInExpired"
	case configCode(err.err) != "BadConfiguration":
		return configCode(err.err)
	case !dialled(err) && (late || inTrouble(err)):
		return credentialsAway
	case errors.As(err, &role) && !err.lost:
		return "NoRole"
	case err.lost:
		return "CredentialsLost"
	default:
		return "NoCredentials"
	}
}

// dialled tells that nobody was there to be asked: so it is on a machine that has no role of its own.
func dialled(err error) bool {
	var connection *net.OpError
	return errors.As(err, &connection) && connection.Op == "dial"
}

// inTrouble tells that somebody was asked, and had no answer in the time that the SDK has for it, or said that it is in trouble.
func inTrouble(err error) bool {
	var wait interface{ Timeout() bool }
	var answer interface{ HTTPStatusCode() int }
	return errors.As(err, &wait) && wait.Timeout() ||
		errors.As(err, &answer) && (answer.HTTPStatusCode() >= 500 || answer.HTTPStatusCode() == http.StatusTooManyRequests)
}

// configCode names a failure to read the SDK's configuration.
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
	var connection *net.OpError
	switch {
	case errors.As(err, &answer) && answer.ErrorCode() != unknownError: // of the credentials' service
		return answer.ErrorCode() + ": " + answer.ErrorMessage()
	case errors.As(err, &request):
		return request.Err.Error()
	case errors.As(err, &decoding) && decoding.Err != nil:
		return decoding.Err.Error()
	case errors.As(err, &response):
		return "" // the status, and it stands in the code
	case errors.As(err, &connection): // while the body was read
		return connection.Error()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

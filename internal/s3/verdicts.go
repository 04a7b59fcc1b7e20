package s3

import (
	"slices"
	"strings"
)

// verdict is what an error of S3 means. {names} in its texts are filled in.
type verdict struct {
	codes        []string
	says, remedy string
	passing      bool // the same call may go well later
	missing      bool // the object is not there
	renews       bool // by fresh credentials
	elsewhere    bool // the bucket lies in another Region
	ours         bool // the code is no word of S3's, and says no more than the sentence
}

// unwell is an answer of a server that has trouble, whatever it calls it.
var unwell = verdict{says: "S3 is in trouble", remedy: "run the same command again in a minute", passing: true}

// other is an answer that the table does not know.
var other = verdict{says: "S3 refuses it", remedy: "look the code up in the error codes of the Amazon S3 API reference"}

// noStore is a 404 to what asks for no object: another server listens there, such as where AWS_ENDPOINT_URL names one of Cognito.
var noStore = verdict{says: "no S3 answers, at {endpoint}", remedy: "look at {setter}; an S3 alone is named by AWS_ENDPOINT_URL_S3"}

// denied is a permission that is missing; to a key that is not there S3 answers so, too, unless it may be listed.
var (
	denied = verdict{says: "{permission} is not allowed",
		remedy: "allow {permission} on {resource} to whoever runs this{owner}"}
	deniedRead = verdict{says: "it may not be read, or is not there: s3:GetObject or s3:ListBucket is not allowed",
		remedy: "allow s3:GetObject on {resource} and s3:ListBucket on arn:aws:s3:::{bucket} to whoever runs this, without which S3 does not say that a key is missing{owner}"}
	deniedList = verdict{says: "it is not there, or may not be read: s3:ListBucket is not allowed",
		remedy: "allow s3:ListBucket on {resource} to whoever runs this, without which S3 does not say that a key is missing"}
	deniedKey = verdict{says: "{permission} is not allowed on the key that encrypts the bucket",
		remedy: "allow kms:GenerateDataKey and kms:Decrypt on the key to whoever runs this, in an IAM policy and in the key's own"}
)

// verdicts are the errors that are worth a word.
var verdicts = []verdict{
	{codes: []string{"NoSuchKey", "NotFound", "HTTP404"}, missing: true,
		says: "there is no such object", remedy: "to see what is there: aws s3 ls{profile} s3://{bucket}"},
	{codes: []string{"NoSuchVersion"}, missing: true,
		says: "there is no such version of the object", remedy: "leave ?versionId= out for the newest"},
	{codes: []string{"NoSuchBucket"},
		says: "there is no bucket of this name, at {endpoint}", remedy: "to see the buckets: aws s3 ls{profile}"},
	{codes: []string{"InvalidBucketName"},
		says: "the bucket's name is none", remedy: "to see the buckets: aws s3 ls{profile}"},
	{codes: []string{"PreconditionFailed"},
		says: "the object is there, or is another one", remedy: "run the same command again"},
	{codes: []string{"ConditionalRequestConflict", "OperationAborted"}, passing: true,
		says: "somebody else writes the object", remedy: "run the same command again"},
	{codes: []string{"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "ThrottlingException",
		"RequestLimitExceeded", "RequestThrottled", "TooManyRequests", "BandwidthLimitExceeded", "ServerBusy", "BadDigest"}, passing: true,
		says: unwell.says, remedy: unwell.remedy},
	{codes: []string{"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "MovedPermanently", "Moved Permanently",
		"IllegalLocationConstraintException", "HTTP301", "HTTP307"}, elsewhere: true,
		says: "the bucket lies in another Region than {region}", remedy: "name its Region by AWS_REGION; to learn it: aws s3api get-bucket-location{profile} --bucket {bucket}"},
	{codes: []string{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"}, renews: true,
		says: "the AWS credentials have expired", remedy: "sign in again, such as by: aws sso login{profile}"},
	{codes: []string{"InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "UnrecognizedClientException"}, renews: true,
		says: "S3 does not know the AWS credentials, at {endpoint}", remedy: "to see whose they are: aws sts get-caller-identity{profile}"},
	{codes: []string{"SignatureDoesNotMatch"},
		says: "the secret access key is not that of the access key id", remedy: "look at where the credentials come from: {who}"},
	{codes: []string{"RequestTimeTooSkewed"},
		says: "the clock of this machine is wrong by more than S3 allows", remedy: "set the clock"},
	{codes: []string{"InvalidObjectState"},
		says: "the object is archived", remedy: "restore it first: aws s3api restore-object{profile}"},
	{codes: []string{"KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException", "KMS.InvalidStateException", "KMS.InvalidKeyUsageException"},
		says: "the key that encrypts the bucket can't be used", remedy: "look at the key in KMS, or at --s3-kms-key-id"},
	{codes: []string{"EntityTooLarge", "QuotaExceeded", "InsufficientStorage", "HTTP507"},
		says: "it does not fit into the bucket", remedy: "make room, or name another bucket"},
	{codes: []string{"NotImplemented", "HTTP501"},
		says: "the store does not know what is asked of it, at {endpoint}", remedy: "use Amazon S3, or a store that honours conditional writes"},
	{codes: []string{"NoCredentials"}, ours: true,
		says: "there are no AWS credentials for S3 (looked at {who})", remedy: "sign in, such as by: aws sso login{profile}"},
	{codes: []string{"CredentialsLost"}, ours: true, passing: true,
		says: "the AWS credentials can't be renewed ({who})", remedy: "sign in again, such as by: aws sso login{profile}"},
	{codes: []string{"CredentialsAway"}, ours: true, passing: true,
		says: "what gives the AWS credentials is in trouble ({who})", remedy: "run the same command again in a minute; if it stays so, look at the endpoint or the program that gives them"},
	{codes: []string{"SignInExpired"}, ours: true,
		says: "the sign-in has expired", remedy: "sign in again: aws sso login{profile}"},
	{codes: []string{"NoProfile"}, ours: true,
		says: "there is no such profile", remedy: "to see the profiles: aws configure list-profiles"},
	{codes: []string{"BadConfiguration"}, ours: true,
		says: "the AWS configuration can't be used", remedy: "look at the AWS_* variables and at {who}"},
	{codes: []string{"NoMFACode"}, ours: true,
		says: "the AWS profile asks for an MFA code", remedy: "put the session into the environment: eval \"$(aws configure export-credentials{profile} --format env)\""},
	{codes: []string{"BadCharacter"}, ours: true,
		says: "the AWS configuration can't be used", remedy: "write it again without that character; one is often left by copying, or by a file with Windows line ends"},
	{codes: []string{"BadRegion"}, ours: true,
		says: "the AWS configuration can't be used", remedy: "Regions are written in small letters, such as us-east-1"},
	{codes: []string{"BadEndpoint"}, ours: true,
		says: "the endpoint can't be used", remedy: "mend it where it is set: {setter}"},
	{codes: []string{"BadProxy"}, ours: true,
		says: "the proxy can't be used", remedy: "write it as http://HOST:PORT, or unset it"},
	{codes: []string{"BadBundle"}, ours: true,
		says: "the CA bundle can't be used", remedy: "name a file of certificates in PEM, or none"},
	{codes: []string{"Timeout"}, ours: true, passing: true,
		says: "no answer within {timeout}, from {endpoint}", remedy: "run the same command again, or raise --timeout"},
	{codes: []string{"NoConnection"}, ours: true, passing: true,
		says: "S3 can't be reached, at {endpoint}", remedy: "look at the network and at {setter}"},
	{codes: []string{"NoSuchHost"}, ours: true, passing: true,
		says: "S3 can't be found, at {endpoint}", remedy: "look at the network and at {setter}"},
	{codes: []string{"ConnectionLost"}, ours: true, passing: true,
		says: "the connection was lost, to {endpoint}", remedy: unwell.remedy},
	{codes: []string{"BadAnswer"}, ours: true, passing: true,
		says: "the answer can't be read, of {endpoint}", remedy: "look at the network and at {setter}"},
	{codes: []string{"BadCertificate"}, ours: true,
		says: "the certificate is not trusted, of {endpoint}", remedy: "name the authority that made it by AWS_CA_BUNDLE"},
	{codes: []string{"NoTLS"}, ours: true,
		says: "it does not speak TLS, at {endpoint}", remedy: "write http:// in {setter}"},
	{codes: []string{"Changed"}, ours: true,
		says: "the object has changed while it was read", remedy: "start again, once nobody writes it any more, or pin a version: ?versionId=ID"},
}

func known(code string) bool {
	return code == "AccessDenied" || code == "Forbidden" || slices.ContainsFunc(verdicts, func(v verdict) bool { return slices.Contains(v.codes, code) })
}

// verdictOf is what an error means.
func verdictOf(e *Error) verdict {
	if e.permission != "" {
		return deniedVerdict(e)
	}
	for _, v := range verdicts {
		if slices.Contains(v.codes, e.code) {
			if v.missing && !e.reads() {
				return noStore
			}
			return v
		}
	}
	return other
}

func deniedVerdict(e *Error) verdict {
	switch {
	case strings.HasPrefix(e.permission, "kms:"):
		return deniedKey
	case e.reads() && e.permission == "s3:ListBucket":
		return deniedList
	case e.reads() && !named.MatchString(e.message):
		return deniedRead
	default:
		return denied
	}
}

// reads tells whether an object was asked for.
func (e *Error) reads() bool { return e.Op == "GetObject" || e.Op == "HeadObject" }

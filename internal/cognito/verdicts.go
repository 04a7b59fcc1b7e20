package cognito

// verdict is what the caller does about an error.
type verdict int

const (
	refuse   verdict = iota // report the record
	badToken                // report the record: its user's token is at fault
	suspect                 // report the record; many in a row stop the run
	briefly                 // try again a little, then as suspect
	throttle                // try again, more slowly
	again                   // try again
	away                    // try again, then stop the run
	renewing                // try again a little, then stop the run
	once                    // try again once, then stop the run
	stop                    // stop the run
)

// ruling is a verdict spelled out.
type ruling struct {
	class string
	calls int // per record; 0: only one, -1: as many as the run allows
	setUp bool
	fatal bool
}

var rulings = [...]ruling{
	refuse:   {class: "refused"},
	badToken: {class: "token"},
	suspect:  {class: "setup", setUp: true},
	briefly:  {class: "setup", calls: 3, setUp: true},
	throttle: {class: "throttled", calls: -1},
	again:    {class: "transient", calls: -1},
	away:     {class: "transient", calls: -1, fatal: true},
	renewing: {class: "setup", calls: 3, fatal: true},
	once:     {class: "setup", calls: 2, fatal: true},
	stop:     {class: "setup", fatal: true},
}

func (v verdict) ruling() ruling { return rulings[v] }

// Kinds of operations in the table.
const (
	withToken = "with a token" // what a user's own access token allows; not signed
	toRead    = "a read"       // what changes nobody
	toList    = "a list"       // a read of many
)

// byToken tells whether an operation is one of those.
func byToken(op string) bool { return op == userUpdate || op == ownUser }

// exception is an error by its name, and what to do about it.
type exception struct {
	op          string // the operation that it is about, or withToken, toRead or toList; "": all without a row of their own
	code        string
	message     string  // part of AWS's message, in lower case, if the code has several meanings
	admin, user verdict // with IAM credentials; with a user's own token
	says        string  // what is wrong; {names} are explained in hints.go
	remedy      string  // a hint, of one line
	ours        bool    // not AWS's exception: the code would tell nothing beside the sentence
	renews      bool    // fresh credentials may help
	keys        bool    // about AWS credentials, of which a call with a token has none
}

// exceptions is every error that is known by name. The first ones are those of the API reference
// ("Errors" of AdminUpdateUserAttributes and UpdateUserAttributes); LimitExceededException and the
// rest of AWS's are common errors that no model of Cognito lists.
var exceptions = []exception{
	{code: "TooManyRequestsException", admin: throttle, user: throttle,
		says:   "the service throttles",
		remedy: "{slower}: the quota of {quota} a second is shared with everything else in the account and Region"},
	{code: "InternalErrorException", admin: again, user: again,
		says:   "the service failed",
		remedy: "run the same command again later; see health.aws.amazon.com"},
	{code: "UnexpectedLambdaException", admin: briefly, user: briefly,
		says:   "a Lambda trigger of the pool failed",
		remedy: "see the trigger's log; it must answer within 5 seconds, and the pool must be allowed to invoke it"},
	{code: "UserLambdaValidationException", admin: suspect, user: suspect,
		says:   "a Lambda trigger of the pool refused the user",
		remedy: "see the trigger's log; if every user is refused, it is the trigger and not the records"},
	{code: "InvalidLambdaResponseException", admin: suspect, user: suspect,
		says:   "a Lambda trigger of the pool gave an answer that Cognito can't use",
		remedy: "see the trigger's log, and correct what it returns"},
	{code: "InvalidParameterException", admin: refuse, user: refuse,
		says:   "the service doesn't accept the record",
		remedy: "correct the attribute that the message names"},
	{op: listUsers, code: "InvalidParameterException", admin: refuse,
		says:   "the service doesn't accept the filter or the page token",
		remedy: "correct what the message names; if it is the token, begin again"},
	{op: toList, code: "InvalidParameterException", admin: refuse,
		says:   "the service doesn't accept the group or the page token",
		remedy: "run the same command again: the groups may be others by now"},
	{op: describePool, code: "InvalidParameterException", admin: stop,
		says: "the service doesn't accept the pool's ID", remedy: "check --user-pool-id"},
	{op: getUser, code: "InvalidParameterException", admin: refuse,
		says: "the service doesn't accept the username", remedy: "correct the username, as the message says"},
	{op: ownUser, code: "InvalidParameterException", user: badToken,
		says: "the service doesn't accept the access token", remedy: "check that it was copied whole, or let the user sign in again"},
	{code: "UserNotFoundException", admin: refuse, user: refuse,
		says:   "no such user",
		remedy: "the username column takes a username, an alias or a sub; users are never created"},
	{code: "AliasExistsException", admin: refuse, user: refuse,
		says:   "another user signs in with this e-mail address, phone number or preferred username",
		remedy: "give one of the two users another value"},
	{code: "NotAuthorizedException", admin: suspect, user: refuse,
		says:   "the service doesn't allow this for the user",
		remedy: "look at the user in the console"},
	{op: toList, code: "NotAuthorizedException", admin: stop,
		says:   "the service doesn't let the users of the pool be listed",
		remedy: "look at the pool in the console"},
	{op: describePool, code: "NotAuthorizedException", admin: stop,
		says:   "the service doesn't let the pool be described",
		remedy: "look at the pool in the console"},
	{op: getUser, code: "NotAuthorizedException", admin: suspect,
		says:   "the service doesn't let the user be read",
		remedy: "look at the user in the console"},
	{code: "UserPoolTaggingException", admin: stop, user: stop,
		says:   "the service can't tell the tags of the pool",
		remedy: "look at the tags of the pool in the console, and run the same command again"},
	{code: "ResourceNotFoundException", admin: stop, user: stop,
		says:   "no such user pool",
		remedy: "check --user-pool-id, --region and the account: {region} was asked{elsewhere}"},
	{op: usersInGroup, code: "ResourceNotFoundException", message: "group", admin: stop,
		says:   "no such group",
		remedy: "it was deleted meanwhile: run the same command again"},
	{code: "OperationNotEnabledException", admin: stop, user: stop,
		says:   "the pool can't be changed in this Region",
		remedy: "{region} is a replica of the pool: name its primary Region with --region"},
	{op: toRead, code: "OperationNotEnabledException", admin: stop, user: stop,
		says:   "the pool can't be asked in this Region",
		remedy: "{region} is a replica of the pool: name its primary Region with --region"},
	{code: "InvalidSmsRoleAccessPolicyException", admin: stop, user: stop,
		says:   "the pool's role may not send text messages",
		remedy: "allow sns:Publish in the role of the pool's SMS configuration"},
	{code: "InvalidSmsRoleTrustRelationshipException", admin: stop, user: stop,
		says:   "the pool's role for text messages doesn't trust Cognito",
		remedy: "let cognito-idp.amazonaws.com assume the role, with the pool's external ID"},
	{code: "InvalidEmailRoleAccessPolicyException", admin: stop, user: stop,
		says:   "the pool may not send e-mail with its identity",
		remedy: "verify the identity in Amazon SES and allow Cognito to send with it"},
	{code: "CodeDeliveryFailureException", admin: suspect, user: refuse,
		says:   "the verification code could not be sent, and the value may have been written",
		remedy: "read the user again, and check the address"},
	{code: "CodeMismatchException", admin: suspect, user: refuse,
		says: "the verification code is wrong", remedy: "let the user ask for a new code"},
	{code: "ExpiredCodeException", admin: suspect, user: refuse,
		says: "the verification code has expired", remedy: "let the user ask for a new code"},
	{code: "PasswordResetRequiredException", admin: suspect, user: refuse,
		says: "the user must reset the password first", remedy: "change this user with --as admin"},
	{code: "UserNotConfirmedException", admin: suspect, user: refuse,
		says: "the user is not confirmed", remedy: "change this user with --as admin"},
	{code: "ForbiddenException", admin: stop, user: stop,
		says:   "AWS WAF blocks the calls",
		remedy: "allow this machine in the web ACL of the pool"},
	{code: "LimitExceededException", admin: stop, user: stop,
		says:   "a limit of the account is reached",
		remedy: "often it is the 50 e-mails a day of Cognito's own sender: let the pool send through Amazon SES, or continue tomorrow"},
	{op: toRead, code: "LimitExceededException", admin: stop, user: stop,
		says:   "a limit of the account is reached",
		remedy: "see the message and the account's quotas in {region}, then run the same command again"},

	// What the service says of a user's own token. The messages stand in no reference; these are seen
	// with AWS (amplify-js#2205 and #6444, aws-sdk-js#1319 and others).
	{op: withToken, code: "NotAuthorizedException", message: "expired", user: badToken,
		says: hasExpired, remedy: freshToken},
	{op: withToken, code: "NotAuthorizedException", message: "scope", user: badToken,
		says: lacksScope, remedy: askScope},
	{op: withToken, code: "NotAuthorizedException", message: "revoked", user: badToken,
		says: "the access token has been revoked", remedy: "the user was signed out everywhere: let the user sign in again"},
	{op: withToken, code: "NotAuthorizedException", message: "signature", user: badToken,
		says:   "the access token was not made by the pool",
		remedy: "check that it was copied whole, and that its pool is in {region}; calls go to {endpoint}"},
	{op: withToken, code: "NotAuthorizedException", message: "invalid access token", user: badToken,
		says:   "the service doesn't accept the access token",
		remedy: "check that it was copied whole, or let the user sign in again"},
	{op: withToken, code: "NotAuthorizedException", message: "unauthorized attribute", user: refuse,
		says:   "the token's app client may not write one of the attributes",
		remedy: "let the app client write it (WriteAttributes), leave it out (--ignore NAME), or change these users with --as admin"},
	{op: withToken, code: "NotAuthorizedException", message: "disabled", user: refuse,
		says: "the user is disabled", remedy: "change this user with --as admin"},
	{op: withToken, code: "NotAuthorizedException", user: refuse,
		says:   "the service doesn't allow this with the user's token",
		remedy: "see the message; get a fresh token, or change this user with --as admin"},
	{op: withToken, code: "UserNotFoundException", user: refuse,
		says: "no such user", remedy: "the user has been deleted since signing in; users are never created"},
	{op: withToken, code: "ResourceNotFoundException", user: stop,
		says:   "no such user pool, or app client",
		remedy: "the token names them: check --region, {region} was asked{elsewhere}"},

	{code: "AccessDeniedException", admin: stop, user: stop, says: denied, remedy: allow, keys: true},
	{code: "AccessDenied", admin: stop, user: stop, says: denied, remedy: allow, keys: true},
	{code: "AuthFailure", admin: stop, user: stop, says: denied, remedy: allow, keys: true},
	{code: "OptInRequired", admin: stop, user: stop, says: "the account is not signed up for this Region",
		remedy: "enable {region} for the account, or name the pool's Region with --region"},
	{code: "UnrecognizedClientException", admin: stop, user: stop, says: strangers, remedy: whose, keys: true},
	{code: "InvalidClientTokenId", admin: stop, user: stop, says: strangers, remedy: whose, keys: true},
	{code: "MissingAuthenticationToken", admin: stop, user: stop, says: unsigned, remedy: whose, keys: true},
	{code: "MissingAuthenticationTokenException", admin: stop, user: stop, says: unsigned, remedy: whose, keys: true},
	{code: "IncompleteSignature", admin: stop, user: stop, says: unsigned, remedy: whose, keys: true},
	{code: "IncompleteSignatureException", admin: stop, user: stop, says: unsigned, remedy: whose, keys: true},
	{code: "ExpiredTokenException", admin: once, user: stop, says: stale, remedy: signIn, renews: true, keys: true},
	{code: "ExpiredToken", admin: once, user: stop, says: stale, remedy: signIn, renews: true, keys: true},
	{code: "InvalidSignatureException", admin: once, user: stop, says: misread, remedy: clock, keys: true},
	{code: "SignatureDoesNotMatch", admin: once, user: stop, says: misread, remedy: clock, keys: true},
	{code: "RequestExpired", admin: once, user: stop, says: misread, remedy: clock, keys: true},
	{code: "RequestTimeTooSkewed", admin: once, user: stop, says: misread, remedy: clock, keys: true},
	{code: "UnknownOperationException", admin: stop, user: stop, says: foreign, remedy: goes},
	{code: "RequestTimeout", admin: again, user: again, says: "the service gave the call up", remedy: network},
	{code: "RequestTimeoutException", admin: again, user: again, says: "the service gave the call up", remedy: network},

	{code: "Throttling", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "ThrottlingException", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "ThrottledException", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "RequestThrottled", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "RequestThrottledException", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "RequestLimitExceeded", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "BandwidthLimitExceeded", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "SlowDown", admin: throttle, user: throttle, says: fast, remedy: slower},
	{code: "HTTP429", admin: throttle, user: throttle, says: fast, remedy: slower},

	{code: "Timeout", admin: again, user: again, says: "no answer within {timeout}", remedy: network, ours: true},
	{code: "ConnectionLost", admin: again, user: again, says: "the connection was lost", remedy: network, ours: true},
	{code: "BadAnswer", admin: again, user: again, says: "the answer can't be read", remedy: goes, ours: true},
	{code: "NoConnection", admin: away, user: away, says: "the endpoint can't be reached", remedy: goes, ours: true},
	{code: "NoSuchHost", admin: away, user: away, says: "the endpoint's name is not known", remedy: goes, ours: true},
	{code: "NoTLS", admin: stop, user: stop, says: "the endpoint doesn't speak TLS",
		remedy: "does its URL begin with http://? {endpoint}", ours: true},
	{code: "BadCertificate", admin: stop, user: stop, says: "the endpoint's certificate is not trusted",
		remedy: "{endpoint}; behind a proxy that opens TLS, name its certificate with AWS_CA_BUNDLE", ours: true},
	{code: "InvalidInput", admin: refuse, user: refuse, says: "the record can't be sent",
		remedy: "a username and a pool are needed", ours: true},
	{op: describePool, code: "InvalidInput", admin: stop, says: "the call can't be made", remedy: "check --user-pool-id", ours: true},
	{op: toList, code: "InvalidInput", admin: stop, says: "the call can't be made", remedy: "check --user-pool-id and --filter", ours: true},
	{code: "NoCredentials", admin: stop, user: stop, says: "no AWS credentials", remedy: noKeys, ours: true},
	{code: "CredentialsLost", admin: renewing, user: renewing,
		says: "the AWS credentials can't be renewed", remedy: signIn, ours: true},
	{code: "CredentialsAway", admin: away, user: away, says: "what gives the AWS credentials is in trouble", ours: true,
		remedy: "run the same command again in a minute; if it stays so, look at the endpoint or the program that gives them, or at STS where there is a role"},
	{code: "RoleRefused", admin: stop, user: stop, says: "the role {role} can't be assumed", ours: true,
		remedy: "the caller's IAM policy must allow sts:AssumeRole on the role, and the role's trust policy the caller{external}; " + whose},
	{code: "NoRole", admin: stop, user: stop, says: "the role {role} can't be assumed", ours: true,
		remedy: "check the ARN, and that STS in {region} can be reached; " + whose},
	{code: "SignInExpired", admin: stop, user: stop, says: "the AWS sign-in has expired", remedy: signIn, ours: true},
	{code: "NoProfile", admin: stop, user: stop, says: "no such AWS profile",
		remedy: "to see those there are: aws configure list-profiles", ours: true},
	{code: "NoMFACode", admin: stop, user: stop, says: "the AWS profile asks for an MFA code", ours: true,
		remedy: "put the session into the environment: eval \"$(aws configure export-credentials{profile} --format env)\""},
	{code: "BadConfiguration", admin: stop, user: stop, says: "the AWS configuration can't be used",
		remedy: "check the AWS_* variables and ~/.aws/config", ours: true},
	{code: "BadCharacter", admin: stop, user: stop, says: "the AWS configuration can't be used", ours: true,
		remedy: "write it again without that character; one is often left by copying, or by a file with Windows line ends"},
	{code: "BadBundle", admin: stop, user: stop, says: "the CA bundle can't be used", ours: true,
		remedy: "name a file of certificates in PEM, or none"},
	{code: "BadProxy", admin: stop, user: stop, says: "the proxy can't be used", ours: true,
		remedy: "write it as http://HOST:PORT, or unset it"},
	{code: "BadRegion", admin: stop, user: stop, says: "the AWS configuration can't be used", ours: true,
		remedy: "Regions are written in small letters, such as us-east-1"},
	{code: "NoRegion", admin: stop, user: stop, says: "no AWS Region",
		remedy: "name it with --region, AWS_REGION or the profile; it is the part of the pool's ID before the underscore", ours: true},
	{code: "BadEndpoint", admin: stop, user: stop, says: "the endpoint can't be used",
		remedy: "check {setter}", ours: true},
}

// Sentences and remedies that several errors share.
const (
	denied     = "the caller may not do this"
	allow      = "allow {action} on {pool} in the caller's IAM policy{instead}"
	strangers  = "AWS doesn't know the credentials"
	unsigned   = "the call was not signed as AWS wants it"
	whose      = "to see whose credentials are used: aws sts get-caller-identity{profile}"
	stale      = "the AWS credentials have expired"
	signIn     = "get new ones (aws sso login{profile}, or as you got these) and run the same command again"
	misread    = "AWS doesn't accept the signature"
	clock      = "set this machine's clock (it may be 5 minutes off), then check the secret key"
	fast       = "the service throttles"
	slower     = "{slower}"
	hasExpired = "the access token has expired"
	freshToken = "let the user sign in again, or refresh it, and give the new token"
	lacksScope = "the access token lacks the scope aws.cognito.signin.user.admin"
	askScope   = "sign the user in through the API, or let the app client allow this scope and ask for it when signing in"
	foreign    = "the endpoint is not Amazon Cognito"
	goes       = "calls go to {endpoint}"
	network    = "check the network, or give a longer --timeout; calls go to {endpoint}"
	keyless    = "the endpoint wants AWS credentials, and a call with a user's token has none"
	openly     = "calls go to {endpoint}; what stands before Amazon Cognito, such as a VPC endpoint's policy, must let everybody call {action}"
	noKeys     = "sign in (aws sso login{profile}), name a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)

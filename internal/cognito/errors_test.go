package cognito

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// verdictOf spells out what the pipeline is told.
func verdictOf(e *Error) string {
	var words []string
	for _, w := range []struct {
		word string
		is   bool
	}{{"throttle", e.Throttle()}, {"setup", e.SetUp()}, {"fatal", e.Fatal()}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	switch calls := e.Transient(); {
	case calls < 0:
		words = append(words, "again")
	case calls > 0:
		words = append(words, "calls:"+string(rune('0'+calls)))
	}
	return e.Class() + " " + strings.Join(words, " ")
}

func TestErrorsOnTheWire(t *testing.T) {
	const (
		row      = "refused "
		streak   = "setup setup"
		run      = "setup fatal"
		onceMore = "setup fatal calls:2"
		slow     = "throttled throttle again"
		retry    = "transient again"
	)
	tests := []struct {
		code    string
		status  int
		message string
		verdict string
		text    string
		hint    string
	}{
		{"TooManyRequestsException", 400, "Rate exceeded", slow, "the service throttles: TooManyRequestsException: Rate exceeded", "lower --rate"},
		{"InternalErrorException", 500, "Something went wrong.", retry, "the service failed: InternalErrorException: Something went wrong", "later"},
		{"UnexpectedLambdaException", 400, "PreSignUp failed.", "setup setup calls:3", "a Lambda trigger of the pool failed", "log"},
		{"UserLambdaValidationException", 400, "CustomMessage failed with error no.", streak, "a Lambda trigger of the pool refused the user", "log"},
		{"InvalidLambdaResponseException", 400, "Unrecognizable lambda output", streak, "a Lambda trigger of the pool gave an answer", "log"},
		{"InvalidParameterException", 400, "Invalid phone number format.", row, "the service doesn't accept the record: InvalidParameterException: Invalid phone number format", "correct"},
		{"UserNotFoundException", 400, "User does not exist.", row, "no such user: UserNotFoundException: User does not exist", "never created"},
		{"AliasExistsException", 400, "Already exists.", row, "another user signs in with this", "another value"},
		{"NotAuthorizedException", 400, "User is disabled.", streak, "the service doesn't allow this for the user", "console"},
		{"ResourceNotFoundException", 400, "User pool us-east-1_Ab12Cd34E does not exist.", run, "no such user pool", "us-east-1 was asked"},
		{"OperationNotEnabledException", 400, "Not enabled.", run, "can't be changed in this Region", "us-east-1 is a replica"},
		{"InvalidSmsRoleAccessPolicyException", 400, "", run, "may not send text messages", "sns:Publish"},
		{"InvalidSmsRoleTrustRelationshipException", 400, "", run, "doesn't trust Cognito", "cognito-idp.amazonaws.com"},
		{"InvalidEmailRoleAccessPolicyException", 400, "", run, "may not send e-mail", "SES"},
		{"ForbiddenException", 403, "Request not allowed due to WAF block.", run, "AWS WAF blocks the calls", "web ACL"},
		{"LimitExceededException", 400, "Exceeded daily email limit", run, "a limit of the account is reached", "50 e-mails a day"},
		{"AccessDeniedException", 400, "User: arn:aws:iam::111122223333:user/ops is not authorized", run, "the caller may not do this",
			"cognito-idp:AdminUpdateUserAttributes on arn:aws:cognito-idp:us-east-1:*:userpool/us-east-1_Ab12Cd34E"},
		{"UnrecognizedClientException", 400, "The security token included in the request is invalid.", run, "AWS doesn't know the credentials", "get-caller-identity"},
		{"ExpiredTokenException", 400, "The security token included in the request is expired", onceMore, "the AWS credentials have expired", "aws sso login"},
		{"InvalidSignatureException", 400, "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z", onceMore, "doesn't accept the signature", "clock"},
		{"RequestExpired", 400, "", onceMore, "doesn't accept the signature", "clock"},
		{"ThrottlingException", 400, "Rate exceeded", slow, "the service throttles", "--rate"},
		{"RequestLimitExceeded", 400, "", slow, "the service throttles", "--rate"},
		{"SlowDown", 503, "", slow, "the service throttles", "--rate"},
		{"UnknownOperationException", 400, "", run, "the endpoint is not Amazon Cognito", "calls go to http://127.0.0.1"},
		{"NobodyKnowsThisException", 400, "Surprise.", streak, "the service refused the call: NobodyKnowsThisException: Surprise", "message"},
		{"NobodyKnowsThisException", 429, "", slow, "the service refused the call", ""},
		{"ServiceUnavailableException", 503, "", retry, "the service refused the call", ""},
		{"CodeMismatchException", 400, "", streak, "the verification code is wrong", "new code"},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			// AWS writes the exception with and without its namespace.
			s := serve(t, refuseWith(tt.status, "com.amazonaws.cognito#"+tt.code, tt.message))
			_, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
			e := asError(t, err)
			if got := verdictOf(e); got != tt.verdict {
				t.Errorf("verdict %q, want %q", got, tt.verdict)
			}
			if e.Code() != tt.code || e.Op != adminUpdate || e.RequestID() != "11111111-2222-3333-4444-555555555555" {
				t.Errorf("code %s, op %s, request %s", e.Code(), e.Op, e.RequestID())
			}
			has(t, "text", e.Error(), tt.text)
			has(t, "hint", e.Hint(), tt.hint)
			if s.count() != 1 {
				t.Errorf("%d requests, want 1", s.count())
			}
		})
	}
}

func TestAnswersWithoutACode(t *testing.T) {
	tests := []struct {
		name    string
		answer  func(http.ResponseWriter, int)
		code    string
		verdict string
	}{
		{"429 empty", text(429, ""), "HTTP429", "throttled throttle again"},
		{"429 as HTML", text(429, "<html>slow down</html>"), "HTTP429", "throttled throttle again"},
		{"500 empty", text(500, ""), "HTTP500", "transient again"},
		{"502 as HTML", text(502, "<html>bad gateway</html>"), "HTTP502", "transient again"},
		{"503 cut off", text(503, `{"__type":"Serv`), "HTTP503", "transient again"},
		{"400 without a type", text(400, `{"message":"no"}`), "HTTP400", "transient again"},
		{"404 of another server", text(404, "not found"), "HTTP404", "transient again"},
		{"200 as HTML", text(200, "<html>sign in to the network</html>"), "BadAnswer", "transient again"},
		{"200 cut off", text(200, `{"a":`), "BadAnswer", "transient again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, tt.answer)
			_, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
			e := asError(t, err)
			if e.Code() != tt.code || verdictOf(e) != tt.verdict || s.count() != 1 {
				t.Errorf("got %s %q after %d requests, want %s %q", e.Code(), verdictOf(e), s.count(), tt.code, tt.verdict)
			}
			if strings.Contains(e.Error(), "<html>") {
				t.Errorf("text repeats the page: %s", e)
			}
		})
	}
}

// An empty body is how the API reference describes a success.
func TestEmptyBodyIsSuccess(t *testing.T) {
	s := serve(t, text(200, ""))
	outcome, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), goldChange())
	if outcome != pipeline.Updated || err != nil {
		t.Errorf("got %v, %v", outcome, err)
	}
}

func TestMessagesKeepSecrets(t *testing.T) {
	tests := []struct{ name, message, want string }{
		{"a constraint names the value", "1 validation error detected: Value 'ann@example.com' at 'username' failed to satisfy constraint: pattern",
			"1 validation error detected: Value (hidden) at 'username' failed to satisfy constraint: pattern"},
		{"two of them", "Value 'a' at 'x' failed; Value 'b' at 'y' failed", "Value (hidden) at 'x' failed; Value (hidden) at 'y' failed"},
		{"a quote that never closes", "Value 'ann", "Value (hidden)"},
		{"a trigger repeats an attribute", "CustomMessage failed with error +15555550100 is taken.", "CustomMessage failed with error (hidden) is taken"},
		{"the canonical request holds the token", "The request signature does not match.\n\nThe Canonical String ... x-amz-security-token:made-up-token", "The request signature does not match"},
		{"the header that was sent", "Authorization header requires 'Credential'. Authorization=AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE", "Authorization header requires 'Credential'"},
		{"control characters", "a\x1b[31mb\rc", "a[31mbc"},
		{"endless", strings.Repeat("é", 1000), strings.Repeat("é", 200)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "phone_number", Value: "+15555550100"}}}
			s := serve(t, refuseWith(400, "InvalidParameterException", tt.message))
			_, err := clientOf(t, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}).Update(t.Context(), c)
			if want := "the service doesn't accept the record: InvalidParameterException: " + tt.want; asError(t, err).Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}

// What is hidden may be anything: no UTF-8, or longer than an expression can be.
func TestHideAnything(t *testing.T) {
	long := strings.Repeat("x", 4<<20)
	for _, tt := range []struct{ name, message, value, want string }{
		{"no UTF-8", "no bad \ufffd\ufffd here", "bad \xff\xfe", "no (hidden) here"},
		{"in capitals", "no ANN@EXAMPLE.COM", "ann@example.com", "no (hidden)"},
		{"endless", "no " + long, long, "no (hidden)"},
	} {
		if got := hide(tt.message, tt.value); got != tt.want {
			t.Errorf("%s: %.80q, want %q", tt.name, got, tt.want)
		}
	}
}

// The table is read by people: each entry has a sentence and a remedy, once.
func TestTableOfExceptions(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range exceptions {
		row := x.op + " " + x.code + " " + x.message
		if seen[row] || x.message != strings.ToLower(x.message) {
			t.Errorf("%q stands twice, or has a capital", row)
		}
		seen[row] = true
		for _, s := range []string{x.says, x.remedy} {
			if s == "" || strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is empty or ends in a full stop", x.code, s)
			}
		}
		for _, op := range []string{adminUpdate, getUser, listUsers, describePool, userUpdate, ownUser} {
			e := clientOf(t, "http://127.0.0.1:1").failure(target{op: op}, x.code, x.message, nil)
			if hint := e.Hint(); strings.ContainsAny(hint, "{}") || strings.Contains(hint, "\n") {
				t.Errorf("%s: hint %q has a name left in it, or two lines", x.code, hint)
			}
		}
	}
}

func TestErrorIsAskedByThePipeline(t *testing.T) {
	var err error = &Error{verdict: once}
	var fatal pipeline.Fatal
	var transient pipeline.Transient
	var setUp pipeline.SetUp
	var slow pipeline.Throttle
	if !errors.As(err, &fatal) || !errors.As(err, &transient) || !errors.As(err, &setUp) || !errors.As(err, &slow) {
		t.Fatal("an interface is missing")
	}
}

// TestHiddenTexts: an error text repeats nothing of the user, whatever its case and lines.
func TestHiddenTexts(t *testing.T) {
	op := target{op: adminUpdate, change: &sources.Change{
		Username:   "bob@example.com",
		Attributes: []sources.Attribute{{Name: "address", Value: "12 Elm Street\nSpringfield"}},
		Expect:     []sources.Attribute{{Name: "address", Value: "3 Elm Grove"}},
	}, told: map[string]string{"ticket": "Elm", "batch": "Elm Avenue"}}
	for _, message := range []string{
		"CustomMessage failed with error user BOB@example.com is blocked",
		"bad address 12 Elm Street\nSpringfield",
		"bad address 12 elm street in it",
		"it was 3 Elm Grove before",
		"the trigger was told elm avenue",
	} {
		got := strings.ToLower(clean(message, op))
		if strings.Contains(got, "bob@") || strings.Contains(got, "elm") || !strings.Contains(got, "(hidden)") {
			t.Errorf("%q became %q", message, got)
		}
	}
}

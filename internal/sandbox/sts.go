package sandbox

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// The sandbox plays AWS's Security Token Service, too, as far as programs need it that work in roles: AssumeRole and
// GetCallerIdentity. A session is all in its token, so that it is good on every sandbox, and after a restart.

const formType = "application/x-www-form-urlencoded"

// session is a role that was assumed.
type session struct {
	ARN     string    `json:"arn"` // of the session, arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME
	Expires time.Time `json:"expires"`
}

// account is that of the session; empty: there is none.
func (s session) account() string { return accountOf(s.ARN) }

// accountOf is the account that an ARN names.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

const sessionPrefix = "sandbox."

func (s session) token() string {
	text, _ := json.Marshal(s) // of two texts
	return sessionPrefix + base64.RawURLEncoding.EncodeToString(text)
}

// sessionOf is the session in which a request was signed. Other tokens are those of somebody's own credentials, whose
// account is the server's.
func (s *Server) sessionOf(h http.Header) (of session, err error) {
	coded, ours := strings.CutPrefix(h.Get("X-Amz-Security-Token"), sessionPrefix)
	if !ours {
		return session{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(coded)
	if err == nil {
		err = json.Unmarshal(text, &of)
	}
	switch {
	case err != nil:
		return session{}, exception("UnrecognizedClientException", texts["UnrecognizedClientException"])
	case !s.cfg.Now().Before(of.Expires):
		return session{}, exception("ExpiredTokenException", texts["ExpiredTokenException"])
	}
	return of, nil
}

// sees tells whether a pool is there for a session: one of its account, or of the server's own, which everybody sees.
func (s *Server) sees(of session, p *pool) bool {
	return of.ARN == "" || p.account == of.account() || p.account == s.cfg.Account
}

// isSTS tells whether a request is for the Security Token Service, which takes forms.
func isSTS(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Content-Type"), formType) }

// callSTS carries out a request for the Security Token Service, and answers it.
func (s *Server) callSTS(w http.ResponseWriter, r *http.Request) {
	result, err := s.performSTS(r)
	if errors.Is(err, errDropped) {
		s.answer(w, nil, err)
		return
	}
	id := requestID(s.requests.Add(1))
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-Requestid", id)
	if err != nil {
		var api *apiError
		if !errors.As(err, &api) {
			api = exception("InternalFailure", err.Error())
		}
		w.WriteHeader(statusSTS(api))
		writeXML(w, stsError{Type: "Sender", Code: api.code, Message: api.message, RequestID: id})
		return
	}
	writeXML(w, result)
}

// statusSTS is the status of an error: refusals of who calls are 403.
func statusSTS(e *apiError) int {
	switch e.code {
	case "AccessDenied", "ExpiredToken", "InvalidClientTokenId", "MissingAuthenticationToken":
		return http.StatusForbidden
	default:
		return e.status()
	}
}

func writeXML(w io.Writer, v any) {
	text, _ := xml.Marshal(v) // of texts
	_, _ = w.Write(text)      // an error here is the client's going away
}

type stsError struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (s *Server) performSTS(r *http.Request) (any, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, errDropped
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, exception("MalformedQueryString", "the form cannot be read")
	}
	action := form.Get("Action")
	if action != "AssumeRole" && action != "GetCallerIdentity" {
		return nil, exception("InvalidAction", "Could not find operation "+action+" for version 2011-06-15")
	}
	if r.Header.Get("Authorization") == "" {
		return nil, exception("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	if fault := s.faults.hooked(action, form.Get("RoleArn")); fault != nil {
		s.pause(fault.Delay)
		if err := s.suffer(r, *fault); err != nil {
			return nil, err
		}
	}
	s.pause(s.faults.delay())
	caller, err := s.sessionOf(r.Header)
	if err != nil {
		return nil, exception("ExpiredToken", texts["ExpiredTokenException"])
	}
	if action == "AssumeRole" {
		return s.assumeRole(form)
	}
	return s.callerIdentity(caller), nil
}

type callerIdentity struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN     string   `xml:"GetCallerIdentityResult>Arn"`
	UserID  string   `xml:"GetCallerIdentityResult>UserId"`
	Account string   `xml:"GetCallerIdentityResult>Account"`
}

func (s *Server) callerIdentity(of session) callerIdentity {
	if of.ARN == "" {
		return callerIdentity{ARN: "arn:aws:iam::" + s.cfg.Account + ":user/sandbox", UserID: "AIDASANDBOXSANDBOXSAN", Account: s.cfg.Account}
	}
	return callerIdentity{ARN: of.ARN, UserID: "AROASANDBOXSANDBOXSAN:" + of.ARN[strings.LastIndex(of.ARN, "/")+1:], Account: of.account()}
}

var (
	stsRole    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/(?:[!-~]*/)?([A-Za-z0-9+=,.@_-]{1,64})$`)
	stsSession = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{2,64}$`)
)

type assumedRole struct {
	XMLName     xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	ARN         string   `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	RoleID      string   `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	AccessKeyID string   `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	Secret      string   `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
	Token       string   `xml:"AssumeRoleResult>Credentials>SessionToken"`
	Expiration  string   `xml:"AssumeRoleResult>Credentials>Expiration"`
}

// assumeRole gives credentials for any role. Whom a role trusts is a fault's to say.
func (s *Server) assumeRole(form url.Values) (any, error) {
	role := stsRole.FindStringSubmatch(form.Get("RoleArn"))
	name := form.Get("RoleSessionName")
	seconds := 3600
	if text := form.Get("DurationSeconds"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 900 || seconds > 43200 {
			return nil, exception("ValidationError", "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200")
		}
	}
	switch {
	case role == nil:
		return nil, exception("ValidationError", form.Get("RoleArn")+" is invalid")
	case !stsSession.MatchString(name):
		return nil, exception("ValidationError", "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	}
	of := session{
		ARN:     fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", role[1], role[2], name),
		Expires: s.cfg.Now().Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second),
	}
	return assumedRole{
		ARN: of.ARN, RoleID: "AROASANDBOXSANDBOXSAN:" + name,
		AccessKeyID: "ASIA" + s.letters(capitals+figures, 16), Secret: s.letters(capitals+small+figures, 40),
		Token: of.token(), Expiration: of.Expires.Format(time.RFC3339),
	}, nil
}

package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	targetPrefix = "AWSCognitoIdentityProviderService."
	contentType  = "application/x-amz-json-1.1"
	maxBody      = 1 << 20
)

// apiError is an error as AWS answers it.
type apiError struct {
	code, message string
	http          int // status, from 400 to 599; else as AWS answers the exception
}

func exception(code, message string) *apiError { return &apiError{code: code, message: message} }

func (e *apiError) Error() string { return e.code + ": " + e.message }

func (e *apiError) status() int {
	if e.http >= 400 && e.http < 600 {
		return e.http
	}
	switch e.code {
	case "InternalErrorException":
		return http.StatusInternalServerError
	case "RequestEntityTooLargeException":
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusBadRequest
	}
}

func invalidParameter(format string, args ...any) error {
	return exception("InvalidParameterException", fmt.Sprintf(format, args...))
}

// invalidMember is the error of a request that breaks a constraint of the API's model.
func invalidMember(member, constraint string) error {
	return invalidParameter("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must %s",
		member, constraint)
}

// errDropped ends a request without an answer.
var errDropped = errors.New("connection dropped")

// ServeHTTP answers an API request (POST /), or says what this is (GET / and GET /health).
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		http.Error(w, "the sandbox is closing", http.StatusServiceUnavailable)
		return
	}
	defer s.gate.RUnlock()
	switch {
	case r.URL.Path != "/" && r.URL.Path != "/health":
		http.NotFound(w, r)
	case r.Method == http.MethodPost && isSTS(r):
		s.callSTS(w, r)
	case r.Method == http.MethodPost:
		body, err := s.call(r)
		s.answer(w, body, err)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.describe(w)
	default:
		http.Error(w, "the API takes POST", http.StatusMethodNotAllowed)
	}
}

// describe says in plain text what the server holds.
func (s *Server) describe(w io.Writer) {
	fmt.Fprintln(w, "attrmigrate sandbox: a local Amazon Cognito")
	for _, p := range s.allPools() {
		fmt.Fprintf(w, "%s %d users\n", p.id, p.size())
	}
}

// answer writes the body, or the error in its place.
func (s *Server) answer(w http.ResponseWriter, body []byte, err error) {
	if errors.Is(err, errDropped) {
		if conn, _, hijackErr := http.NewResponseController(w).Hijack(); hijackErr == nil {
			_ = conn.Close()
			return
		}
		err = exception("InternalErrorException", "this connection cannot be dropped")
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("X-Amzn-Requestid", requestID(s.requests.Add(1)))
	if err == nil {
		_, _ = w.Write(body) // an error here is the client's going away
		return
	}
	var api *apiError
	if !errors.As(err, &api) {
		api = exception("InternalErrorException", err.Error())
	}
	header.Set("X-Amzn-Errortype", api.code)
	w.WriteHeader(api.status())
	_, _ = w.Write(errorBody(api))
}

func errorBody(e *apiError) []byte {
	// Message texts may hold what a client sent; encoding replaces what is not valid UTF-8.
	body, _ := json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{e.code, e.message}, jsontext.AllowInvalidUTF8(true))
	return body
}

// requestID returns n in the shape of a UUID.
func requestID(n uint64) string {
	id := []byte("5a4d0b0c-0000-4000-8000-000000000000")
	digits := strconv.AppendUint(make([]byte, 0, 16), n, 16)
	copy(id[max(24, len(id)-len(digits)):], digits[max(0, len(digits)-12):])
	return string(id)
}

// operationName returns the operation that the headers ask for.
func operationName(h http.Header) (string, error) {
	name, ok := strings.CutPrefix(h.Get("X-Amz-Target"), targetPrefix)
	if !ok || operations[name].handle == nil {
		return "", exception("UnknownOperationException", "")
	}
	if h.Get("Authorization") == "" && !operations[name].unsigned {
		return "", exception("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	return name, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// decodeBody reads a request into the operation's own type, and holds it against the model of the API. The body does
// not outlive it: what is decoded is copied.
func decodeBody(body io.Reader, operation string) (decoded request, invalid, err error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if _, err := buffer.ReadFrom(io.LimitReader(body, maxBody+1)); err != nil {
		return nil, nil, errDropped // the client went away in the middle
	}
	if buffer.Len() > maxBody {
		return nil, nil, exception("RequestEntityTooLargeException", "the request is over 1 MiB")
	}
	invalid = checkRequest(operation, buffer.Bytes())
	var wrong *apiError
	if errors.As(invalid, &wrong) && wrong.code == "SerializationException" {
		return nil, nil, wrong
	}
	if decoded, err = operations[operation].decode(buffer.Bytes()); err != nil {
		return nil, nil, exception("SerializationException", err.Error())
	}
	return decoded, invalid, nil
}

// unmarshal decodes as AWS does: unknown members are ignored, and of a repeated one the last counts.
func unmarshal(data []byte, into any) error {
	return json.Unmarshal(data, into, jsontext.AllowDuplicateNames(true))
}

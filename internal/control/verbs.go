package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

// said is what every verb may say.
type said struct {
	By     string `json:"by"` // believed where only the owner of the run can connect
	Reason string `json:"reason"`
}

func (s said) told() said { return s }

// The bodies of the verbs.
type (
	pauseBody struct {
		said
		For string `json:"for"` // a duration; empty: until somebody says otherwise
	}
	unpauseBody struct{ said }
	limitsBody  struct {
		said
		Rate     jsontext.Value `json:"rate"` // a number, or null to lift it; absent: it stays
		ReadRate jsontext.Value `json:"read_rate"`
	}
	stopBody struct {
		said
		Now bool `json:"now"`
	}
)

// verbs are the routes that do something. by names who asks, of what the body says.
func verbs(d *Desk, by func(r *http.Request, said string) string) routes {
	return routes{
		{http.MethodPost, "/v1/pause", verb(by, func(b pauseBody, o rundir.Order) (rundir.Standing, error) {
			until, err := b.until(o.At)
			if err != nil {
				return rundir.Standing{}, err
			}
			return d.Pause(o, until)
		})},
		{http.MethodPost, "/v1/unpause", verb(by, func(_ unpauseBody, o rundir.Order) (rundir.Standing, error) { return d.Unpause(o) })},
		{http.MethodPatch, "/v1/limits", verb(by, func(b limitsBody, o rundir.Order) (rundir.Standing, error) {
			l, err := b.limits()
			if err != nil {
				return rundir.Standing{}, err
			}
			return d.Limit(o, l)
		})},
		{http.MethodPost, "/v1/stop", verb(by, func(b stopBody, o rundir.Order) (rundir.Standing, error) { return d.Stop(o, b.Now) })},
	}
}

// verb decodes a body, has the desk do what it asks, and answers with the new status.
func verb[B interface{ told() said }](by func(*http.Request, string) string, do func(B, rundir.Order) (rundir.Standing, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body B
		if !decoded(w, r, &body) {
			return
		}
		told := body.told()
		s, err := do(body, rundir.Order{At: time.Now().UTC(), By: by(r, told.By), Reason: told.Reason})
		switch {
		case err == nil:
			answer(w, http.StatusOK, s)
		case errors.Is(err, ErrEnded):
			answer(w, http.StatusConflict, s)
		default:
			code := http.StatusInternalServerError
			if _, ok := errors.AsType[*refusal.UsageError](err); ok {
				code = http.StatusBadRequest
			}
			refuse(w, code, err.Error(), refusal.HintOf(err))
		}
	}
}

// decoded reads a body, and answers where it is none that the verb takes. An empty one says nothing.
func decoded[B interface{ told() said }](w http.ResponseWriter, r *http.Request, into *B) bool {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", mostBody), "")
		return false
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body did not come whole", "")
		return false
	}
	if len(data) == 0 {
		return true
	}
	if err := unmarshal(data, into); err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), refusal.HintOf(err))
		return false
	}
	return true
}

// unmarshal reads a body strictly: one object, no name that is not known or comes twice, no text that is too long.
func unmarshal[B interface{ told() said }](data []byte, into *B) error {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return &refusal.UsageError{Err: errors.New("the body is no JSON object"), Remedy: `such as {"reason": "support called"}`}
	}
	if err := json.Unmarshal(data, into, json.RejectUnknownMembers(true)); err != nil {
		return bodyError(err)
	}
	told := (*into).told()
	if utf8.RuneCountInString(told.By) > mostReason || utf8.RuneCountInString(told.Reason) > mostReason {
		return refusal.Usagef("by and reason have %d characters at most", mostReason)
	}
	return nil
}

// bodyError says in our words what is wrong with a body.
func bodyError(err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		name := semantic.JSONPointer.LastToken()
		if errors.Is(err, json.ErrUnknownName) {
			return &refusal.UsageError{Err: fmt.Errorf("the body has a name that is not known: %q", name), Remedy: "names are written as documented, in small letters"}
		}
		return refusal.Usagef("%s is of another type than it has to be", name)
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return refusal.Usagef("the body is no JSON, at byte %d", syntactic.ByteOffset)
	}
	return refusal.Usagef("the body is no JSON")
}

// until is when a pause is to end; zero: when somebody says so.
func (b pauseBody) until(now time.Time) (time.Time, error) {
	if b.For == "" {
		return time.Time{}, nil
	}
	span, err := time.ParseDuration(b.For)
	if err != nil {
		return time.Time{}, &refusal.UsageError{Err: errors.New("for is no duration"), Remedy: "such as 30m or 1h30m; left out, the pause lasts until somebody ends it"}
	}
	if err := rundir.CheckPause(span); err != nil {
		return time.Time{}, err
	}
	return now.Add(span), nil
}

// limits are those that the body sets or lifts.
func (b limitsBody) limits() (Limits, error) {
	l := Limits{SetRate: b.Rate != nil, SetReadRate: b.ReadRate != nil}
	if !l.SetRate && !l.SetReadRate {
		return l, &refusal.UsageError{Err: errors.New("neither rate nor read_rate is there"), Remedy: `such as {"rate": 10}; null lifts a ceiling that was set`}
	}
	var err error
	if l.Rate, err = ceiling("rate", b.Rate); err != nil {
		return l, err
	}
	l.ReadRate, err = ceiling("read_rate", b.ReadRate)
	return l, err
}

// ceiling is a number, or nil for null or nothing.
func ceiling(name string, raw jsontext.Value) (*float64, error) {
	if raw == nil || raw.Kind() == 'n' {
		return nil, nil
	}
	var perSecond float64
	if err := json.Unmarshal(raw, &perSecond); err != nil {
		return nil, &refusal.UsageError{Err: fmt.Errorf("%s is no number", name), Remedy: "a number sets a ceiling, and null lifts the one that was set"}
	}
	return &perSecond, rundir.CheckRate(perSecond)
}

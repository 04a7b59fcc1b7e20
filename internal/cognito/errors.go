package cognito

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"attrmigrate/sources"
)

// Error is a call that failed, or (without Op) a client that could not be made.
type Error struct {
	// Op is the AWS operation, as the API names it.
	Op string
	// Err is what the SDK or the network said. Its text may hold what the text of the Error leaves out:
	// do not print it. It may be nil, and is for a call with a user's token.
	Err error

	exception exception
	verdict   verdict
	code      string
	message   string
	requestID string
	client    *Client
	pool      string
}

// target is what a call was about.
type target struct {
	op     string
	pool   string
	change *sources.Change   // nil if it was about no record
	hidden []string          // what was sent besides and must not be told
	told   map[string]string // client metadata: a trigger may repeat what it is told
	token  string            // the user's own
}

// Error tells what is wrong in a sentence of ours, then AWS's exception and message.
func (e *Error) Error() string {
	text := e.exception.says
	if e.client != nil {
		text = e.client.fill(text, e)
	}
	if !e.exception.ours {
		text += ": " + e.code
	}
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// Unwrap returns what the SDK or the network said.
func (e *Error) Unwrap() error { return e.Err }

// Code is the name of AWS's exception, or ours of what happened instead of an answer (Timeout,
// NoConnection, HTTP502, ...).
func (e *Error) Code() string { return e.code }

// RequestID is AWS's number of the call, for its support, if there was an answer.
func (e *Error) RequestID() string { return e.requestID }

// Class is "refused" (the record), "token" (the record's access token), "throttled", "transient" or
// "setup" (the pool, the caller or the machine).
func (e *Error) Class() string { return e.verdict.ruling().class }

// Answer says that the service gave the error as its answer, rather than the network, a proxy or this program.
func (e *Error) Answer() bool { return !e.exception.ours && !strings.HasPrefix(e.code, "HTTP") }

// Throttle says that the call was refused because of its pace.
func (e *Error) Throttle() bool { return e.verdict == throttle }

// Transient is the number of calls that a record may have which keeps getting this error: 0 for none
// but the first, -1 for the run's own maximum.
func (e *Error) Transient() int { return e.verdict.ruling().calls }

// Fatal says that the run must stop, once Transient calls have been made.
func (e *Error) Fatal() bool { return e.verdict.ruling().fatal }

// SetUp says that many of these in a row stop the run, since the set-up causes them and not a record.
func (e *Error) SetUp() bool { return e.verdict.ruling().setUp }

// failure is an error of an operation, or of none, by the table of exceptions. It keeps nothing that may
// not be told: not the record, nor the token, nor what the message repeats of them.
func (c *Client) failure(op target, code, message string, err error) *Error {
	x := lookup(op.op, code, message)
	return &Error{Op: op.op, Err: err, exception: x, verdict: x.verdict(op.op),
		code: hideParts(code, op.token), message: clean(message, op), client: c, pool: op.pool}
}

// expired says that the error can be mended by fresh credentials.
func expired(err error) bool {
	e, ok := err.(*Error)
	return ok && e.exception.renews
}

// maxMessage is how much of a message is kept, in bytes.
const maxMessage = 400

// clean makes AWS's message fit for logs and reports: one line, no values of the record, nothing
// signed. (The second paragraph of a signature error holds the session token.)
func clean(message string, op target) string {
	message = hideQuoted(hideTexts(strings.TrimSpace(message), op))
	message, _, _ = strings.Cut(message, "\n") // only now: a value may hold a line end
	for _, secret := range []string{"Authorization=", "Signature="} {
		message, _, _ = strings.Cut(message, secret)
	}
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, message)
	message = hideParts(message, op.token) // last: what lay between its parts is gone now
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	return strings.TrimRight(message, ". ")
}

// hideTexts blots out what the request said of its user: the names, the values and each of their lines; and what a
// trigger sees besides: the values of before, and client metadata. A text goes before what is part of it.
func hideTexts(message string, op target) string {
	texts := slices.Clone(op.hidden)
	if c := op.change; c != nil {
		texts = append(texts, c.Username)
		for _, a := range slices.Concat(c.Attributes, c.Expect) {
			texts = append(texts, a.Value)
			if strings.Contains(a.Value, "\n") {
				texts = append(texts, strings.Split(a.Value, "\n")...)
			}
		}
	}
	if t, err := ParseToken(op.token); err == nil {
		texts = append(texts, t.Username, t.Subject)
	}
	texts = slices.AppendSeq(texts, maps.Values(op.told))
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	for _, text := range texts {
		message = hide(message, strings.TrimSpace(text))
	}
	return message
}

// hideQuoted blots out the value that a validation error repeats: Value '...' at 'username' failed
// to satisfy constraint.
func hideQuoted(message string) string {
	const opens, closes = "Value '", "' at '"
	before, rest, found := strings.Cut(message, opens)
	if !found {
		return message
	}
	_, after, found := strings.Cut(rest, closes)
	if !found {
		return before + "Value (hidden)"
	}
	return before + "Value (hidden) at '" + hideQuoted(after)
}

// longestName is more than any name, address or attribute has, in bytes: what is longer makes no expression.
const longestName = 16 << 10

// hide blots out a value. One of fewer than four bytes is left: it tells nothing, and would blot out
// half of the message.
func hide(message, value string) string {
	if len(value) < 4 {
		return message
	}
	value = string([]rune(value)) // as JSON has it, where it is no UTF-8
	if len(value) > longestName {
		return strings.ReplaceAll(message, value, "(hidden)")
	}
	// Cognito folds the case of names and addresses, and may repeat them folded.
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(value)).ReplaceAllLiteralString(message, "(hidden)")
}

// leastPart is how long a part of a token must be to be blotted out: 8 characters stand for 6 bytes of
// a name or a signature.
const leastPart = 8

// hideParts blots out every part of a secret that the message repeats.
func hideParts(message, secret string) string {
	if secret == "" {
		return message
	}
	const most = 10 * maxMessage // of what is looked at; the rest would be cut off anyway
	if len(message) > most {
		message = strings.ToValidUTF8(message[:most], "")
	}
	var told strings.Builder
	for len(message) > 0 {
		n := repeated(message, secret)
		if n == 0 {
			n = 1
			told.WriteByte(message[0])
		} else {
			told.WriteString("(hidden)")
		}
		message = message[n:]
	}
	return told.String()
}

// repeated is how much of the secret the message begins with, if it is enough to matter.
func repeated(message, secret string) int {
	n := leastPart
	if len(message) < n || !strings.Contains(secret, message[:n]) {
		return 0
	}
	for n < len(message) && strings.Contains(secret, message[:n+1]) {
		n++
	}
	return n
}

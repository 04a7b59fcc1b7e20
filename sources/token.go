package sources

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// tokenNames are the column and the keys under which an access token stands.
var tokenNames = []string{"access_token", "AccessToken"}

func isTokenName(name string) bool { return slices.Contains(tokenNames, name) }

// tokenBegin is the beginning of a JSON object in base64, as which every token of Cognito's begins.
const tokenBegin = "eyJ"

// maxTokenHeader is how long the first part of a token may be; those of Cognito have some hundred bytes.
const maxTokenHeader = 1 << 10

// isToken tells whether a text looks like a token of Cognito's, or has one in it: a JSON object in base64,
// and a point behind it. Addresses of pictures, which are full of chance, are to be none.
func isToken(text string) bool {
	for {
		i := strings.Index(text, tokenBegin)
		if i < 0 {
			return false
		}
		header, _, found := strings.Cut(text[i:min(i+maxTokenHeader, len(text))], ".")
		if found && isObjectInBase64(header) {
			return true
		}
		text = text[i+len(tokenBegin):]
	}
}

func isObjectInBase64(text string) bool {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && jsontext.Value(plain).IsValid()
}

// checkToken refuses what can't be a token; what a token says is looked at elsewhere.
func checkToken(field, text string) *RecordError {
	switch text {
	case "":
		return &RecordError{code: codeMissingToken, field: field, msg: "there is no access token", hint: "give each record the access token of its user"}
	case Redacted:
		return &RecordError{code: codeRedactedToken, field: field, msg: "this is a report, which keeps no access tokens",
			hint: "apply these records from the original input, which has the tokens"}
	}
	return nil
}

// mayHoldToken tells whether a text may have an access token in it, in a change set that need not have
// any: whoever mixes up two files must not find tokens in a report.
func mayHoldToken(text []byte) bool {
	return bytes.Contains(text, []byte(tokenBegin)) || mayNameToken(text)
}

// mayNameToken tells whether the name of a token may stand in a text.
func mayNameToken(text []byte) bool {
	if !bytes.Contains(text, []byte("oken")) && !bytes.Contains(text, []byte("OKEN")) {
		return false
	}
	lower := bytes.ToLower(text)
	return bytes.Contains(lower, []byte("access_token")) || bytes.Contains(lower, []byte("accesstoken"))
}

// redactLine is what is kept of a line, and whether there are tokens in it. Of one that is no JSON nothing is kept, and there
// may be some if one is named there or something looks like one.
func redactLine(text []byte) (kept []byte, redacted bool) {
	kept = withoutTokens(text)
	redacted = !bytes.Equal(kept, text)
	if string(kept) == Redacted {
		redacted = redacted && (mayNameToken(text) || isToken(string(text)))
	}
	return kept, redacted
}

// withoutTokens returns a JSON value with <redacted> for the access tokens in it, at any depth: for what
// stands under the name of one, unless that is nothing, and for every text that looks like one. Of a text that is no JSON nothing
// is left: where a token begins and ends can't be told.
func withoutTokens(text []byte) []byte {
	var out []byte
	done := 0 // of text, what is in out
	d := jsontext.NewDecoder(bytes.NewBuffer(bytes.Clone(text)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	named := false // as a token, what comes next
	for {
		part, err := readPart(d, named)
		switch {
		case err == io.EOF:
			return append(out, text[done:]...)
		case err != nil:
			return []byte(Redacted)
		}
		plain := unquoted(part)
		if named && !isNothing(part.Kind(), plain) || isToken(plain) {
			end := int(d.InputOffset())
			out = append(out, text[done:end-len(part)]...)
			out = append(out, `"`+Redacted+`"`...)
			done = end
		}
		named = isName(d) && slices.ContainsFunc(tokenNames, func(n string) bool { return strings.EqualFold(n, plain) })
	}
}

// isNothing tells whether what stands in the place of a token is none: null, blank, or what a report has there.
func isNothing(kind jsontext.Kind, plain string) bool {
	return kind == 'n' || kind == '"' && isNoToken(plain)
}

// isNoToken tells whether a text in the place of a token is none.
func isNoToken(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || text == Redacted
}

// readPart reads a string, a bracket or another scalar, or whatever it is as a whole. Only of the last,
// and of strings, it returns the text.
func readPart(d *jsontext.Decoder, whole bool) (jsontext.Value, error) {
	if whole || d.PeekKind() == '"' {
		return d.ReadValue()
	}
	_, err := d.ReadToken()
	return nil, err
}

// unquoted is the text of a JSON string, "" for another value.
func unquoted(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	plain, err := jsontext.AppendUnquote(nil, v)
	if err != nil { // it is not UTF-8
		return string(v[1 : len(v)-1])
	}
	return string(plain)
}

// isName tells whether what was read last is the name of a member.
func isName(d *jsontext.Decoder) bool {
	kind, n := d.StackIndex(d.StackDepth())
	return kind == '{' && n%2 == 1
}

// redact takes tokens out of what is kept of a row whose values were read: they may stand in other columns,
// such as those of the other tokens that signing in returns, or be put there by mistake. It tells whether there were any.
func redact(rows []Row) (found bool) {
	for _, row := range rows {
		for i, cell := range row.Cells {
			if isToken(cell) {
				row.Cells[i], found = Redacted, true
			}
		}
	}
	return found
}

// tokenFinder looks for tokens in a text that is written to it, and for their names.
type tokenFinder struct {
	behind []byte // the end of what was written, in which a token may begin
	found  bool
}

func (f *tokenFinder) Write(b []byte) (int, error) {
	text := append(f.behind, b...)
	f.found = f.found || mayNameToken(text) || isToken(string(text))
	f.behind = append(f.behind[:0], text[max(0, len(text)-maxTokenHeader):]...)
	return len(b), nil
}

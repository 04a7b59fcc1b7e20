package sources

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// owner is whose rows the rows of a long record are. A row that cannot be decoded may still begin with the cell that
// names its user; where it does not, nobody knows whose it is.
type owner struct {
	user  string
	known bool   // by a row that could be decoded
	text  string // of one that could not, from the user's cell on
}

// ownerOf is whose row a row is.
func (h *header) ownerOf(r *row) owner {
	if r.cells != nil && !h.blank(r) && isText(r.user) && strings.TrimSpace(r.user) != "" && !isLost(r.err) {
		return owner{user: r.user, known: true}
	}
	text := h.fromUser(r)
	return owner{user: h.userIn(text), text: text}
}

// isLost tells whether the error of a row is that it does not say whom it is for.
func isLost(err *RecordError) bool {
	return err != nil && (err.code == codeMissingUsername || err.code == codeMissingToken || err.code == codeRedactedToken)
}

// blank tells whether a row says nothing but what an earlier run could not decode.
func (h *header) blank(r *row) bool { return r.err != nil && h.raw >= 0 && h.undecodable(r.cells) }

// fromUser is the text of a row that could not be decoded, now or by an earlier run, if it begins with the cell of the
// user: else "", for a separator too many or too few moves every cell behind it.
func (h *header) fromUser(r *row) string {
	switch {
	case len(h.tokens) > 0: // nothing of it is kept
		return ""
	case r.cells == nil && h.user == 0:
		return string(r.text)
	case r.cells != nil && h.blank(r) && h.userIsFirst():
		text, _ := textOf(r.cells[h.raw])
		return text
	}
	return ""
}

// userIsFirst tells whether the column of the user is the first but for those of a report.
func (h *header) userIsFirst() bool {
	for _, r := range h.roles[:h.user] {
		if r != roleReport {
			return false
		}
	}
	return true
}

// userIn is the user that a text which could not be decoded begins with, and "" if that can't be told: where the first
// cell has quotes or blanks in it, or cells are missing behind it, it may be the rest of a value that had a line end.
func (h *header) userIn(text string) string {
	user, _, found := strings.Cut(text, string(h.separator))
	if !found || strings.Count(text, string(h.separator)) < len(h.names)-1 {
		return ""
	}
	if strings.ContainsAny(user, "\" ") || !isText(user) {
		return ""
	}
	return user
}

// lost tells whether nobody knows whose rows they are.
func (o owner) lost() bool { return o.user == "" && !o.known }

// joins tells whether rows that follow each other belong to one record, as far as it can be told. A row that names no
// user joins the rows behind it: a record has to be read the same from each place where reading can begin.
func (o owner) joins(next owner) bool {
	switch {
	case o.lost():
		return !next.lost()
	case o.known && next.known:
		return sameUser(o.user, next.user)
	case o.known:
		return next.names(o.user)
	case next.lost():
		return false
	case next.known:
		return o.names(next.user)
	default:
		return o.user == next.user
	}
}

// and is the owner of both.
func (o owner) and(next owner) owner {
	if o.known || next.lost() {
		return o
	}
	return next
}

// names tells whether a text that could not be decoded begins with a user.
func (o owner) names(user string) bool {
	if sameUser(o.user, user) {
		return true
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(o.text, ` "`), plainName(user))
	return ok && (rest == "" || strings.ContainsAny(rest[:1], ",;\t\" \r\n"))
}

// sameUser tells whether two cells name one user: they may differ in what nobody sees.
func sameUser(a, b string) bool { return a == b || plainName(a) == plainName(b) }

// plainName is a name without blanks and invisible characters at its ends.
func plainName(name string) string {
	return strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) })
}

// isText tells whether a cell is text that Cognito can store.
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

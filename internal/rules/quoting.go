package rules

import (
	"regexp"
	"strings"
	"unicode"
)

// unparsed says what keeps an expression from being read: if it looks like a mistake of quoting, or like another language, that.
func (b *binder) unparsed(err error) *mistake {
	said, from := asFileError(err)
	m := plainly(said, from)
	switch {
	case from < len(b.source) && strings.HasPrefix(said, "unrecognized character"):
		b.strange(m, b.source[from])
	case said == "literal not terminated" && len(b.source) > 0 && b.source[0] == '\'':
		m.msg = "it begins with a ' that has no end"
		m.hint = `cmd does not know single quotation marks: put the whole of it in double ones, and write \" for each inside`
	case said == "literal not terminated" && !b.inFile:
		m.hint = shellTookThem
	case strings.HasPrefix(said, "unexpected"):
		b.unexpected(m)
	}
	return m
}

// strange explains a character that no expression has.
func (b *binder) strange(m *mistake, r rune) {
	next := rune(0)
	if m.at+1 < len(b.source) {
		next = b.source[m.at+1]
	}
	switch {
	case strings.ContainsRune("“”„‟‘’‚«»", r):
		m.msg = string(r) + ` is no quotation mark here: a document has made it of " or '`
		m.hint = `write " or '`
	case r == '\\' && next == '!':
		m.msg = `a \ stands before the !`
		m.hint = "a shell has put it there, or left it: in single quotation marks ! needs none"
	case r == '\\':
		m.msg = `a \ stands before a quotation mark or a name`
		m.hint = "a shell has left it: put the whole of it in single quotation marks, and write those inside as they are"
	case r == '@' || r == '\'' || r == '"':
		m.hint = b.notText()
	case !unicode.IsPrint(r):
		m.msg = "there is an invisible character"
		m.hint = "type it anew: it came with a copy"
	}
}

// words of SQL and of other languages, and what is said here.
var foreign = map[string]string{
	"and": "and", "or": "or", "not": "not", "in": "in", "is": "== nil or != nil", "like": "contains, startsWith, endsWith or matches",
	"ilike": "matches", "between": "A >= LOW and A <= HIGH", "eq": "==", "ne": "!=", "gt": ">", "lt": "<", "then": "CONDITION ? A : B",
}

var lastToken = regexp.MustCompile(`\S+\s*$`)

// unexpected explains a word or a sign where none is wanted.
func (b *binder) unexpected(m *mistake) {
	if m.msg == tooEarly {
		m.at = len(b.source)
		if b.inFile {
			m.hint = "in YAML \" #\" begins a comment: put the expression below a | in a line of its own"
		}
		return
	}
	from := min(m.at, len(b.source))
	before := string(b.source[:from])
	last := strings.TrimSpace(lastToken.FindString(before))
	rest := string(b.source[from:])
	word := regexp.MustCompile(`^\w*`).FindString(rest)
	switch ours := foreign[strings.ToLower(word)]; {
	case ours != "" && ours != word:
		m.msg, m.hint = word+" is called otherwise", "write "+ours
	case strings.HasPrefix(rest, "=") && (strings.HasSuffix(last, "==") || strings.HasSuffix(last, "!=")):
		m.msg, m.hint = last[len(last)-2:]+"= has one = too many", "write "+last[len(last)-2:]
	case strings.HasPrefix(rest, "="):
		m.msg, m.hint = "a single = compares nothing", "write =="
	case strings.HasPrefix(rest, ">") && strings.HasSuffix(last, "<"):
		m.msg, m.hint = "<> is called !=", "write !="
	case strings.HasPrefix(rest, "#"):
		m.msg = "# stands only inside of any(), filter() and the like"
	case strings.HasPrefix(rest, "&"):
		m.hint = "write and"
	case strings.HasPrefix(rest, ":"):
		b.colon(m, before, rest[1:])
	case word != "" && before != "":
		m.hint = b.notText()
	}
}

var endOfName = regexp.MustCompile(`[\w:]+$`)

// colon explains custom:tier, which is custom.tier here.
func (b *binder) colon(m *mistake, before, behind string) {
	name := endOfName.FindString(before)
	bare := regexp.MustCompile(`^[\w:-]+`).FindString(behind)
	if (name == "custom" || name == "dev") && bare != "" {
		full := name + ":" + bare
		m.msg, m.hint = full+" is written otherwise in an expression", "write "+spelled(full)
	}
}

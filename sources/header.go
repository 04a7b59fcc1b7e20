package sources

import (
	"fmt"
	"slices"
	"strings"
)

// Column is a CSV column that holds an attribute.
type Column struct {
	Cell      string // the text of the header's cell, trimmed
	Attribute string // the attribute that it means, after Options.Rename
	Expect    bool   // a precondition, not a value to write
}

// rawColumn holds, in a report of failed records, a row that could not be decoded.
const rawColumn = "_raw"

// role is what the cells of a column are for.
type role int

const (
	roleNothing   role = iota // ignored by option, or never written
	roleReport                // begins with _, as our own reports' columns do
	roleNameless              // stands at the end without a name, as spreadsheets write columns that were emptied
	roleUsername              // names the user
	roleToken                 // is the user's access token
	roleData                  // of data: a value for whoever asks for it
	roleSet                   // wide: the value of an attribute
	roleExpect                // wide: the expected value of an attribute
	roleMetadata              // wide: the value of a key of the client metadata
	roleAttribute             // long: the name of an attribute
	roleValue                 // long: its value
)

// The columns of a long CSV beside the one that names the user. No attribute is called so.
const (
	longAttribute = "attribute"
	longValue     = "value"
)

// header is the meaning of a CSV header.
type header struct {
	cells      []string // as they stood
	names      []string // their texts, trimmed
	roles      []role
	attributes []string // for roleSet and roleExpect, and the keys for roleMetadata
	setting    int      // how many columns are roleSet
	separator  rune
	feeds      bool // it ends in a line feed
	long       bool
	user       int   // index of the column that names the user, or holds the access token
	tokens     []int // indices of all columns with access tokens
	nameless   []int // indices of those at the end that have no name
	raw        int   // index of rawColumn, or -1
}

// readHeader finds the meaning of the header's cells, or says why they have none.
func readHeader(cells []string, separator rune, opts *Options) (*header, *FileError) {
	h := &header{cells: cells, separator: separator, names: make([]string, len(cells)),
		roles: make([]role, len(cells)), attributes: make([]string, len(cells))}
	for i, cell := range cells {
		name, _ := textOf(strings.TrimSpace(cell))
		h.names[i] = strings.TrimSpace(name)
	}
	h.raw = slices.Index(h.names, rawColumn)
	steps := []func(*Options) *FileError{h.checkCells, h.checkNames, h.findUser, h.assign, h.checkOptions, h.checkTwice}
	if opts.Data {
		steps = []func(*Options) *FileError{h.checkCells, h.assignData}
	}
	for _, step := range steps {
		if err := step(opts); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// checkCells refuses two columns of one name, and another separator.
func (h *header) checkCells(opts *Options) *FileError {
	if other, ok := otherSeparator(h.names[0]); ok && len(h.names) == 1 {
		return h.notSeparated(other, opts)
	}
	if i := slices.IndexFunc(h.names, isToken); i >= 0 { // before any other error, which may list the names
		refusal := h.refuse(fmt.Sprintf("column %d is named by what looks like an access token", i+1), "the first line has to name the columns")
		refusal.Err = ErrTokens
		return refusal
	}
	first := map[string]int{}
	for i, name := range h.names {
		if j, ok := first[name]; ok && name != "" {
			return h.refuse(fmt.Sprintf("columns %d and %d are both named %q", j+1, i+1, name), "remove or rename one of them")
		}
		first[name] = i
	}
	return nil
}

// checkNames refuses columns without a name, and names that name nothing.
func (h *header) checkNames(*Options) *FileError {
	for i, name := range h.names {
		switch {
		case name == "" && h.endsAt(i):
			h.nameless = append(h.nameless, i)
		case name == "":
			return h.refuse(fmt.Sprintf("column %d has no name", i+1), "name the column or remove it; "+h.seen())
		case name == expectPrefix:
			return h.refuse(fmt.Sprintf("column %d, %q, names no attribute", i+1, name), "write expect:ATTRIBUTE")
		case name == metadataPrefix:
			return h.refuse(fmt.Sprintf("column %d, %q, names no key", i+1, name), "write metadata:KEY")
		}
	}
	return nil
}

// endsAt reports whether no column from i on has a name, those of our own reports aside.
func (h *header) endsAt(i int) bool {
	return i > 0 && !slices.ContainsFunc(h.names[i:], func(name string) bool { return name != "" && !strings.HasPrefix(name, "_") })
}

// notSeparated refuses a header of which another separator would make more than one column.
func (h *header) notSeparated(other rune, opts *Options) *FileError {
	remedy := "export the file with commas, semicolons or tabs between its cells"
	if name, ok := separatorNames[other]; ok {
		remedy = "for " + name[1] + ": " + opts.setting("Separator", name[0])
	}
	return h.refuse("the columns are not separated by "+separatorNames[h.separator][1], remedy)
}

// findUser finds the one column that names the user.
func (h *header) findUser(opts *Options) *FileError {
	if name := opts.UsernameColumn; name != "" && !slices.Contains(h.names, name) {
		return h.absent(opts.setting("UsernameColumn", ""), name)
	}
	var users []int
	sub, token := -1, -1
	leftOut := "" // of what names users
	for i, name := range h.names {
		switch {
		case name == "":
			continue
		case name == opts.UsernameColumn:
			users = append(users, i)
			continue
		case isTokenName(opts.renamed(name)):
			h.tokens = append(h.tokens, i)
		}
		switch meant := opts.renamed(name); {
		case opts.ignores(name):
			if isUsername(meant) {
				leftOut = name
			}
		case isUsername(meant):
			users = append(users, i)
		case meant == "sub":
			sub = i
		case isTokenName(meant):
			token = i
			users = append(users, i)
		}
	}
	if len(users) == 0 && sub >= 0 && !opts.Tokens {
		users = append(users, sub)
	}
	switch {
	case opts.Tokens && token < 0:
		return h.refuse("no column has the users' access tokens", "name it access_token, or rename it with "+opts.setting("Rename", "COLUMN=access_token")+"; "+h.seen())
	case !opts.Tokens && token >= 0:
		refusal := h.refuse(fmt.Sprintf("column %q has access tokens", h.names[token]),
			opts.unwantedTokens("them", "usernames", h.names[token], "the tokens"))
		refusal.Err = ErrTokens
		return refusal
	}
	switch len(users) {
	case 0:
		if leftOut != "" {
			return h.refuse(fmt.Sprintf("no column names the user: %s leaves %q out", opts.setting("Ignore", ""), leftOut),
				"leave it in, or say which other one does with "+opts.setting("UsernameColumn", ""))
		}
		return h.refuse("no column names the user", "name it username, or say which it is with "+opts.setting("UsernameColumn", "")+"; "+h.seen())
	case 1:
		h.user = users[0]
		return nil
	default:
		return h.refuse(fmt.Sprintf("columns %q and %q both name the user", h.names[users[0]], h.names[users[1]]),
			"leave one of them out with "+opts.setting("Ignore", ""))
	}
}

// isUsername tells whether a column of this name has users' names, without being said to.
func isUsername(name string) bool {
	return name == "username" || name == "cognito:username" || name == "Username"
}

// assign gives every column its role.
func (h *header) assign(opts *Options) *FileError {
	ofLong, beside := 0, []string(nil) // columns of a long CSV, and others
	for i, name := range h.names {
		switch {
		case i == h.user && opts.Tokens:
			h.roles[i] = roleToken
		case i == h.user:
			h.roles[i] = roleUsername
		case strings.HasPrefix(name, "_"):
			h.roles[i] = roleReport
		case name == "":
			h.roles[i] = roleNameless
		case opts.ignores(name), isListed(opts.renamed(name)):
			h.roles[i] = roleNothing
		default:
			h.roles[i] = roleSet
			if name == longAttribute || name == longValue {
				ofLong++
			} else {
				beside = append(beside, name)
			}
		}
	}
	h.long = ofLong == 2 && len(beside) == 0
	if ofLong == 2 && !h.long && opts.renamed(longAttribute) == longAttribute && opts.renamed(longValue) == longValue {
		return h.besideLong(beside, opts)
	}
	for i, name := range h.names {
		switch {
		case h.roles[i] != roleSet:
		case !h.long:
			h.assignAttribute(i, opts)
		case name == longAttribute:
			h.roles[i] = roleAttribute
		default:
			h.roles[i] = roleValue
		}
	}
	return nil
}

// besideLong refuses columns beside those of a long CSV. To take them for attributes, and the others for none, would write what
// is there to be read and drop what is to be written.
func (h *header) besideLong(names []string, opts *Options) *FileError {
	const msg = "each row says which attribute has which value, and there is more beside that: "
	for _, name := range names {
		if _, use := opts.use(name); use == useExpect || use == useMetadata {
			return h.refuse(msg+name, "make rows of it, with "+name+" for their "+longAttribute)
		}
	}
	var settings []string
	for _, name := range names {
		settings = append(settings, opts.setting("Ignore", name))
	}
	return h.refuse(msg+strings.Join(names, ", "), "to leave that out: "+strings.Join(settings, " "))
}

// assignAttribute gives column i of a wide CSV its attribute.
func (h *header) assignAttribute(i int, opts *Options) {
	attribute, use := opts.use(h.names[i])
	h.attributes[i] = attribute
	switch use {
	case useNothing:
		h.roles[i] = roleNothing
	case useSet:
		h.setting++
	case useExpect:
		h.roles[i] = roleExpect
	case useMetadata:
		h.roles[i] = roleMetadata
	}
}

// checkOptions refuses settings that name a column that is not there. In a long CSV they name
// attributes too, which stand in the rows.
func (h *header) checkOptions(opts *Options) *FileError {
	if h.long {
		return nil
	}
	for _, name := range opts.Ignore {
		switch found := slices.ContainsFunc(h.names, func(column string) bool { return column == name || isLike(column, name) }); {
		case found:
		case isPattern(name):
			return h.refuse(fmt.Sprintf("%s: no column is like %q", opts.setting("Ignore", ""), name), h.seen())
		default:
			return h.absent(opts.setting("Ignore", ""), name)
		}
	}
	for name := range opts.Rename {
		if !slices.Contains(h.names, name) && !slices.Contains(h.names, expectPrefix+name) {
			return h.absent(opts.setting("Rename", ""), name)
		}
	}
	return nil
}

// checkTwice refuses two columns that mean one attribute.
func (h *header) checkTwice(opts *Options) *FileError {
	type meaning struct {
		attribute string
		role      role
	}
	first := map[meaning]int{}
	for i, attribute := range h.attributes {
		if attribute == "" {
			continue
		}
		m := meaning{attribute, h.roles[i]}
		if j, ok := first[m]; ok {
			return h.refuse(fmt.Sprintf("columns %q and %q are both %s", h.names[j], h.names[i], attribute),
				"leave one of them out with "+opts.setting("Ignore", ""))
		}
		first[m] = i
	}
	return nil
}

// columns lists the attribute columns of a wide CSV. A sub beside the username is none.
func (h *header) columns() []Column {
	var columns []Column
	for i, r := range h.roles {
		if h.attributes[i] != "" && h.names[i] != "sub" && (r == roleSet || r == roleExpect) {
			columns = append(columns, Column{Cell: h.names[i], Attribute: h.attributes[i], Expect: r == roleExpect})
		}
	}
	return columns
}

// difference names the first column in which the header of another file differs.
func (h *header) difference(other *header, otherFile string) *FileError {
	for i := range max(len(h.names), len(other.names)) {
		here, there := nth(h.names, i), nth(other.names, i)
		if here != there {
			return h.refuse(fmt.Sprintf("column %d is %s here and %s in %s", i+1, here, there, otherFile),
				"give all inputs the same columns in the same order, or apply them one by one")
		}
	}
	return nil
}

// nth quotes a column's name, if there is such a column.
func nth(names []string, i int) string {
	if i >= len(names) {
		return "absent"
	}
	return fmt.Sprintf("%q", names[i])
}

func (h *header) refuse(msg, remedy string) *FileError {
	return &FileError{Line: 1, Msg: msg, Remedy: remedy}
}

// absent refuses a setting that names a column that is not there.
func (h *header) absent(setting, name string) *FileError {
	return h.refuse(fmt.Sprintf("%s: there is no column %q", setting, name), didYouMean(name, h.names, h.seen()))
}

// seen lists the columns for a hint, a few dozen at most.
func (h *header) seen() string {
	const enough = 40
	names := h.names
	more := ""
	if len(names) > enough {
		names, more = names[:enough], fmt.Sprintf(" and %d more", len(names)-enough)
	}
	return "the columns are " + strings.Join(names, ", ") + more
}

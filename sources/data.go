package sources

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Data are columns of any names, a row or a flat JSON object a record. Which user a record is of is not said by its name but
// found by the value of one column.

// wants tells whether a column of data is to be read. What is read of data gets into reports, and access tokens must not.
func (o *Options) wants(column string) bool {
	return !isTokenName(column) && (o.Columns == nil || slices.Contains(o.Columns, column))
}

// checkData refuses options that only mean something for change sets.
func (o *Options) checkData() *FileError {
	field := ""
	switch {
	case o.UsernameColumn == "":
		return &FileError{Msg: o.setting("UsernameColumn", "") + " is missing", Remedy: "it names the column by which users are found"}
	case len(o.Rename) > 0:
		field = "Rename"
	case len(o.Ignore) > 0:
		field = "Ignore"
	case o.Empty != KeepEmpty:
		field = "Empty"
	case o.Tokens:
		field = "Tokens"
	default:
		return o.checkDataTokens()
	}
	return &FileError{Msg: o.setting(field, "") + " is for change sets, and this is data", Remedy: "leave it out: the columns of data have the names that they have"}
}

// checkDataTokens refuses to read access tokens.
func (o *Options) checkDataTokens() *FileError {
	i := slices.IndexFunc(o.Columns, isTokenName)
	switch {
	case isTokenName(o.UsernameColumn):
		return &FileError{Msg: o.setting("UsernameColumn", "") + " names access tokens: no user is found by one", Err: ErrTokens,
			Remedy: "name the column of an attribute, or of the usernames"}
	case i >= 0:
		return &FileError{Msg: fmt.Sprintf("column %q has access tokens, which are not read", o.Columns[i]), Err: ErrTokens,
			Remedy: "read another column"}
	}
	return nil
}

// assignData gives the columns of data their roles. Those without a name can't be asked for.
func (h *header) assignData(opts *Options) *FileError {
	h.user = slices.Index(h.names, opts.UsernameColumn)
	if h.user < 0 {
		return h.absent(opts.setting("UsernameColumn", ""), opts.UsernameColumn)
	}
	h.raw = -1
	for i, name := range h.names {
		switch {
		case i == h.user:
			h.roles[i] = roleUsername
		case isTokenName(name):
			h.tokens = append(h.tokens, i)
		case name != "" && opts.wants(name):
			h.roles[i] = roleData
		}
	}
	return nil
}

// DataColumns are the names of the columns of CSV data, and nil for JSONL, whose records name them themselves, and for
// change sets.
func (f *Files) DataColumns() []string {
	h := f.inputs[0].header
	if h == nil || !f.opts.Data {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(h.names), func(name string) bool { return name == "" })
}

// readData gives a record of data the cells of its row.
func (d *wideDecoder) readData(c *Change, cells []string) {
	h := d.rows.header
	c.Data = make(map[string]string, len(cells))
	for i, cell := range cells {
		switch h.roles[i] {
		case roleUsername:
			c.Data[h.names[i]] = c.Username
		case roleData:
			c.Data[h.names[i]], _ = d.opts.meantCell(c, cell)
		}
	}
}

// data decodes an object of data. The names of all members that are wanted are known even if one of them is in error.
func (r *record) data() error {
	if err := r.isObject(); err != nil {
		return err
	}
	var failed *RecordError
	r.change.Data = map[string]string{}
	err := r.members(func(column string) error {
		user := column == r.lines.opts.UsernameColumn
		wanted := user || r.lines.opts.wants(column)
		if wanted || isTokenName(column) { // who asks for a token is to be told why there is none
			r.change.Data[column] = ""
		}
		if !wanted {
			return r.lines.dec.SkipValue()
		}
		if kind := r.lines.dec.PeekKind(); kind == '{' || kind == '[' {
			if failed == nil {
				failed = nested(column, kind)
			}
			return r.lines.dec.SkipValue()
		}
		value, err := r.text(column)
		r.change.Data[column] = value
		if user {
			r.change.Username = value
		}
		return err
	})
	if err == nil && failed != nil {
		return failed
	}
	return err
}

// nested refuses what is no single value.
func nested(column string, kind jsontext.Kind) *RecordError {
	what := "an object"
	if kind == '[' {
		what = "an array"
	}
	return &RecordError{code: codeInvalidValue, field: column, msg: what + " is no single value",
		hint: "give each value in it a name of its own: " + `{"address.city": "Berlin"}`}
}

// checkData refuses a record of data that does not say whom it is of.
func (r *record) checkData() *RecordError {
	if strings.TrimSpace(r.change.Username) != "" {
		return nil
	}
	return &RecordError{code: codeMissingUsername, field: r.lines.opts.UsernameColumn, msg: "there is no value, so the record names no user"}
}

// foreignData refuses data whose first record holds all the others, and says how it becomes one record a line.
func (in *input) foreignData(first []byte, array bool, opts *Options) *FileError {
	members := membersOf(first)
	each := ""
	if array {
		each = ".[] | "
	}
	switch kind, name := shapeOf(members, opts); kind {
	case dynamo:
		return in.convertible("is JSON as DynamoDB writes it, and not one flat object a record", flatRemedy, each+name+strings.TrimSuffix(dynamoProgram, " | "))
	case wrapped:
		return in.convertible(fmt.Sprintf("has its records in %q, and not one a line", shownKey(name)), flatRemedy, each+keyPath(name)+"[]")
	default:
		return nil
	}
}

const flatRemedy = `a record is a flat object such as {"email": "ann@example.com", "plan": "gold"}`

package sources

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// EmptyPolicy says what an empty CSV cell means.
type EmptyPolicy int

// The policies: leave the attribute alone, delete it, or refuse the record.
const (
	KeepEmpty EmptyPolicy = iota
	DeleteEmpty
	RefuseEmpty
)

// Options say how change sets are decoded. The zero value decodes files by their names.
type Options struct {
	// Format is how the inputs are written; Auto goes by their names.
	Format Format
	// Separator stands between the cells of CSV: a comma, a semicolon or a tab. 0: as the header shows.
	Separator rune
	// UsernameColumn names the CSV column that names the user, if it is none of username,
	// cognito:username, Username and a lone sub.
	UsernameColumn string
	// Rename gives the attribute name for a column; in JSONL and long CSV, for an attribute name.
	Rename map[string]string
	// Ignore lists columns to leave out; in JSONL and long CSV, attributes too. In a name, * stands for any text; such a
	// pattern means no name that another option has, and preconditions and client metadata only if it begins as they do.
	Ignore []string
	// Empty says what an empty CSV cell means: by default, nothing.
	Empty EmptyPolicy
	// EmptyValues are texts that stand for no value, such as NULL: a value, a username or a precondition that is one of
	// them, letter for letter, is as an empty cell, in JSONL too; not in an undo file.
	EmptyValues []string
	// Trim takes blanks away from both ends of values, usernames, preconditions and client metadata. What is nothing
	// but blanks is then as an empty cell, in JSONL too; not in an undo file.
	Trim bool
	// DeleteMarker is the CSV cell that deletes; "" stands for <delete>.
	DeleteMarker string
	// Data says that the inputs are no change sets but data: rows, or flat JSON objects, of columns of any names. A record has
	// its values in [Change.Data], and no attributes. UsernameColumn then names the column, in JSONL too, by whose value
	// the user of a record is to be found; it is the Username of the record. Beside it Format, Separator, EmptyValues,
	// Trim and Seals mean what they do; the others have no place.
	Data bool
	// Columns are those of data that are wanted; nil: all. What stands in others is passed over.
	Columns []string
	// UserPoolID, if set, refuses records that name another pool.
	UserPoolID string
	// Tokens says that records have the access token of their user, in a column access_token or a field
	// access_token (or AccessToken), and no username. Without it a token is refused.
	Tokens bool
	// Seals know what was read of the inputs before, which is what is read of them now. Nil: nothing was.
	Seals *Seals
	// Setting says how people set one of these fields, for the texts of errors and hints. A program whose users
	// type flags may make "--rename 'a b=name'" of the field "Rename" and the value "a b=name"; if Setting is
	// nil, it is "Options.Rename a b=name".
	//
	// The fields are Format (the value is CSV or JSONL), Separator (comma, semicolon or tab), UsernameColumn and Ignore (a column), Rename
	// (COLUMN=ATTRIBUTE, or a column alone), EmptyValues (a text), DeleteMarker and Tokens (true or false). Words in capitals are for the person to
	// fill in. The value "" asks for the name of the setting.
	Setting func(field, value string) string

	maxRecord int // in bytes; 0: MaxRecord. Tests have smaller ones, for which they need not write 4 MiB.
}

// limit is the size that a record may have, in bytes.
func (o *Options) limit() int { return cmp.Or(o.maxRecord, MaxRecord) }

// setting is how people set a field, to a value if it is not "".
func (o *Options) setting(field, value string) string {
	if o.Setting != nil {
		return o.Setting(field, value)
	}
	return strings.TrimSpace("Options." + field + " " + value)
}

// unwantedTokens is the remedy where access tokens stand and usernames are wanted: one or several of each.
func (o *Options) unwantedTokens(them, usernames, column, tokens string) string {
	return o.setting("Tokens", "true") + " applies " + them + "; " + o.setting("Tokens", "false") + " needs " + usernames +
		", and " + o.setting("Ignore", column) + " leaves " + tokens + " out"
}

const defaultDeleteMarker = "<delete>"

// Prefixes of a column that holds no value to be written.
const (
	expectPrefix   = "expect:"   // of a precondition
	metadataPrefix = "metadata:" // of an entry of the client metadata
)

// use is what the values under one name of the input are for.
type use int

const (
	useNothing  use = iota
	useSet          // to be written
	useExpect       // a precondition
	useMetadata     // client metadata; the name is the key
)

// use resolves a name of the input, beside a username, to the attribute that it means.
func (o *Options) use(name string) (string, use) {
	if o.ignores(name) {
		return "", useNothing
	}
	name = o.renamed(name)
	if rest, ok := strings.CutPrefix(name, expectPrefix); ok {
		return o.renamed(strings.TrimSpace(rest)), useExpect
	}
	if key, ok := strings.CutPrefix(name, metadataPrefix); ok {
		return strings.TrimSpace(key), useMetadata
	}
	switch name {
	case "sub":
		return name, useExpect
	case "identities", "cognito:mfa_enabled":
		return "", useNothing
	}
	return name, useSet
}

func (o *Options) renamed(name string) string {
	if to, ok := o.Rename[name]; ok {
		return to
	}
	return name
}

// check refuses options that contradict themselves or the format.
func (o *Options) check(format Format) *FileError {
	if o.Data {
		if err := o.checkData(); err != nil {
			return err
		}
	}
	for from, to := range o.Rename {
		if strings.TrimSpace(to) == "" || to == expectPrefix || to == metadataPrefix {
			return &FileError{Msg: o.setting("Rename", from) + ": the attribute has no name", Remedy: "write " + o.setting("Rename", from+"=ATTRIBUTE")}
		}
		if slices.Contains(o.Ignore, from) {
			return &FileError{Msg: o.setting("Rename", "") + " and " + o.setting("Ignore", "") + " both name " + from, Remedy: "leave one of them out"}
		}
	}
	if marker := cmp.Or(o.DeleteMarker, defaultDeleteMarker); format == CSV && !o.Data && slices.Contains(o.EmptyValues, marker) {
		return &FileError{Msg: o.setting("EmptyValues", marker) + " names what deletes", Remedy: "leave it out, or name another " + o.setting("DeleteMarker", "")}
	}
	if o.Tokens && o.UsernameColumn != "" {
		return &FileError{Msg: o.setting("UsernameColumn", "") + " names users, and here their access tokens do",
			Remedy: "for a token column of another name: " + o.setting("Rename", "COLUMN=access_token")}
	}
	if _, ok := separatorNames[o.Separator]; o.Separator != 0 && !ok {
		return &FileError{Msg: fmt.Sprintf("%s is %q", o.setting("Separator", ""), o.Separator), Remedy: "want a comma, a semicolon or a tab"}
	}
	if format == JSONL && o.Separator != 0 {
		return &FileError{Msg: o.setting("Separator", "") + " is for CSV", Remedy: "leave it out for JSONL"}
	}
	if format == JSONL && o.UsernameColumn != "" && !o.Data {
		return &FileError{Msg: o.setting("UsernameColumn", "") + " is for CSV", Remedy: `a JSONL record names its user in "username"`}
	}
	return nil
}

package sources

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// ErrTokens is the cause of a [FileError]: there are access tokens where none are wanted.
var ErrTokens = errors.New("it has access tokens")

// FileError refuses a whole file, when it is opened or in mid-stream.
type FileError struct {
	File   string // as the user named it
	Line   int    // 1-based; 0: the file as a whole
	Column int    // 1-based, in bytes; 0: the line as a whole
	Msg    string
	Remedy string // what to do about it; may be empty
	Err    error  // the cause, such as an error of the operating system; may be nil
}

// Error returns the place and the cause, such as `users.csv:12: a quote is left open`.
func (e *FileError) Error() string {
	place := e.File
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
		if e.Column > 0 {
			place += ":" + strconv.Itoa(e.Column)
		}
	}
	if place == "" {
		return e.Msg
	}
	return place + ": " + e.Msg
}

// Hint returns what to do about it, or "".
func (e *FileError) Hint() string { return e.Remedy }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// RecordError says why one record cannot be decoded. The place of the record stands in its [Change].
type RecordError struct {
	code  string
	field string // the column or attribute; may be empty
	msg   string
	hint  string
}

// Codes of a RecordError.
const (
	codeMalformedRow       = "MalformedRow"       // CSV: quotes or number of cells
	codeMalformedRecord    = "MalformedRecord"    // JSONL: not one object, or not JSON
	codeMissingUsername    = "MissingUsername"    // no username, or an empty one
	codeMissingToken       = "MissingToken"       // no access token, or an empty one
	codeUnwantedToken      = "UnwantedToken"      // an access token where usernames are wanted
	codeRedactedToken      = "RedactedToken"      // a report's place of an access token
	codeMissingAttribute   = "MissingAttribute"   // a value without the name of its attribute
	codeMissingValue       = "MissingValue"       // the name of an attribute without its value
	codeDuplicateAttribute = "DuplicateAttribute" // one attribute twice
	codeDuplicateKey       = "DuplicateKey"       // JSONL: one thing under two names
	codeUnknownKey         = "UnknownKey"         // JSONL: a key with no meaning
	codeSpoiledRecord      = "SpoiledRecord"      // long CSV: a row beside it may be one of its own
	codeTooManyRows        = "TooManyRows"        // long CSV: over maxRows rows of one user
	codeEmptyValue         = "EmptyValue"         // an empty cell under RefuseEmpty
	codeInvalidText        = "InvalidText"        // not UTF-8, or a NUL
	codeInvalidValue       = "InvalidValue"       // JSONL: an object or array where a value belongs
	codeWrongUserPool      = "WrongUserPool"      // the record names another pool
)

// Error returns the column or attribute, if one is to blame, and the cause.
func (e *RecordError) Error() string {
	if e.field == "" {
		return e.msg
	}
	return e.field + ": " + e.msg
}

// Class returns "input": the record is at fault, not the service.
func (e *RecordError) Class() string { return "input" }

// Code returns the kind of fault, such as MalformedRow or DuplicateAttribute.
func (e *RecordError) Code() string { return e.code }

// Hint returns what to do about it, or "".
func (e *RecordError) Hint() string { return e.hint }

// unreadable makes the refusal of a file of whatever keeps it from being read.
func unreadable(file string, err error) *FileError {
	if refusal, ok := errors.AsType[*FileError](err); ok {
		refusal.File = cmp.Or(refusal.File, file)
		return refusal
	}
	if damage, ok := errors.AsType[*records.Damage](err); ok {
		return &FileError{File: file, Line: damage.Line, Column: damage.Column, Msg: damage.Msg, Remedy: damage.Remedy, Err: damage.Err}
	}
	if failed, ok := errors.AsType[*records.ReadError](err); ok {
		refusal := unreadable(file, failed.Err)
		refusal.Line = failed.Line
		return refusal
	}
	if refusal, ok := errors.AsType[*sealed.Refusal](err); ok {
		return &FileError{File: file, Msg: refusal.Msg, Remedy: refusal.Remedy, Err: refusal.Err}
	}
	return &FileError{File: file, Msg: fmt.Sprintf("cannot be read: %v", err), Err: err}
}

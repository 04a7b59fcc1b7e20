package changeset

import (
	"errors"

	"attrmigrate/sources"
)

// redactedToken is the code of a record whose access token a report has left out.
const redactedToken = "RedactedToken"

// redactedError is the error of such a record, and knows the flag that finds the token.
type redactedError struct{ *sources.RecordError }

func (e redactedError) Unwrap() error { return e.RecordError }

// Hint says how the token is found.
func (e redactedError) Hint() string {
	return "--only-failed RUN_DIR applies these records from the original input, which has the tokens"
}

// asRedacted gives the error of such a record its remedy, and leaves others as they are.
func asRedacted(err error) error {
	if e, ok := errors.AsType[*sources.RecordError](err); ok && e.Code() == redactedToken {
		return redactedError{e}
	}
	return err
}

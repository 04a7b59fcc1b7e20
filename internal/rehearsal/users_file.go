package rehearsal

import (
	"context"
	"errors"
	"strings"

	"attrmigrate/internal/changeset"
	"attrmigrate/sources"
)

const (
	// noFlag stands where a text would name a flag: this file has none.
	noFlag    = "\x00"
	usersHint = "this file is read without flags: name it .csv or .jsonl, and the column of the users username; export --format jsonl --all writes such a file"
)

// OpenUsers opens a file with users: an export, what ListUsers prints, or a change set. No flag says how it is read, and no error
// names one. A file of this machine may stand for its path ([changeset.Spec]).
func OpenUsers(ctx context.Context, path string, stands map[string]string) (*changeset.Set, error) {
	set, err := changeset.Open(ctx, changeset.Spec{Paths: []string{path}, Stands: stands, Decoding: sources.Options{
		Setting: func(string, string) string { return noFlag },
	}})
	if e, ok := errors.AsType[*sources.FileError](err); ok && strings.Contains(e.Msg+e.Remedy, noFlag) {
		plain := *e
		plain.Msg, plain.Remedy = strings.ReplaceAll(e.Msg, " or by "+noFlag, ""), usersHint
		return nil, &plain
	}
	return set, err
}

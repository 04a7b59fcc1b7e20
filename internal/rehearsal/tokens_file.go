package rehearsal

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/sandbox"
)

// CheckTokensFile refuses a file that apply could not read, or that would be lost. What the sandbox itself
// has written may be written again: tokens expire.
func CheckTokensFile(path string) error {
	refuse := func(reason, hint string) error {
		return &refusal.UsageError{Err: inFile("--tokens", path, errors.New(reason)), Remedy: hint}
	}
	if path == "-" {
		return &refusal.UsageError{Err: errors.New("--tokens: access tokens are not printed"), Remedy: "name a file, which only you can read"}
	}
	if !strings.EqualFold(filepath.Ext(path), ".csv") {
		return refuse("its name does not end in .csv, by which apply knows a CSV", "name it so")
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return refuse("there is no such directory", "make it first")
	}
	switch info, err := os.Stat(path); {
	case err != nil && disk.IsLink(path):
		return refuse("is a symbolic link", "name the file that it leads to")
	case err != nil:
		return nil // it is new, or CreateExport tells
	case !info.Mode().IsRegular():
		return refuse("is not a regular file", "name another")
	case disk.IsLink(path):
		return refuse("is a symbolic link", "name the file that it leads to")
	case !beginsWith(path, tokensHeader):
		return refuse("exists, and is not as the sandbox writes it", "name another, or remove it")
	default:
		return nil
	}
}

// beginsWith tells whether the first line of a file is this one.
func beginsWith(path, line string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	first, _ := bufio.NewReaderSize(f, 1<<10).ReadSlice('\n')
	return strings.TrimRight(string(first), "\r\n") == line
}

// WriteTokens writes the file with the token of each user.
func (o Furniture) WriteTokens(ctx context.Context, server *sandbox.Server) error {
	if o.Tokens == "" {
		return nil
	}
	_, there := os.Lstat(o.Tokens)
	f, err := report.CreateExport(o.Tokens, there == nil)
	if err != nil {
		return o.notWritten(err)
	}
	if err := writeRows(ctx, server, f, o.Expiry); err != nil {
		if ctx.Err() == nil {
			err = o.notWritten(err)
		}
		return errors.Join(err, f.Discard())
	}
	if there == nil { // what has the name by now may have come meanwhile, and be anybody's
		if err := CheckTokensFile(o.Tokens); err != nil {
			return errors.Join(err, f.Discard())
		}
	}
	return f.Commit()
}

func (o Furniture) notWritten(err error) error {
	return inFile("--tokens", o.Tokens, disk.WithoutPath(err))
}

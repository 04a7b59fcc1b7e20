package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/sandbox"
)

// tokensHeader is that of the file with tokens: apply ignores a column that begins with an underscore.
const tokensHeader = "access_token,_username"

// checkTokensFile refuses a file that apply could not read, or that would be lost. What the sandbox itself
// has written may be written again: tokens expire.
func checkTokensFile(path string) error {
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
	case err != nil && isLink(path):
		return refuse("is a symbolic link", "name the file that it leads to")
	case err != nil:
		return nil // it is new, or CreateExport tells
	case !info.Mode().IsRegular():
		return refuse("is not a regular file", "name another")
	case isLink(path):
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

// writeTokens writes the file with the token of each user.
func (o sandboxOptions) writeTokens(ctx context.Context, server *sandbox.Server) error {
	if o.tokens == "" {
		return nil
	}
	_, there := os.Lstat(o.tokens)
	f, err := report.CreateExport(o.tokens, there == nil)
	if err != nil {
		return o.notWritten(err)
	}
	if err := o.mintTokens(ctx, server, csv.NewWriter(f)); err != nil {
		return errors.Join(err, f.Discard())
	}
	if there == nil { // what has the name by now may have come meanwhile, and be anybody's
		if err := checkTokensFile(o.tokens); err != nil {
			return errors.Join(err, f.Discard())
		}
	}
	return f.Commit()
}

// mintTokens writes a row a user.
func (o sandboxOptions) mintTokens(ctx context.Context, server *sandbox.Server, w *csv.Writer) error {
	pool := server.Pools()[0]
	_ = w.Write(strings.Split(tokensHeader, ",")) // an error of the writer stays, and w.Error tells it
	for u := range server.Users(pool) {
		token, err := server.MintToken(pool, u.Username, sandbox.TokenOptions{ExpiresIn: o.expiry})
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := w.Write([]string{token, calledName(u)}); err != nil {
			return o.notWritten(err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return o.notWritten(err)
	}
	return nil
}

// calledName is what people call a user: where addresses are usernames, the service's own name is the sub.
func calledName(u sandbox.User) string {
	if u.Username != u.Attributes[sub] {
		return u.Username
	}
	return cmp.Or(u.Attributes["email"], u.Attributes["phone_number"], u.Username)
}

func (o sandboxOptions) notWritten(err error) error {
	return inFile("--tokens", o.tokens, disk.WithoutPath(err))
}

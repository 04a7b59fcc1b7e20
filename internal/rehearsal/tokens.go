package rehearsal

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"

	"attrmigrate/internal/sandbox"
)

// tokensHeader is that of the file with tokens: apply ignores a column that begins with an underscore.
const tokensHeader = "access_token,_username"

// writeRows writes a row for each user of the sandbox's pool, as apply takes it: an access token that is good for so long; 0: as the app
// client says.
func writeRows(ctx context.Context, server *sandbox.Server, to io.Writer, expiry time.Duration) error {
	pool, w := server.Pools()[0], csv.NewWriter(to)
	_ = w.Write(strings.Split(tokensHeader, ",")) // an error of the writer stays, and w.Error tells it
	for u := range server.Users(pool) {
		token, err := server.MintToken(pool, u.Username, sandbox.TokenOptions{ExpiresIn: expiry})
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := w.Write([]string{token, calledName(u)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// calledName is what people call a user: where addresses are usernames, the service's own name is the sub.
func calledName(u sandbox.User) string {
	if u.Username != u.Attributes["sub"] {
		return u.Username
	}
	return cmp.Or(u.Attributes["email"], u.Attributes["phone_number"], u.Username)
}

package rehearsal

import (
	"context"
	_ "embed"
	"fmt"

	"attrmigrate/internal/sandbox"
)

// defaultPool is the pool of a sandbox that is given none.
//
//go:embed pool.json
var defaultPool []byte

// DefaultClientID is the app client of a sandbox that needs one and is given none, and defaultClient its
// document. Without WriteAttributes it may write whatever users may.
const (
	DefaultClientID = "sandboxclient0000000000000"
	defaultClient   = `{"UserPoolClient":{"ClientId":"` + DefaultClientID + `","ClientName":"sandbox",
		"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH"]}}`
)

// addMadeUpUsers makes user-00001 and so on, each with a verified address that nobody has, who sign in with a
// password; without one ("") they cannot.
func addMadeUpUsers(ctx context.Context, server *sandbox.Server, pool string, n int, password string) error {
	for i := 1; i <= n && ctx.Err() == nil; i++ {
		name := fmt.Sprintf("user-%05d", i)
		err := server.CreateUser(pool, sandbox.User{Username: name, Password: password, Attributes: map[string]string{
			"email": name + "@example.com", "email_verified": "true",
		}})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

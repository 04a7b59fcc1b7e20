package rehearsal

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/sandbox"
)

// defaultPool is the pool of a sandbox that is given none.
//
//go:embed pool.json
var defaultPool []byte

// poolOf describes the default pool with the custom attributes that users have besides.
func poolOf(ctx context.Context, users *changeset.Set) ([]byte, error) {
	var document struct {
		UserPool struct {
			ID               string `json:"Id"`
			Name             string
			SchemaAttributes []any
		}
	}
	if err := json.Unmarshal(defaultPool, &document); err != nil {
		return nil, err
	}
	pool, others := &document.UserPool, &names{seen: map[string]bool{}}
	for _, a := range pool.SchemaAttributes {
		others.seen[a.(map[string]any)["Name"].(string)] = true
	}
	readOnly, err := attributesIn(ctx, users, others)
	if err != nil {
		return nil, err
	}
	for _, a := range schemaOf(others.list, readOnly) {
		pool.SchemaAttributes = append(pool.SchemaAttributes, a)
	}
	return json.Marshal(document)
}

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

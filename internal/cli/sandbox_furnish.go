package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/sandbox"
)

// defaultPool is the pool of a sandbox that is given none.
//
//go:embed sandbox_pool.json
var defaultPool []byte

// defaultClientID is the app client of a sandbox that needs one and is given none, and defaultClient its
// document. Without WriteAttributes it may write whatever users may.
const (
	defaultClientID = "sandboxclient0000000000000"
	defaultClient   = `{"UserPoolClient":{"ClientId":"` + defaultClientID + `","ClientName":"sandbox",
		"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH"]}}`
)

// furnish makes what the journal does not bring. If that fails, the journal is as it was before: the next
// start would take the half of it for the whole.
func (o sandboxOptions) furnish(ctx context.Context, server *sandbox.Server, stderr io.Writer) error {
	furnish := o.furnishNew
	if len(server.Pools()) > 0 {
		furnish = func(ctx context.Context, server *sandbox.Server) error { return o.furnishKept(ctx, server, stderr) }
	}
	err := furnish(ctx, server)
	if err != nil {
		err = errors.Join(err, server.TakeBack())
	}
	return err
}

// furnishKept adds what the pool of a journal lacks.
func (o sandboxOptions) furnishKept(ctx context.Context, server *sandbox.Server, stderr io.Writer) error {
	pool := server.Pools()[0]
	o.tellUnused(stderr, server, pool)
	if err := o.createClient(ctx, server, pool); err != nil {
		return err
	}
	return o.checkAnybody(server, pool)
}

// furnishNew makes the pool, its app client and its users.
func (o sandboxOptions) furnishNew(ctx context.Context, server *sandbox.Server) error {
	document := defaultPool
	if o.pool != "" {
		var err error
		if document, err = readDocument(ctx, "--pool", o.pool, poolHint); err != nil {
			return err
		}
	}
	pool, err := server.CreatePool(document)
	if err != nil {
		return &refusal.UsageError{Err: inFile("--pool", o.pool, err), Remedy: poolHint}
	}
	if err := o.createClient(ctx, server, pool); err != nil {
		return err
	}
	if err := o.checkPassword(server, pool); err != nil {
		return err
	}
	if err := o.addUsers(ctx, server, pool); err != nil {
		return err
	}
	return o.checkAnybody(server, pool)
}

// tellUnused says which flags the journal has made good already.
func (o sandboxOptions) tellUnused(w io.Writer, server *sandbox.Server, pool string) {
	var unused []string
	for _, flag := range []struct {
		name string
		idle bool
	}{
		{"--users", o.users != ""},
		{"--password", o.password != ""},
		{"--pool", o.pool != ""},
		{"--client", o.client != "" && len(server.Clients(pool)) > 0},
	} {
		if flag.idle {
			unused = append(unused, flag.name)
		}
	}
	if unused != nil {
		fmt.Fprintf(w, "%-8s not used, since %s has a pool already: %s\n", "watch", prose.Printable(o.journal), strings.Join(unused, ", "))
	}
}

// createClient makes the app client that passwords and tokens need, unless the pool has one.
func (o sandboxOptions) createClient(ctx context.Context, server *sandbox.Server, pool string) error {
	if o.client == "" && o.password == "" && o.tokens == "" || len(server.Clients(pool)) > 0 {
		return nil
	}
	document := []byte(defaultClient)
	if o.client != "" {
		var err error
		if document, err = readDocument(ctx, "--client", o.client, clientHint); err != nil {
			return err
		}
	}
	if _, err := server.CreateClient(pool, document); err != nil {
		return &refusal.UsageError{Err: inFile("--client", o.client, err), Remedy: clientHint}
	}
	return nil
}

const (
	poolHint   = "--pool takes what aws cognito-idp describe-user-pool prints"
	clientHint = "--client takes what aws cognito-idp describe-user-pool-client prints, of an app client without a secret; the attributes in it must be in the pool"
)

func inFile(flag, path string, err error) error {
	return fmt.Errorf("%s: %s: %w", flag, prose.Printable(path), err)
}

// checkPassword refuses a password before anybody is made with it.
func (o sandboxOptions) checkPassword(server *sandbox.Server, pool string) error {
	if o.password == "" {
		return nil
	}
	if err := server.CheckPassword(pool, o.password); err != nil {
		return &refusal.UsageError{Err: fmt.Errorf("--password: %w", err), Remedy: "the policy stands in the pool's document; without one, AWS wants 8 characters: a capital and a small letter, a figure and a symbol"}
	}
	return nil
}

// addUsers makes the users that --users asks for, with the password.
func (o sandboxOptions) addUsers(ctx context.Context, server *sandbox.Server, pool string) error {
	if n, err := strconv.Atoi(o.users); err == nil {
		return o.addMadeUpUsers(ctx, server, pool, n)
	}
	if o.users == "" {
		return nil
	}
	set, err := changeset.Open(ctx, changeset.Spec{Paths: []string{o.users}})
	if err != nil {
		return err
	}
	return rehearsal.AddUsers(ctx, server, pool, set, o.password)
}

// addMadeUpUsers makes user-00001 and so on, each with a verified address that nobody has.
func (o sandboxOptions) addMadeUpUsers(ctx context.Context, server *sandbox.Server, pool string, n int) error {
	for i := 1; i <= n && ctx.Err() == nil; i++ {
		name := fmt.Sprintf("user-%05d", i)
		err := server.CreateUser(pool, sandbox.User{Username: name, Password: o.password, Attributes: map[string]string{
			"email": name + "@example.com", "email_verified": "true",
		}})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// checkAnybody refuses to write the tokens of nobody.
func (o sandboxOptions) checkAnybody(server *sandbox.Server, pool string) error {
	if o.tokens == "" {
		return nil
	}
	for range server.Users(pool) {
		return nil
	}
	return &refusal.UsageError{Err: errNobody("--tokens"), Remedy: "--users 100 makes some"}
}

// errNobody is the error of a flag that is about users where there are none.
func errNobody(flag string) error { return fmt.Errorf("%s is for users, and there are none", flag) }

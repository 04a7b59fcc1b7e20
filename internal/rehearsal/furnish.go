package rehearsal

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"time"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/sandbox"
)

// Furniture says what is in a sandbox that is served. The files are as people name them on the command line, whose flags
// the errors name.
type Furniture struct {
	Users    string        // a number, or a change set that names them; empty: none
	Password string        // of all of them; empty: they cannot sign in
	Pool     string        // a file with the description of the pool; empty: a small pool
	Client   string        // a file with that of an app client; empty: one is made where it is needed
	Tokens   string        // a file to write, with an access token for each user; empty: none
	Expiry   time.Duration // of these tokens; 0: as the app client says
}

// Furnished is what came of it, also where it failed.
type Furnished struct {
	Unused  []string // the flags that the journal has made good already
	LeftOut []string // the places of records whose user nobody can be
	Cut     error    // the users are those of a listing without its last pages; nil: they are all
}

// Furnish makes what the journal does not bring. If it fails, the journal is as it was before: the next start would take
// the half of it for the whole.
func (o Furniture) Furnish(ctx context.Context, server *sandbox.Server) (r Furnished, err error) {
	if len(server.Pools()) > 0 {
		r.Unused, err = o.furnishKept(ctx, server)
	} else {
		err = o.furnishNew(ctx, server, &r)
	}
	if err != nil {
		err = unwritten(errors.Join(err, server.TakeBack()))
	}
	return r, err
}

// unwritten says of an error that it was the journal which could not be written, if so, and nothing that was given.
func unwritten(err error) error {
	e, ok := errors.AsType[*sandbox.UnwrittenError](err)
	if !ok {
		return err
	}
	return &refusal.Error{Msg: fmt.Sprintf("the journal %s cannot be written: %v", prose.Printable(e.Path), disk.WithoutPath(e.Err)),
		Remedy: "see that its disk has room"}
}

// furnishKept adds what the pool of a journal lacks.
func (o Furniture) furnishKept(ctx context.Context, server *sandbox.Server) (unused []string, err error) {
	pool := server.Pools()[0]
	unused = o.unused(server, pool)
	if err := o.createClient(ctx, server, pool); err != nil {
		return unused, err
	}
	return unused, o.checkAnybody(server, pool)
}

// furnishNew makes the pool, its app client and its users.
func (o Furniture) furnishNew(ctx context.Context, server *sandbox.Server, r *Furnished) error {
	users, err := o.usersFile(ctx)
	if err != nil {
		return err
	}
	document, err := o.poolDocument(ctx, users)
	if err != nil {
		return err
	}
	pool, err := server.CreatePool(document)
	if err != nil {
		return &refusal.UsageError{Err: inFile("--pool", o.Pool, err), Remedy: poolHint}
	}
	if err := o.createClient(ctx, server, pool); err != nil {
		return err
	}
	if err := o.checkPassword(server, pool); err != nil {
		return err
	}
	if err := o.addUsers(ctx, server, pool, users, r); err != nil {
		return err
	}
	return o.checkAnybody(server, pool)
}

// poolDocument describes the pool: as --pool does, or a small one, which has the attributes of the users as well.
func (o Furniture) poolDocument(ctx context.Context, users *changeset.Set) ([]byte, error) {
	switch {
	case o.Pool != "":
		return readDocument(ctx, "--pool", o.Pool, poolHint)
	case users != nil:
		return poolOf(ctx, users)
	default:
		return defaultPool, nil
	}
}

// usersFile opens the file that --users names, if it is one.
func (o Furniture) usersFile(ctx context.Context) (*changeset.Set, error) {
	if _, err := strconv.Atoi(o.Users); err == nil || o.Users == "" {
		return nil, nil
	}
	return OpenUsers(ctx, o.Users, nil)
}

// unused are the flags that the journal has made good already.
func (o Furniture) unused(server *sandbox.Server, pool string) (unused []string) {
	for _, flag := range []struct {
		name string
		idle bool
	}{
		{"--users", o.Users != ""},
		{"--password", o.Password != ""},
		{"--pool", o.Pool != ""},
		{"--client", o.Client != "" && len(server.Clients(pool)) > 0},
	} {
		if flag.idle {
			unused = append(unused, flag.name)
		}
	}
	return unused
}

// createClient makes the app client that passwords and tokens need, unless the pool has one.
func (o Furniture) createClient(ctx context.Context, server *sandbox.Server, pool string) error {
	if o.Client == "" && o.Password == "" && o.Tokens == "" || len(server.Clients(pool)) > 0 {
		return nil
	}
	document := []byte(defaultClient)
	if o.Client != "" {
		var err error
		if document, err = readDocument(ctx, "--client", o.Client, clientHint); err != nil {
			return err
		}
	}
	if _, err := server.CreateClient(pool, document); err != nil {
		return &refusal.UsageError{Err: inFile("--client", o.Client, err), Remedy: clientHint}
	}
	return nil
}

const (
	poolHint   = "--pool takes what aws cognito-idp describe-user-pool prints or create-user-pool takes, or a template of CloudFormation in JSON with one pool"
	clientHint = "--client takes what aws cognito-idp describe-user-pool-client prints or create-user-pool-client takes, of an app client without a secret; the attributes in it must be in the pool"
)

func inFile(flag, path string, err error) error {
	return fmt.Errorf("%s: %s: %w", flag, prose.Printable(path), err)
}

// checkPassword refuses a password before anybody is made with it.
func (o Furniture) checkPassword(server *sandbox.Server, pool string) error {
	if o.Password == "" {
		return nil
	}
	if err := server.CheckPassword(pool, o.Password); err != nil {
		return &refusal.UsageError{Err: fmt.Errorf("--password: %w", err), Remedy: "the policy stands in the pool's document; without one, AWS wants 8 characters: a capital and a small letter, a figure and a symbol"}
	}
	return nil
}

// addUsers makes the users that --users asks for, with the password.
func (o Furniture) addUsers(ctx context.Context, server *sandbox.Server, pool string, from *changeset.Set, r *Furnished) error {
	if from != nil {
		s := newSeeding(server, pool, o.Password)
		err := s.seed(ctx, from)
		r.LeftOut, r.Cut = s.left, s.cut
		return err
	}
	n, _ := strconv.Atoi(o.Users) // none, if it is empty
	return addMadeUpUsers(ctx, server, pool, n, o.Password)
}

// checkAnybody refuses to write the tokens of nobody.
func (o Furniture) checkAnybody(server *sandbox.Server, pool string) error {
	if o.Tokens == "" {
		return nil
	}
	for range server.Users(pool) {
		return nil
	}
	return &refusal.UsageError{Err: Nobody("--tokens"), Remedy: "--users 100 makes some"}
}

// Nobody is the error of a flag that is about users where there are none.
func Nobody(flag string) error { return fmt.Errorf("%s is for users, and there are none", flag) }

package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"attrmigrate/internal/sandbox"
)

// defaultPool is the pool of a sandbox that is given none.
//
//go:embed sandbox_pool.json
var defaultPool []byte

// sandboxOptions are the settings of the sandbox command.
type sandboxOptions struct {
	addr    string
	users   string // a number, or a change set that names them
	pool    string // a file
	journal string
	quotas  sandbox.Quotas
	latency time.Duration
	jitter  time.Duration
	faults  sandbox.Faults
	seed    uint64
}

func newSandbox(sys System) *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "A local Cognito to rehearse on",
		Long: `sandbox serves a local Cognito that behaves like AWS's: it enforces request quotas,
the pool's schema and the rules for addresses, and answers with AWS's errors. Any
AWS client can use it. It ends with Ctrl-C, and forgets everything unless it has
a journal. Requests are not authenticated: keep it on the loopback interface.

The faults are throttle, internal, lambda, user-lambda, access-denied,
expired-token, drop-before, drop-after and hang; each has a probability.

` + exitCodes,
		Example: `  attrmigrate sandbox --users 2000
  attrmigrate sandbox --users loyalty.csv --pool pool.json --quota 200
  attrmigrate sandbox --users 100 --quota UserUpdate=10 --fault internal=0.1 --latency 30ms`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.cancel()
			return runSandbox(ctx, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "`address` to listen on; port 0 is any free one")
	f.StringVar(&o.users, "users", "", "`N|FILE`: that many made-up users (user-00001 and so on), or those that a change set names")
	f.StringVar(&o.pool, "pool", "", "`file` with what aws cognito-idp describe-user-pool prints (default: a small pool)")
	f.Func("quota", "`N|off|CATEGORY=N`: updates a second (reads are allowed in proportion), no quota at all, or that of a category such as UserRead; repeatable (default: AWS's)", quota(&o.quotas))
	f.DurationVar(&o.latency, "latency", 0, "time added to every request")
	f.DurationVar(&o.jitter, "jitter", 0, "random time added besides, at most this")
	f.Func("fault", "`KIND=P`: what goes wrong, and how probably, such as internal=0.05; repeatable", fault(&o.faults))
	f.DurationVar(&o.faults.ThrottleBurst, "throttle-burst", 0, "how long everything is throttled once something is by chance")
	f.Uint64Var(&o.seed, "seed", 0, "makes faults and identifiers repeatable")
	f.StringVar(&o.journal, "journal", "", "`file` that keeps the state; an existing one is gone on with")
	return cmd
}

func runSandbox(ctx context.Context, o sandboxOptions, stdout, stderr io.Writer) (err error) {
	server, err := sandbox.New(sandbox.Config{
		Quotas: o.quotas, Latency: o.latency, Jitter: o.jitter, Faults: o.faults, Seed: o.seed, Journal: o.journal, LogSize: 1,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if len(server.Pools()) == 0 {
		if err := o.furnish(ctx, server); err != nil {
			return err
		}
	}
	address, err := server.Start(o.addr)
	if err != nil {
		return err
	}
	o.announce(stdout, stderr, server, address)
	<-ctx.Done()
	u := server.Stats().Categories["UserUpdate"]
	fmt.Fprintf(stdout, "%-8s %s received, %s throttled\n", "ended", plural(u.Received, "update"), count(u.Throttled))
	return nil
}

// furnish makes the pool and its users.
func (o sandboxOptions) furnish(ctx context.Context, server *sandbox.Server) error {
	document := defaultPool
	if o.pool != "" {
		var err error
		if document, err = os.ReadFile(o.pool); err != nil {
			return &usageError{err: fmt.Errorf("--pool: %s: %w", o.pool, withoutPath(err))}
		}
	}
	pool, err := server.CreatePool(document)
	if err != nil {
		return &usageError{err: err, hint: "--pool takes what aws cognito-idp describe-user-pool prints"}
	}
	if n, err := strconv.Atoi(o.users); err == nil {
		return createMadeUpUsers(ctx, server, pool, n)
	}
	if o.users == "" {
		return nil
	}
	named, _, err := namesIn(ctx, &changeSet{paths: []string{o.users}})
	if err != nil {
		return err
	}
	return createUsers(server, pool, named)
}

// createMadeUpUsers makes user-00001 and so on, each with a verified address that nobody has.
func createMadeUpUsers(ctx context.Context, server *sandbox.Server, pool string, n int) error {
	for i := 1; i <= n && ctx.Err() == nil; i++ {
		name := fmt.Sprintf("user-%05d", i)
		err := server.CreateUser(pool, sandbox.User{Username: name, Attributes: map[string]string{
			"email": name + "@example.com", "email_verified": "true",
		}})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// announce says where the sandbox is and how to use it.
func (o sandboxOptions) announce(stdout, stderr io.Writer, server *sandbox.Server, address string) {
	fmt.Fprintf(stdout, "%-8s %s\n", "sandbox", address)
	for _, id := range server.Pools() {
		n := 0
		for range server.Users(id) {
			n++
		}
		fmt.Fprintf(stdout, "%-8s %s, %s\n", "pool", id, plural(n, "user"))
	}
	program := filepath.Base(os.Args[0])
	fmt.Fprintf(stdout, "%-8s AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox \\\n", "try")
	fmt.Fprintf(stdout, "%-8s   %s apply --endpoint-url %s --user-pool-id %s CHANGES\n", "", program, address, server.Pools()[0])
	if host, _, err := net.SplitHostPort(o.addr); err == nil && !isLoopback(host) {
		fmt.Fprintf(stderr, "%-8s anyone who reaches %s can change these users: requests are not authenticated\n", "watch", o.addr)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// quota sets the quota of updates, of a category, or of all.
func quota(q *sandbox.Quotas) func(string) error {
	return func(s string) error {
		if s == "off" {
			*q = sandbox.NoQuotas()
			return nil
		}
		category, value, named := strings.Cut(s, "=")
		if n, err := strconv.ParseFloat(s, 64); !named && err == nil && n > 0 {
			q.UserUpdate = n
			raise(q, n/updatesOfAWS)
			return nil
		}
		if !named {
			return errors.New("want a number above 0, off, or CATEGORY=N")
		}
		field, ok := map[string]*float64{
			"UserUpdate": &q.UserUpdate, "UserRead": &q.UserRead, "UserList": &q.UserList, "UserPoolRead": &q.UserPoolRead,
			"UserPoolUpdate": &q.UserPoolUpdate, "UserCreation": &q.UserCreation,
			"PerUserWrite": &q.PerUserWrite, "PerUserRead": &q.PerUserRead,
		}[category]
		if !ok {
			return fmt.Errorf("%s is no category: want UserUpdate, UserRead, UserList, UserPoolRead, UserPoolUpdate, UserCreation, PerUserWrite or PerUserRead", printable(category))
		}
		if value == "off" {
			*field = sandbox.Off
			return nil
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || !(n > 0) {
			return errors.New("want a number above 0, or off")
		}
		*field = n
		return nil
	}
}

// updatesOfAWS is AWS's quota of updates a second.
const updatesOfAWS = 25

// raise raises the quotas of what is read before updates along with that of updates, so that these can be
// as many as they may; a quota that was given stays, and none falls below AWS's.
func raise(q *sandbox.Quotas, factor float64) {
	for field, ofAWS := range map[*float64]float64{&q.UserRead: 120, &q.UserList: 30} {
		if *field == 0 {
			*field = ofAWS * max(1, factor)
		}
	}
}

// fault sets the probability of a kind of fault.
func fault(f *sandbox.Faults) func(string) error {
	return func(s string) error {
		kind, value, _ := strings.Cut(s, "=")
		field, ok := map[string]*float64{
			"throttle": &f.Throttle, "internal": &f.Internal, "lambda": &f.Lambda, "user-lambda": &f.UserLambda,
			"access-denied": &f.AccessDenied, "expired-token": &f.ExpiredToken,
			"drop-before": &f.DropBefore, "drop-after": &f.DropAfter, "hang": &f.Hang,
		}[kind]
		if !ok {
			return fmt.Errorf("%s is no kind of fault", printable(kind))
		}
		p, err := strconv.ParseFloat(value, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return errors.New("want a probability from 0 to 1")
		}
		*field = p
		return nil
	}
}

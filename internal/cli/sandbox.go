package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/sandbox"
	"attrmigrate/internal/shell"
)

// sandboxOptions are the settings of the sandbox command.
type sandboxOptions struct {
	addr string
	rehearsal.Furniture
	journal  string
	quotas   sandbox.Quotas
	latency  time.Duration
	jitter   time.Duration
	pageTime time.Duration
	faults   sandbox.Faults
	seed     uint64
}

func newSandbox(sys System) *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "A local Cognito to rehearse on",
		Long: `sandbox serves a local Cognito that behaves like AWS's: it enforces request quotas,
the pool's schema and the rules for addresses, and answers with AWS's errors. Any
AWS client can use it. It ends with Ctrl-C (SIGINT, in the background of a script
too), and forgets everything unless it has a journal. Requests are not authenticated:
keep it on the loopback interface.

It has AdminAddUserToGroup, AdminCreateUser, AdminDeleteUser,
AdminDeleteUserAttributes, AdminDisableProviderForUser, AdminDisableUser,
AdminEnableUser, AdminGetUser, AdminInitiateAuth, AdminLinkProviderForUser,
AdminListGroupsForUser, AdminRemoveUserFromGroup, AdminResetUserPassword,
AdminSetUserPassword and AdminUpdateUserAttributes; CreateGroup, DeleteGroup,
GetGroup, ListGroups, ListUsers, ListUsersInGroup and UpdateGroup;
CreateIdentityProvider, DeleteIdentityProvider, DescribeIdentityProvider and
ListIdentityProviders; AddCustomAttributes, CreateUserPool, CreateUserPoolClient,
DeleteUserPool, DeleteUserPoolClient, DescribeUserPool, DescribeUserPoolClient,
ListUserPoolClients and ListUserPools; and, with a user's own token or password,
DeleteUserAttributes, GetUser, GetUserAttributeVerificationCode, InitiateAuth,
UpdateUserAttributes and VerifyUserAttribute.

Users can act for themselves, too. With --password they sign in; --tokens writes an
access token for each of them, as a change set for apply --as user to which columns
of attributes are yet to be added. Either makes an app client, which may do
USER_PASSWORD_AUTH and write every attribute that a user may write; --client makes
it as yours is. The passwords and tokens are good on this sandbox only.

The quota categories are UserUpdate, UserRead, UserList, UserCreation, UserPoolRead,
UserPoolUpdate, UserPoolResourceRead, UserPoolResourceUpdate, UserPoolClientRead,
UserPoolClientUpdate, UserAuthentication, UserAccountRecovery and UserResourceRead,
for all users together, and PerUserWrite and PerUserRead for each. Under AWS's quota
a page of users takes 40 ms, as if AWS were away: no client that asks for one after the
other is throttled. --page-time says how long it takes.

The faults are throttle, internal, lambda, user-lambda, access-denied,
expired-token, drop-before, drop-after and hang; trigger-throws, trigger-timeout and
trigger-garbage, where the pool's LambdaConfig names a CustomMessage or a
PreAuthentication function that is invoked; and undeliverable, where a code is sent
to a user whose token asked for it. Each has a probability.

--list-fault is of lists that are filtered by the beginning of a sub, as programs use
them to read a pool in parts. They are refused (refuse), find everyone (ignore), never
find one user (lose), find one twice (twice), or find one whose sub begins otherwise,
too (stray). With lose=USERNAME, and so on, it is that one.

` + sandboxCodes,
		Example: `  attrmigrate sandbox --users 2000
  attrmigrate sandbox --users loyalty.csv --pool pool.json --quota 200
  attrmigrate sandbox --users 100 --quota UserUpdate=10 --fault internal=0.1 --latency 30ms
  attrmigrate sandbox --users 100 --password Made-up-1 --tokens members.csv --token-expiry 10m
  sed '1s/$/,locale/; 2,$s/$/,de_DE/' members.csv > locales.csv  # for --as user`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			if sys.Heed != nil { // a script that started it in the background has no other way to end it as Ctrl-C does
				sys.Heed(os.Interrupt)
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			return runSandbox(ctx, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().SortFlags = false
	o.register(cmd.Flags())
	return cmd
}

// validate refuses what no sandbox could be made of.
func (o *sandboxOptions) validate() error {
	if n, err := strconv.Atoi(o.Users); err == nil && n < 0 {
		return refusal.Usagef("--users is %d, want at least 0", n)
	}
	switch {
	case min(o.latency, o.jitter, o.pageTime, o.faults.ThrottleBurst) < 0:
		return refusal.Usagef("--latency, --jitter, --page-time and --throttle-burst want at least 0s")
	case o.Password != "" && o.Users == "":
		return &refusal.UsageError{Err: rehearsal.Nobody("--password"), Remedy: "--users 100 makes some"}
	case o.Expiry != 0 && o.Tokens == "":
		return &refusal.UsageError{Err: fmt.Errorf("--token-expiry is %s, and no tokens are written", o.Expiry), Remedy: "--tokens FILE writes them"}
	case !isAddress(o.addr):
		return &refusal.UsageError{Err: fmt.Errorf("--addr: %s is no address to listen on", prose.Printable(o.addr)), Remedy: "write it as 127.0.0.1:PORT; port 0 is any free one"}
	case o.Tokens != "":
		return rehearsal.CheckTokensFile(o.Tokens)
	default:
		return nil
	}
}

func runSandbox(ctx context.Context, o sandboxOptions, stdout, stderr io.Writer) (err error) {
	server, err := sandbox.New(sandbox.Config{
		Quotas: o.quotas, Latency: o.latency, Jitter: o.jitter, PageTime: o.pageTime, Faults: o.faults, Seed: o.seed, Journal: o.journal, LogSize: 1,
	})
	if e, ok := errors.AsType[*sandbox.JournalError](err); ok {
		return &refusal.UsageError{Err: fmt.Errorf("--journal: %w", err), Remedy: e.Hint()}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	made, err := o.Furnish(ctx, server)
	if made.Unused != nil {
		fmt.Fprintf(stderr, "%-8s not used, since %s has a pool already: %s\n", "watch", prose.Printable(o.journal), strings.Join(made.Unused, ", "))
	}
	if made.LeftOut != nil {
		fmt.Fprintf(stderr, "%-8s left out, since no user can have such a name: %s\n", "watch", prose.Printable(prose.Some(made.LeftOut, 5)))
	}
	if made.Cut != nil {
		fmt.Fprintf(stderr, "%-8s %s\n", "watch", prose.Printable(made.Cut.Error()))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return interrupted("not all of the users were there yet")
	case err != nil:
		return err
	}
	address, err := server.Start(o.addr)
	if err != nil {
		return err
	}
	if err := o.WriteTokens(ctx, server); err != nil {
		return err
	}
	var said bytes.Buffer
	o.announce(&said, server, address)
	if _, err := stdout.Write(said.Bytes()); err != nil && !console.ReaderLeft(err) {
		return err // nobody could find it
	}
	o.warn(stderr, server, address)
	<-ctx.Done()
	u := server.Stats().Categories["UserUpdate"]
	fmt.Fprintf(stdout, "%-8s %s received, %s throttled\n", "ended", prose.Plural(u.Received, "update"), prose.Count(u.Throttled))
	return nil
}

// announce says where the sandbox is, what is in it and how to use it, by one line a thing for scripts to
// read.
func (o sandboxOptions) announce(w io.Writer, server *sandbox.Server, address string) {
	fmt.Fprintf(w, "%-8s %s\n", "sandbox", address)
	for _, id := range server.Pools() {
		fmt.Fprintf(w, "%-8s %s, %s\n", "pool", id, prose.Plural(sizeOf(server, id), "user"))
		for _, client := range server.Clients(id) {
			fmt.Fprintf(w, "%-8s %s\n", "client", client)
		}
	}
	pool, program := server.Pools()[0], filepath.Base(os.Args[0])
	if o.Tokens != "" {
		fmt.Fprintf(w, "%-8s %s, %s: add a column for each attribute\n", "tokens", prose.Printable(o.Tokens), prose.Plural(sizeOf(server, pool), "row"))
	}
	o.announceCommands(w, shell.Join(program, "apply"), "--endpoint-url "+shell.Quote(address), pool)
}

// announceCommands says how the sandbox is used from the system's shell. The line for Windows is one that cmd
// and PowerShell take.
func (o sandboxOptions) announceCommands(w io.Writer, apply, endpoint, pool string) {
	const key, secret = "AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox"
	if runtime.GOOS == "windows" {
		fmt.Fprintf(w, "%-8s cmd /c \"set %s&& set %s&& %s %s --user-pool-id %s CHANGES\"\n", "try", key, secret, apply, endpoint, pool)
	} else {
		fmt.Fprintf(w, "%-8s %s %s \\\n", "try", key, secret)
		fmt.Fprintf(w, "%-8s   %s %s --user-pool-id %s CHANGES\n", "", apply, endpoint, pool)
	}
	if o.Tokens != "" {
		fmt.Fprintf(w, "%-8s %s --as user %s %s\n", "or", apply, endpoint, shell.File(o.Tokens))
	}
}

func sizeOf(server *sandbox.Server, pool string) int {
	n := 0
	for range server.Users(pool) {
		n++
	}
	return n
}

// warn says what people would not expect of a sandbox that was set up like this.
func (o sandboxOptions) warn(w io.Writer, server *sandbox.Server, address string) {
	f := o.faults
	if f.TriggerThrows+f.TriggerTimeout+f.TriggerGarbage > 0 && !invokesTriggers(server) {
		fmt.Fprintf(w, "%-8s faults of triggers never happen here: the LambdaConfig of the pool names neither CustomMessage nor PreAuthentication\n", "watch")
	}
	if f.ListUser != "" && !hasUser(server, f.ListUser) {
		fmt.Fprintf(w, "%-8s --list-fault %s never happens here: there is no user %s\n", "watch", f.List, prose.Printable(f.ListUser))
	}
	if host, _, err := net.SplitHostPort(o.addr); err == nil && !isLoopback(host) {
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(address, "http://")) // the one that it got
		fmt.Fprintf(w, "%-8s anyone who reaches %s can change these users: requests are not authenticated\n", "watch", net.JoinHostPort(host, port))
	}
}

func invokesTriggers(server *sandbox.Server) bool {
	for _, id := range server.Pools() {
		if len(server.Triggers(id)) > 0 {
			return true
		}
	}
	return false
}

func hasUser(server *sandbox.Server, username string) bool {
	return slices.ContainsFunc(server.Pools(), func(id string) bool { _, ok := server.User(id, username); return ok })
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isAddress tells whether an address has a host, which may be empty, and a port.
func isAddress(text string) bool {
	_, _, err := net.SplitHostPort(text)
	return err == nil
}

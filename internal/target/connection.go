package target

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
)

// Connection says which pool is meant and how it is reached.
type Connection struct {
	PoolID      string // may be empty for a sandbox, and with users' own tokens, which know it
	Region      string // empty: the pool id's
	Profile     string // of the AWS configuration; empty: the environment's
	EndpointURL string // empty: AWS's own
	Role        string // the ARN of a role in which calls are made; empty: in the name of the credentials
	ExternalID  string // that the role asks for
	Account     string // that the pool must be of; empty: any
	Sandbox     bool   // a local Cognito inside the process
	From        string // an export, whose users are in the sandbox; empty: those of the change set

	Timeout   time.Duration // of one attempt
	Calls     int           // at once
	UserAgent string        // how the program names itself
}

// What stands for the place of a sandbox inside the process, whose port differs each time, and for its pool if
// none is named. They are in fingerprints.
const (
	SandboxEndpoint = "sandbox"
	SandboxPool     = "us-east-1_Sandbox00"
)

// Flags are those of the command line that lead to the same pool again; users' own tokens know it themselves.
func (c Connection) Flags(pool string) []string {
	var words []string
	if pool != "" {
		words = append(words, "--user-pool-id", pool)
	}
	words = append(words, c.serviceFlags()...)
	for _, flag := range [][2]string{{"--role-arn", c.Role}, {"--external-id", c.ExternalID}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	if c.Sandbox {
		words = append(words, "--sandbox")
	}
	if c.From != "" {
		words = append(words, "--from", c.From)
	}
	return words
}

// IsAWS tells whether an endpoint is AWS's own, for a pool.
func IsAWS(endpoint, pool string) bool {
	region, ok := cognito.RegionOf(pool)
	return ok && endpoint == "https://cognito-idp."+region+".amazonaws.com"
}

// serviceFlags are those that the AWS CLI has, too.
func (c Connection) serviceFlags() (words []string) {
	for _, flag := range [][2]string{{"--region", c.Region}, {"--profile", c.Profile}, {"--endpoint-url", c.EndpointURL}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	return words
}

// ListPools is the command of the AWS CLI that lists the pools of the account.
func (c Connection) ListPools() string {
	words := []string{"aws", "cognito-idp", "list-user-pools", "--max-results", "60"}
	return shell.Join(append(words, c.serviceFlags()...)...)
}

// Connect prepares a target that is written to with AWS credentials.
func Connect(ctx context.Context, c Connection) (*Target, error) {
	if c.Sandbox {
		return c.toSandbox()
	}
	if !cognito.IsPoolID(c.PoolID) {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--user-pool-id: %s is no user pool id", prose.Printable(c.PoolID)),
			Remedy: "the id is such as us-east-1_Ab12Cd34E; to list them: " + c.ListPools()}
	}
	region := c.Region
	if region == "" {
		region, _ = cognito.RegionOf(c.PoolID)
	}
	client, err := c.client(ctx, region, false)
	if err != nil {
		return nil, err
	}
	return newTarget(c.PoolID, client, &admin{client: client, poolID: c.PoolID, account: c.Account}), nil
}

// ConnectUsers prepares a target that is written to with users' own access tokens: it has no AWS credentials, and
// asks for none. The pool and its Region are those of the token, unless the connection names them.
func ConnectUsers(ctx context.Context, c Connection, token *cognito.Token) (*Target, error) {
	pool, region := c.PoolID, c.Region
	if pool == "" {
		pool = token.PoolID
	}
	if region == "" {
		region, _ = cognito.RegionOf(pool)
	}
	if region == "" {
		region = token.Region
	}
	if region == "" && c.EndpointURL != "" {
		region = "us-east-1" // only AWS's own endpoints depend on it
	}
	client, err := c.client(ctx, region, true)
	if err != nil {
		return nil, err
	}
	to := newTarget(pool, client, &users{client: client, poolID: pool, connection: c})
	to.ByUsers, to.Lister, to.Groups = true, nil, nil
	return to, nil
}

func (c Connection) client(ctx context.Context, region string, anonymous bool) (*cognito.Client, error) {
	if err := c.fit(); err != nil {
		return nil, err
	}
	return cognito.NewClient(ctx, cognito.Config{
		Region: region, Profile: c.Profile, EndpointURL: c.EndpointURL, Role: c.Role, ExternalID: c.ExternalID, Anonymous: anonymous,
		Connections: c.Calls, Timeout: c.Timeout, UserAgent: c.UserAgent,
	})
}

// fit refuses flags that are written as none can be. The same from the environment is no mistake of the command line.
func (c Connection) fit() error {
	if why := cognito.UnfitEndpoint(c.EndpointURL); c.EndpointURL != "" && why != "" {
		return &refusal.UsageError{Err: errors.New("the endpoint can't be used: --endpoint-url: " + why), Remedy: "write it as https://HOST or http://127.0.0.1:PORT"}
	}
	if strings.ContainsFunc(c.Region, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return &refusal.UsageError{Err: fmt.Errorf("--region: %q is no Region", c.Region), Remedy: "write it as us-east-1"}
	}
	return nil
}

// toSandbox is the target of a sandbox that is yet to be started.
func (c Connection) toSandbox() (*Target, error) {
	pool := c.PoolID
	if pool == "" {
		pool = SandboxPool
	}
	if _, ok := cognito.RegionOf(pool); !ok {
		return nil, refusal.Usagef("--user-pool-id: %s is no user pool id, such as us-east-1_Ab12Cd34E", prose.Printable(pool))
	}
	return &Target{PoolID: pool, Endpoint: SandboxEndpoint, connection: c}, nil
}

// At is the target of a sandbox, once that listens at an address.
func (t *Target) At(ctx context.Context, address string) (*Target, error) {
	region, _ := cognito.RegionOf(t.PoolID)
	client, err := cognito.NewClient(ctx, cognito.Config{
		Region: region, EndpointURL: address, Connections: t.connection.Calls, Timeout: t.connection.Timeout,
		Credentials: credentials.NewStaticCredentialsProvider("sandbox", "sandbox", ""),
	})
	if err != nil {
		return nil, err
	}
	there := *t
	there.Authority, there.Lister, there.Groups = &admin{client: client, poolID: t.PoolID}, client, client
	return &there, nil
}

package cognito

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go/logging"
)

// Config says how to reach Amazon Cognito. The zero value takes everything from the SDK's own chain:
// the AWS_* variables, the shared configuration files, SSO, roles, container and instance metadata.
type Config struct {
	// Region is the AWS Region; empty: the SDK's. See [RegionOf].
	Region string
	// Profile is a profile of the shared configuration; empty: AWS_PROFILE, or "default".
	Profile string
	// EndpointURL replaces AWS's own endpoint and whatever the environment or the profile name.
	EndpointURL string
	// Connections is how many idle connections are kept, so that each worker has one. Default 32.
	Connections int
	// Timeout is the time that one attempt may take, fetching credentials included. Default 20 s.
	Timeout time.Duration
	// UserAgent, "name/version", is added to the User-Agent header.
	UserAgent string
	// Credentials sign the calls. If they are set, the environment and the shared configuration are
	// not read at all, so Region must be given.
	Credentials aws.CredentialsProvider
	// Role is the ARN of a role that is assumed with the credentials, and ExternalID what it asks for, if it does.
	// Calls are made as the role.
	Role, ExternalID string
	// Anonymous makes a client without any credentials, for the calls that a user's own token allows:
	// [UserUpdater.Update] and [Client.GetUserByToken]. Region and endpoint are found as ever, but
	// nobody is asked for credentials, not the metadata service of the machine either. Other calls
	// fail.
	Anonymous bool
}

func (c Config) withDefaults() Config {
	c.Connections = cmp.Or(max(c.Connections, 0), 32)
	c.Timeout = cmp.Or(max(c.Timeout, 0), 20*time.Second)
	return c
}

// Client calls Amazon Cognito user pools in one Region.
type Client struct {
	api         *cip.Client
	credentials *renewable
	timeout     time.Duration
	region      string
	profile     string
	role        string
	external    bool // an external id was given
	endpoint    string
	endpointBy  string
}

// NewClient reads the SDK's configuration and returns a client. It makes no call; credentials are
// fetched by the first. The error is an [*Error].
func NewClient(ctx context.Context, cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	c := &Client{
		timeout: cfg.Timeout,
		region:  cfg.Region,
		profile: cfg.Profile,
		role:    cfg.Role, external: cfg.ExternalID != "",
	}
	if cfg.Anonymous {
		cfg.Credentials = nil
	}
	if cfg.Credentials == nil {
		c.profile = cmp.Or(c.profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
	}
	sdk, err := cfg.load(ctx)
	if err != nil {
		return nil, c.configError(err)
	}
	if c.region = sdk.Region; c.region == "" {
		return nil, c.failure(target{}, "NoRegion", "", nil)
	}
	c.credentials = newRenewable(sdk.Credentials, func(ctx context.Context) (aws.CredentialsProvider, error) {
		again, err := cfg.load(ctx)
		return again.Credentials, err
	})
	c.api = cip.NewFromConfig(sdk, func(o *cip.Options) {
		// In the client's options and not in aws.Config, which credential clients share. A maximum
		// of attempts, from AWS_MAX_ATTEMPTS or a profile, would wrap the retryer in another.
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 0
		o.Credentials = c.credentials
		o.HTTPClient = httpClient(sdk.HTTPClient, cfg.Connections)
		if cfg.EndpointURL != "" {
			o.BaseEndpoint = aws.String(cfg.EndpointURL)
		}
		if name, version, _ := strings.Cut(cfg.UserAgent, "/"); name != "" {
			o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
		}
	})
	if err := c.resolveEndpoint(ctx, cfg); err != nil {
		return nil, err
	}
	return c, nil
}

// load reads the SDK's configuration, or makes one of what was given, once no setting is known to be wrong.
func (c Config) load(ctx context.Context) (aws.Config, error) {
	if err := c.check(ctx); err != nil {
		return aws.Config{}, err
	}
	if c.Credentials != nil {
		return aws.Config{Region: c.Region, Credentials: aws.NewCredentialsCache(c.Credentials)}, nil
	}
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}),          // what matters comes back as an error; the SDK's warnings are noise
		config.WithCredentialsCacheOptions(early), // the SDK does so by itself only for containers
	}
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	if c.Anonymous {
		options = append(options, config.WithCredentialsProvider(nobody),
			// AWS_DEFAULTS_MODE=auto would have the SDK ask the metadata service where it runs.
			config.WithDefaultsMode(aws.DefaultsModeLegacy))
	}
	sdk, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return sdk, err
	}
	return c.assumed(sdk), nil
}

// httpClient returns a client with a connection for each worker and without redirects: a redirect
// would send a user's data, once more, to a host that nobody named. The transport is a copy of the
// SDK's, so AWS_CA_BUNDLE and the proxy variables hold.
func httpClient(base aws.HTTPClient, connections int) *http.Client {
	sdk, ok := base.(*awshttp.BuildableClient)
	if !ok {
		sdk = awshttp.NewBuildableClient()
	}
	transport := sdk.GetTransport()
	transport.MaxIdleConns = connections
	transport.MaxIdleConnsPerHost = connections
	// Shorter than the minute or so after which load balancers hang up: a request on a connection
	// that the other side has just closed is an error.
	transport.IdleConnTimeout = 30 * time.Second
	return &http.Client{
		Transport:     plainBodies{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// plainBodies hides that the SDK's request bodies are io.WriterTo. Once the answer has come, the SDK
// closes the body; if net/http asks it just then whether it has more, WriteTo says io.EOF, which is no
// end but an error there, and the connection is closed while the answer is being read (smithy-go
// 1.28.8, safeWriteToReadCloser). Read has no such flaw.
type plainBodies struct{ *http.Transport }

func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.WithContext(r.Context()) // a copy: the caller's must stay as it is
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}

// Region returns the Region that is called.
func (c *Client) Region() string { return c.region }

// call makes one attempt of an operation and says of an error what it means.
func (c *Client) call(ctx context.Context, op target, attempt func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	generation := c.credentials.current()
	err := attempt(limited)
	if err == nil {
		return nil
	}
	err = c.classify(ctx, limited, op, err)
	if expired(err) {
		c.credentials.renew(generation)
	}
	return err
}

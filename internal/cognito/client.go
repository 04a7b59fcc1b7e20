package cognito

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"attrmigrate/internal/awsconn"
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
	credentials *awsconn.Credentials
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
	conn := cfg.connection()
	c := &Client{
		timeout: cfg.Timeout,
		region:  cfg.Region,
		profile: conn.ProfileName(),
		role:    cfg.Role, external: cfg.ExternalID != "",
	}
	sdk, renewable, err := conn.Load(ctx)
	if err != nil {
		f := awsconn.Unusable(err)
		c.endpointBy = f.Setting // for the hint; there will be no client
		return nil, c.failure(target{}, f.Code, f.Message, err)
	}
	if c.region = sdk.Region; c.region == "" {
		return nil, c.failure(target{}, "NoRegion", "", nil)
	}
	c.credentials = renewable
	c.api = cip.NewFromConfig(sdk, func(o *cip.Options) {
		// In the client's options and not in aws.Config, which credential clients share. A maximum
		// of attempts, from AWS_MAX_ATTEMPTS or a profile, would wrap the retryer in another.
		o.Retryer = aws.NopRetryer{}
		o.RetryMaxAttempts = 0
		o.HTTPClient = awsconn.HTTPClient(sdk.HTTPClient, cfg.Connections)
		if cfg.EndpointURL != "" {
			o.BaseEndpoint = aws.String(cfg.EndpointURL)
		}
		if name, version, _ := strings.Cut(cfg.UserAgent, "/"); name != "" {
			o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
		}
	})
	if err := c.resolveEndpoint(ctx, conn); err != nil {
		return nil, err
	}
	return c, nil
}

// connection says the same of any service.
func (c Config) connection() awsconn.Config {
	return awsconn.Config{
		Region: c.Region, Profile: c.Profile, EndpointURL: c.EndpointURL, Variable: "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
		Credentials: c.Credentials, Role: c.Role, ExternalID: c.ExternalID, Anonymous: c.Anonymous,
	}
}

// Region returns the Region that is called.
func (c *Client) Region() string { return c.region }

// call makes one attempt of an operation and says of an error what it means.
func (c *Client) call(ctx context.Context, op target, attempt func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	generation := c.credentials.Current()
	err := attempt(limited)
	if err == nil {
		return nil
	}
	err = c.classify(ctx, limited, op, err)
	if expired(err) {
		c.credentials.Renew(generation)
	}
	return err
}

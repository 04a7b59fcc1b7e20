package awsconn

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Config says how a service of AWS is reached. The zero value takes everything from the SDK's own chain.
type Config struct {
	Region  string // empty: the SDK's
	Profile string // of the shared configuration; empty: AWS_PROFILE, or "default"
	// EndpointURL replaces AWS's own endpoint and whatever the environment or the profile name.
	EndpointURL string
	// Variable is the one that names an endpoint of the service alone, such as AWS_ENDPOINT_URL_S3.
	Variable string
	// Credentials sign the calls. If they are set, the environment and the shared configuration are not read at all.
	Credentials aws.CredentialsProvider
	// Role is the ARN of a role that is assumed with the credentials, and ExternalID what it asks for, if it does.
	Role, ExternalID string
	// Anonymous looks for no credentials, and assumes no role.
	Anonymous bool
}

// Load reads the SDK's configuration, or makes one of what was given, once no setting is known to be wrong. Its credentials are
// those that are returned beside it.
func (c Config) Load(ctx context.Context) (aws.Config, *Credentials, error) {
	sdk, err := c.load(ctx)
	if err != nil {
		return sdk, nil, err
	}
	renewable := &Credentials{provider: sdk.Credentials, load: func(ctx context.Context) (aws.CredentialsProvider, error) {
		again, err := c.load(ctx)
		return again.Credentials, err
	}}
	sdk.Credentials = renewable
	return sdk, renewable, nil
}

// load loads it, or ends with ctx: the SDK opens the files of the shared configuration whatever they are, and to open a pipe
// takes until somebody writes to it. What still waits then is left to the end of the process.
func (c Config) load(ctx context.Context) (aws.Config, error) {
	type result struct {
		sdk aws.Config
		err error
	}
	done := make(chan result, 1)
	go func() {
		sdk, err := c.read(ctx)
		done <- result{sdk, err}
	}()
	select {
	case r := <-done:
		return r.sdk, r.err
	case <-ctx.Done():
		return aws.Config{}, ctx.Err()
	}
}

func (c Config) read(ctx context.Context) (aws.Config, error) {
	if c.Anonymous {
		c.Credentials = nil
	}
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

// early renews credentials before they expire, and not by the call that finds out.
func early(o *aws.CredentialsCacheOptions) {
	o.ExpiryWindow = 5 * time.Minute
	o.ExpiryWindowJitterFrac = 0.5
}

// ProfileName is the profile that the SDK takes, for people; empty: the default, or none where credentials are given.
func (c Config) ProfileName() string {
	if c.Credentials != nil && !c.Anonymous {
		return c.Profile
	}
	return cmp.Or(c.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
}

package s3

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// Config says how to reach S3. The zero value takes everything from the SDK's own chain: the AWS_* variables
// (AWS_ENDPOINT_URL_S3 among them), the shared configuration files, SSO, roles, container and instance metadata.
type Config struct {
	Region  string // empty: the SDK's, else us-east-1, which knows where each bucket lies
	Profile string // of the shared configuration; empty: AWS_PROFILE, or "default"
	// Timeout is the time that one attempt may take, fetching credentials included; what carries a part of a file has more.
	// Default 20 s.
	Timeout time.Duration
	// UserAgent, "name/version", is added to the User-Agent header.
	UserAgent string
	// KMSKey encrypts what is written, by its id, ARN or alias; empty: as the bucket is set.
	KMSKey string
	// Owner is the account that the bucket has to belong to, in 12 digits; empty: any.
	Owner string
	// Connections is how many idle connections are kept. Default 64.
	Connections int
}

var account = regexp.MustCompile(`^[0-9]{12}$`)

// defaultRegion is asked where none is configured.
const defaultRegion = "us-east-1"

func (c Config) withDefaults() Config {
	c.Connections = cmp.Or(max(c.Connections, 0), 64)
	c.Timeout = cmp.Or(max(c.Timeout, 0), 20*time.Second)
	return c
}

// check refuses what no call could be made with.
func (c Config) check() error {
	if c.Owner != "" && !account.MatchString(c.Owner) {
		return &refusal.UsageError{Err: fmt.Errorf("--s3-bucket-owner: %s is no account", prose.Printable(c.Owner)),
			Remedy: "an account has 12 digits; to see your own: aws sts get-caller-identity"}
	}
	return nil
}

// load reads the SDK's configuration.
func (c Config) load(ctx context.Context) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // what matters comes back as an error; the SDK's warnings are noise
		// Credentials of a role are renewed before they expire, not by the call that finds out.
		config.WithCredentialsCacheOptions(func(o *aws.CredentialsCacheOptions) {
			o.ExpiryWindow = 5 * time.Minute
			o.ExpiryWindowJitterFrac = 0.5
		}),
	}
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	sdk, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil && sdk.Region == "" {
		sdk.Region = defaultRegion
	}
	return sdk, err
}

// profile is the one that the SDK takes, for people; empty: the default.
func (c Config) profile() string {
	return cmp.Or(c.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
}

// setter names what set an endpoint, by comparing it with what each place names, so that precedence stays the SDK's.
func (c Config) setter(endpoint string) string {
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if os.Getenv(name) == endpoint {
			return name
		}
	}
	return "profile " + cmp.Or(c.profile(), config.DefaultSharedConfigProfile)
}

// unfit says why an address is no endpoint. It does not repeat the address, which may hold a password.
func unfit(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "it is not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "it does not begin with https:// or http://"
	case u.Hostname() == "":
		return "it names no host"
	case u.Port() != "" && !isPort(u.Port()):
		return "its port is not a number from 1 to 65535"
	case u.User != nil:
		return "it holds a user name or password"
	case u.RawQuery != "" || u.Fragment != "":
		return "it has a query or a fragment"
	default:
		return ""
	}
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

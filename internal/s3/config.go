package s3

import (
	"cmp"
	"fmt"
	"regexp"
	"time"

	"attrmigrate/internal/awsconn"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// Config says how to reach S3. The zero value takes everything from the SDK's own chain: the AWS_* variables
// (AWS_ENDPOINT_URL_S3 among them), the shared configuration files, SSO, roles, container and instance metadata.
type Config struct {
	Region  string // empty: the SDK's, else us-east-1, which knows where each bucket lies
	Profile string // of the shared configuration; empty: AWS_PROFILE, or "default"
	// Timeout is the time that one attempt may take, fetching credentials included; what carries a part of a file has more, as long
	// as bytes of it move. Default 20 s.
	Timeout time.Duration
	// UserAgent, "name/version", is added to the User-Agent header.
	UserAgent string
	// KMSKey encrypts what is written, by its id, ARN or alias; empty: as the bucket is set.
	KMSKey string
	// Owner is the account that the bucket has to belong to, in 12 digits; empty: any.
	Owner string
	// Run is the prefix of the run that is kept in the bucket, with a slash at its end: who is denied something of it needs it of
	// all of it. Empty: none is.
	Run string
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

// connection says the same of any service.
func (c Config) connection() awsconn.Config {
	return awsconn.Config{Region: c.Region, Profile: c.Profile, Variable: "AWS_ENDPOINT_URL_S3"}
}

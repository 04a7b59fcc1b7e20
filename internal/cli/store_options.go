package cli

import (
	"context"
	"time"

	"github.com/spf13/pflag"

	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
)

// storeOptions say how S3 is reached: by the credentials that the program is given, whatever role it takes for a pool.
type storeOptions struct {
	profile             string
	timeout             time.Duration // of one attempt
	kmsKey, bucketOwner string
}

// lookTimeout is how long one attempt may take where somebody waits before a screen.
const lookTimeout = 5 * time.Second

// registerLooking registers the flags of a command that looks at runs, and writes nothing to S3.
func (o *storeOptions) registerLooking(f *pflag.FlagSet) {
	o.timeout = lookTimeout
	f.StringVar(&o.profile, "profile", "", "`profile` of the AWS configuration")
	f.StringVar(&o.bucketOwner, "s3-bucket-owner", "", "`account` that a bucket has to belong to, 12 digits (default: any)")
}

// registerWriting registers those of a command that writes there, too.
func (o *storeOptions) registerWriting(f *pflag.FlagSet) {
	o.registerLooking(f)
	o.registerKey(f)
}

func (o *storeOptions) registerKey(f *pflag.FlagSet) {
	f.StringVar(&o.kmsKey, "s3-kms-key-id", "", "`key` of KMS that encrypts what is written to S3, by id, ARN or alias (default: as the bucket is set)")
}

// s3 is how S3 is reached.
func (o *storeOptions) s3() s3.Config {
	return s3.Config{Profile: o.profile, Timeout: o.timeout, UserAgent: "attrmigrate/" + release(), KMSKey: o.kmsKey, Owner: o.bucketOwner}
}

// ofRun is the bucket of a run.
func (o *storeOptions) ofRun(ctx context.Context, place s3.URL) (*s3.Bucket, error) {
	cfg := o.s3()
	cfg.Run = place.Below("").Key
	return s3.Open(ctx, place.Bucket, cfg)
}

// awsS3 is a command of the AWS CLI that reaches S3 by the same profile; empty: the usual one.
func awsS3(profile string, words ...string) string {
	words = append([]string{"aws", "s3"}, words...)
	if profile != "" {
		words = append(words, "--profile", profile)
	}
	return shell.Join(words...)
}

// leads are the flags that lead there again.
func (o *storeOptions) leads() (words []string) {
	for _, flag := range [][2]string{{"--profile", o.profile}, {"--s3-bucket-owner", o.bucketOwner}, {"--s3-kms-key-id", o.kmsKey}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	return words
}

package s3

import (
	"fmt"
	"regexp"
	"strings"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// URL is the place of an object, or of all below a prefix.
type URL struct {
	Bucket string
	Key    string // empty: the bucket
	// Version pins one of several that a bucket keeps; empty: the newest.
	Version string
}

const (
	scheme = "s3://"
	pins   = "?versionId="
)

// Is tells whether a path is meant for S3.
func Is(path string) bool {
	return len(path) >= len(scheme) && strings.EqualFold(path[:len(scheme)], scheme)
}

// bucketName is wider than what S3 gives out today: old buckets have capitals and underscores.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$`)

// longestKey is S3's, in bytes.
const longestKey = 1024

// ParseURL reads s3://BUCKET/KEY, or s3://BUCKET/KEY?versionId=ID. The error is a [refusal.UsageError].
func ParseURL(text string) (URL, error) {
	refuse := func(why, remedy string) (URL, error) {
		return URL{}, &refusal.UsageError{Err: fmt.Errorf("%s: %s", prose.Printable(text), why), Remedy: remedy}
	}
	const form = "write s3://BUCKET/KEY"
	if !Is(text) {
		return refuse("it is no URL of S3", form)
	}
	bucket, key, _ := strings.Cut(text[len(scheme):], "/")
	key, version, pinned := strings.Cut(key, pins)
	switch {
	case text[:len(scheme)] != scheme:
		return refuse("s3:// is written in small letters", form)
	case bucket == "":
		return refuse("it names no bucket", form)
	case strings.HasPrefix(bucket, "arn:"):
		return refuse("a bucket is named by its name, not by an ARN", "an access point has an alias, which stands for a bucket: s3://ALIAS/KEY")
	case !bucketName.MatchString(bucket):
		return refuse("the bucket's name is none", form+"; to list the buckets: aws s3 ls")
	case pinned && (version == "" || key == ""):
		return refuse("versionId pins nothing", form+pins+"ID")
	case len(key) > longestKey:
		return refuse(fmt.Sprintf("its key has more than %d bytes", longestKey), "name a shorter one")
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return refuse("its key has characters that cannot be shown", "name another one")
	}
	return URL{Bucket: bucket, Key: key, Version: version}, nil
}

// String is the URL as it was written.
func (u URL) String() string {
	text := scheme + u.Bucket + "/" + u.Key
	if u.Version != "" {
		text += pins + u.Version
	}
	return text
}

// Dir tells whether it can only be a prefix: nothing, or what ends in a slash.
func (u URL) Dir() bool { return u.Key == "" || strings.HasSuffix(u.Key, "/") }

// Below is the place of a name below a prefix.
func (u URL) Below(name string) URL {
	if u.Key != "" && !strings.HasSuffix(u.Key, "/") {
		u.Key += "/"
	}
	return URL{Bucket: u.Bucket, Key: u.Key + name}
}

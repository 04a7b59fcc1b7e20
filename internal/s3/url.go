package s3

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
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
	begins = "s3:"
	pins   = "?versionId="
)

// Is tells whether a path is meant for S3, also where a slash is missing: a run that is taken for a directory called s3: goes
// with its machine. A file that is called so is ./s3:.
func Is(text string) bool {
	return len(text) >= len(begins) && strings.EqualFold(text[:len(begins)], begins)
}

// bucketName is wider than what S3 gives out today: old buckets have capitals, underscores, and names of up to longestBucket characters.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]+[A-Za-z0-9]$`)

const longestBucket = 255

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
	rest, ok := strings.CutPrefix(text, scheme)
	switch {
	case !ok && strings.HasPrefix(text[len(begins):], "//"):
		return refuse("s3:// is written in small letters", form)
	case !ok:
		return refuse("s3: has two slashes behind it", form+"; a file of this machine that is called so is ./"+prose.Printable(text))
	}
	bucket, key, _ := strings.Cut(rest, "/")
	key, version, pinned := strings.Cut(key, pins)
	switch {
	case bucket == "":
		return refuse("it names no bucket", form)
	case strings.HasPrefix(bucket, "arn:"):
		return refuse("a bucket is named by its name, not by an ARN", "an access point has an alias, which stands for a bucket: s3://ALIAS/KEY")
	case len(bucket) > longestBucket || !bucketName.MatchString(bucket):
		return refuse("a bucket can't be called "+prose.Printable(bucket)+": names have 3 characters or more, letters, digits, dots and hyphens", form+"; to list the buckets: aws s3 ls")
	case pinned && (version == "" || key == ""):
		return refuse("versionId pins nothing", form+pins+"ID")
	case len(key) > longestKey:
		return refuse(fmt.Sprintf("its key has more than %d bytes", longestKey), "name a shorter one")
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return refuse("its key has characters that cannot be shown", "name another one")
	}
	return URL{Bucket: bucket, Key: key, Version: version}, nil
}

// ParseDir reads the place of a run directory, s3://BUCKET/PREFIX, with or without a slash at its end. The error is a
// [refusal.UsageError].
//
// Names between slashes that are nothing, or dots, are refused: to S3 s3://runs/a//b is another place than s3://runs/a/b, but not
// to every store, proxy and tool, nor to the people who read of both. One run in two places would be done twice.
func ParseDir(text string) (URL, error) {
	u, err := ParseURL(text)
	if err != nil {
		return URL{}, err
	}
	refuse := func(why, remedy string) (URL, error) {
		return URL{}, &refusal.UsageError{Err: fmt.Errorf("%s: %s", prose.Printable(text), why), Remedy: remedy}
	}
	clean := strings.TrimPrefix(path.Clean("/"+u.Key), "/")
	switch {
	case u.Version != "":
		return refuse("a run directory has no version", "write s3://BUCKET/PREFIX")
	case u.Key == "/" || u.Key != clean && u.Key != clean+"/":
		return refuse("a run directory has no empty name and no dots between its slashes", "write "+shell.Quote(URL{Bucket: u.Bucket, Key: clean}.String()))
	}
	return u, nil
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

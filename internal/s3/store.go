package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"attrmigrate/internal/runlog"
)

// Get reads a whole object.
func (b *Bucket) Get(ctx context.Context, key string) (runlog.Object, error) {
	var o runlog.Object
	err := b.attempt(ctx, call{op: "GetObject", key: key}, func(ctx context.Context, region func(*s3.Options)) error {
		out, err := b.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key, ExpectedBucketOwner: b.owner()}, region)
		if err != nil {
			return err
		}
		defer out.Body.Close()
		body, err := readAll(out.Body, aws.ToInt64(out.ContentLength))
		o = runlog.Object{Body: body, Tag: aws.ToString(out.ETag), Age: age(out.ResultMetadata, out.LastModified)}
		return err
	})
	if err != nil {
		return runlog.Object{}, err
	}
	return o, nil
}

// readAll reads a body of a known length.
func readAll(r io.Reader, size int64) ([]byte, error) {
	var body bytes.Buffer
	body.Grow(int(min(max(size, 0), 1<<20)) + bytes.MinRead)
	_, err := io.Copy(&body, r)
	return body.Bytes(), err
}

// age is how old an object is by the clock of the server, which has both dates in seconds; 0 if it does not say.
func age(answer middleware.Metadata, modified *time.Time) time.Duration {
	response, ok := awsmiddleware.GetRawResponse(answer).(*smithyhttp.Response)
	if !ok || modified == nil {
		return 0
	}
	now, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(now.Sub(*modified), 0)
}

// Put writes an object if a condition holds.
func (b *Bucket) Put(ctx context.Context, key string, body []byte, when runlog.Condition) (tag string, err error) {
	in := b.putting(key, bytes.NewReader(body), when)
	err = b.attempt(ctx, call{op: "PutObject", key: key}, func(ctx context.Context, region func(*s3.Options)) error {
		in.Body = bytes.NewReader(body)
		out, err := b.api.PutObject(ctx, in, region)
		if err != nil {
			return err
		}
		tag = aws.ToString(out.ETag)
		return nil
	})
	return tag, b.taken(key, when, err)
}

// putting is the request that writes an object.
func (b *Bucket) putting(key string, body io.Reader, when runlog.Condition) *s3.PutObjectInput {
	in := &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: body, ExpectedBucketOwner: b.owner()}
	in.IfMatch, in.IfNoneMatch = conditions(when)
	if b.cfg.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &b.cfg.KMSKey
	}
	return in
}

// conditions are the headers of a condition.
func conditions(when runlog.Condition) (match, noneMatch *string) {
	switch when {
	case runlog.Always:
		return nil, nil
	case runlog.IfAbsent:
		return nil, aws.String("*")
	default:
		return aws.String(string(when)), nil
	}
}

// taken is the error of a write under a condition: where the object is to be another one, and there is none, S3 says 404.
func (b *Bucket) taken(key string, when runlog.Condition, err error) error {
	e, ok := errors.AsType[*Error](err)
	if ok && (e.code == "PreconditionFailed" || e.code == "NoSuchKey" && when != runlog.Always && when != runlog.IfAbsent) {
		return fmt.Errorf("%s: %w", b.URL(key), runlog.ErrTaken)
	}
	return err
}

// List gives the objects whose keys begin with a prefix and come behind another key, in the order of their keys. Each page is
// one attempt.
func (b *Bucket) List(ctx context.Context, prefix, behind string, each func(runlog.Entry) error) error {
	in := &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix, ExpectedBucketOwner: b.owner()}
	if behind != "" {
		in.StartAfter = &behind
	}
	for {
		var page *s3.ListObjectsV2Output
		err := b.attempt(ctx, call{op: "ListObjectsV2", key: prefix}, func(ctx context.Context, region func(*s3.Options)) (err error) {
			page, err = b.api.ListObjectsV2(ctx, in, region)
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			if err := each(runlog.Entry{Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size)}); err != nil {
				return err
			}
		}
		if !aws.ToBool(page.IsTruncated) || page.NextContinuationToken == nil {
			return nil
		}
		in.ContinuationToken = page.NextContinuationToken
	}
}

// Tag tells the tag of an object.
func (b *Bucket) Tag(ctx context.Context, key string) (string, error) {
	out, err := b.head(ctx, key)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// head asks for what an object has beside its content. A missing bucket is told as a missing object.
func (b *Bucket) head(ctx context.Context, key string) (out *s3.HeadObjectOutput, err error) {
	err = b.attempt(ctx, call{op: "HeadObject", key: key}, func(ctx context.Context, region func(*s3.Options)) error {
		out, err = b.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key, ExpectedBucketOwner: b.owner()}, region)
		return err
	})
	return out, err
}

// Delete removes an object if a condition holds; one that is not there is no error. Where the server does not know the condition, it
// is removed without: few servers but AWS's have conditions of DeleteObject.
func (b *Bucket) Delete(ctx context.Context, key string, when runlog.Condition) error {
	in := &s3.DeleteObjectInput{Bucket: &b.name, Key: &key, ExpectedBucketOwner: b.owner()}
	in.IfMatch, _ = conditions(when)
	remove := func() error {
		return b.attempt(ctx, call{op: "DeleteObject", key: key}, func(ctx context.Context, region func(*s3.Options)) error {
			_, err := b.api.DeleteObject(ctx, in, region)
			return err
		})
	}
	err := remove()
	if e, ok := errors.AsType[*Error](err); ok && in.IfMatch != nil && e.code == "NotImplemented" {
		in.IfMatch = nil
		err = remove()
	}
	if e, ok := errors.AsType[*Error](err); ok && in.IfMatch != nil && e.code == "NoSuchKey" {
		return nil
	}
	return b.taken(key, when, err)
}

// owner is the account that the bucket has to belong to, if that was said.
func (b *Bucket) owner() *string {
	if b.cfg.Owner == "" {
		return nil
	}
	return &b.cfg.Owner
}

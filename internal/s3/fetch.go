package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Fetching is where an object goes.
type Fetching struct {
	// Make is told the size before the first byte, and gives the file.
	Make func(size int64) (io.WriterAt, error)
	// Progress is told of bytes that have come, by several goroutines. Nil: nobody is.
	Progress func(done, size int64)
}

// Fetch reads an object whole, from its first byte to its last of one version: that of the URL, else the newest. If it changes
// meanwhile, and the bucket keeps no versions, that is an error. It tries again by itself.
func (b *Bucket) Fetch(ctx context.Context, key, version string, to Fetching) error {
	f := &fetch{b: b, key: key, version: version, to: to, size: -1}
	err := persist(ctx, func() error { return f.part(ctx, 0) })
	if e, ok := errors.AsType[*Error](err); ok && e.code == "InvalidRange" { // there is no first byte
		f.whole = true
		err = persist(ctx, func() error { return f.part(ctx, 0) })
	}
	if err != nil || f.whole {
		return err
	}
	rest := int((f.size - 1) / b.sizes.fetched) // parts behind the first
	return each(ctx, rest, func(ctx context.Context, i int) error {
		return persist(ctx, func() error { return f.part(ctx, i+1) })
	})
}

// fetch is one object on its way. What the first answer told is not changed any more.
type fetch struct {
	b       *Bucket
	key     string
	version string // pinned; empty: by the tag
	tag     string
	to      Fetching
	file    io.WriterAt
	size    int64 // -1: not known yet
	whole   bool  // it comes by one answer
	done    atomic.Int64
}

// part fetches one part, the first of which tells the version, the size, and so the file.
func (f *fetch) part(ctx context.Context, i int) error {
	from := int64(i) * f.b.sizes.fetched
	c := call{op: "GetObject", key: f.key, version: f.version, size: f.b.sizes.fetched, by: answer}
	in := &s3.GetObjectInput{Bucket: &f.b.name, Key: &f.key, ExpectedBucketOwner: f.b.owner()}
	if !f.whole {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+f.b.sizes.fetched-1))
	}
	switch {
	case f.version != "":
		in.VersionId = &f.version
	case f.tag != "":
		in.IfMatch = &f.tag
	}
	err := f.b.attempt(ctx, c, func(ctx context.Context, region func(*s3.Options)) error {
		out, err := f.b.api.GetObject(ctx, in, region)
		if err != nil {
			return err
		}
		defer out.Body.Close()
		return f.take(ctx, out, from)
	})
	if e, ok := errors.AsType[*Error](err); ok && f.tag != "" && (e.code == "PreconditionFailed" || e.verdict.missing) {
		return f.b.failure(c, "Changed", "", err)
	}
	return err
}

// take writes the part of an answer into the file.
func (f *fetch) take(ctx context.Context, out *s3.GetObjectOutput, from int64) error {
	body := coming(ctx, out.Body)
	if f.size < 0 {
		if err := f.begin(out); err != nil {
			return err
		}
	}
	want := min(f.b.sizes.fetched, f.size-from)
	if f.whole {
		want = f.size
	}
	n, err := io.Copy(local{io.NewOffsetWriter(f.file, from)}, io.LimitReader(body, want+1))
	if err == nil && n != want {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && f.to.Progress != nil {
		f.to.Progress(f.done.Add(n), f.size)
	}
	return err
}

// begin pins what the first answer is of.
func (f *fetch) begin(out *s3.GetObjectOutput) error {
	size := aws.ToInt64(out.ContentLength)
	if out.ContentRange == nil {
		f.whole = true // empty, or of a server that knows no ranges
	} else {
		_, total, _ := strings.Cut(*out.ContentRange, "/")
		n, err := strconv.ParseInt(total, 10, 64)
		if err != nil {
			return fmt.Errorf("the server tells no size: %w", err)
		}
		size = n
	}
	file, err := f.to.Make(size)
	if err != nil {
		return &localError{err}
	}
	f.file, f.size = file, size
	if f.tag = aws.ToString(out.ETag); f.version == "" {
		if v := aws.ToString(out.VersionId); v != "" && v != "null" {
			f.version = v
		}
	}
	return nil
}

// localError is of this machine, and none of S3's.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// local tells errors of the file from those of the network.
type local struct{ io.Writer }

func (l local) Write(p []byte) (int, error) {
	n, err := l.Writer.Write(p)
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

// Look tells by its error why an object cannot be read, that of a version or else the newest: one that is not there is an
// fs.ErrNotExist.
func (b *Bucket) Look(ctx context.Context, key, version string) error {
	// Its first byte is read, for HeadObject cannot tell a missing object from a missing bucket.
	_, err := b.first(ctx, key, version, 1)
	return err
}

// first reads so many bytes of an object, or all if it has fewer.
func (b *Bucket) first(ctx context.Context, key, version string, n int64) (begin []byte, err error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &key, ExpectedBucketOwner: b.owner(), Range: aws.String(fmt.Sprintf("bytes=0-%d", n-1))}
	if version != "" {
		in.VersionId = &version
	}
	err = persist(ctx, func() error {
		return b.attempt(ctx, call{op: "GetObject", key: key, version: version}, func(ctx context.Context, region func(*s3.Options)) error {
			out, err := b.api.GetObject(ctx, in, region)
			if err != nil {
				return err
			}
			defer out.Body.Close()
			begin, err = io.ReadAll(io.LimitReader(out.Body, n)) // some servers know no ranges
			return err
		})
	})
	if e, ok := errors.AsType[*Error](err); ok && e.code == "InvalidRange" { // it is empty
		return nil, nil
	}
	return begin, err
}

// Exists tells whether an object is there, as far as that can be told: who may write and not read does not know.
func (b *Bucket) Exists(ctx context.Context, key string) (bool, error) {
	_, there, err := b.Begin(ctx, key, 1)
	return there, err
}

// Begin reads the first bytes of an object, if it is there, as far as [Bucket.Exists] can tell.
func (b *Bucket) Begin(ctx context.Context, key string, n int64) (begin []byte, there bool, err error) {
	begin, err = b.first(ctx, key, "", n)
	if e, ok := errors.AsType[*Error](err); ok && (e.verdict.missing || strings.HasPrefix(e.permission, "s3:")) {
		return nil, false, nil
	}
	return begin, err == nil, err
}

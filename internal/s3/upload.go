package s3

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"attrmigrate/internal/runlog"
)

const (
	mostParts = 10_000 // of S3
	atOnce    = 8      // parts of one object
	anew      = 6      // uploads that are begun of one, where the ones before met others
)

// Upload writes an object of any size if a condition holds; if it does not, the error is a [runlog.ErrTaken]. It tries again by
// itself, and knows its own object when an answer was lost.
func (b *Bucket) Upload(ctx context.Context, key string, body io.ReaderAt, size int64, when runlog.Condition) error {
	u := &upload{b: b, key: key, body: body, size: size, when: when, word: rand.Text(), part: b.sizes.part}
	for size > u.part*mostParts {
		u.part *= 2
	}
	var err error
	if size <= b.sizes.whole {
		err = persist(ctx, func() error { return u.whole(ctx) })
	} else {
		err = u.inParts(ctx)
	}
	err = b.taken(key, when, err)
	if errors.Is(err, runlog.ErrTaken) && u.isThere(ctx) {
		return nil
	}
	return err
}

// upload is one object on its way.
type upload struct {
	b    *Bucket
	key  string
	body io.ReaderAt
	size int64
	part int64
	when runlog.Condition
	word string // by which it knows itself
}

// uploadWord is the name of its word among the object's own headers.
const uploadWord = "upload"

func (u *upload) metadata() map[string]string { return map[string]string{uploadWord: u.word} }

// isThere tells whether the object that is there is this one.
func (u *upload) isThere(ctx context.Context) bool {
	found := ""
	err := persist(ctx, func() error {
		out, err := u.b.head(ctx, u.key)
		if err == nil {
			found = out.Metadata[uploadWord]
		}
		return err
	})
	return err == nil && found == u.word
}

// whole writes all of it by one call.
func (u *upload) whole(ctx context.Context) error {
	in := u.b.putting(u.key, nil, u.when)
	in.Metadata, in.ContentLength = u.metadata(), &u.size
	return u.b.attempt(ctx, call{op: "PutObject", key: u.key, size: u.size, by: request}, func(ctx context.Context, region func(*s3.Options)) error {
		in.Body = going(ctx, io.NewSectionReader(u.body, 0, u.size))
		_, err := u.b.api.PutObject(ctx, in, region)
		return err
	})
}

// inParts writes parts at once, and puts them together. What has met another writing, or was removed, is not to be completed any more:
// then an upload of all parts is begun anew.
func (u *upload) inParts(ctx context.Context) error {
	for n := 1; ; n++ {
		err := u.begin(ctx)
		if n == anew || !isOver(err) {
			return err
		}
	}
}

// isOver tells of an error that it ends an upload in parts, and that another one may go well.
func isOver(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.code == "ConditionalRequestConflict" || e.code == "NoSuchUpload")
}

// begin makes one upload in parts. What is left of one that fails is removed.
func (u *upload) begin(ctx context.Context) error {
	id := ""
	err := persist(ctx, func() error {
		return u.b.attempt(ctx, call{op: "CreateMultipartUpload", key: u.key}, func(ctx context.Context, region func(*s3.Options)) error {
			in := &s3.CreateMultipartUploadInput{Bucket: &u.b.name, Key: &u.key, Metadata: u.metadata(), ExpectedBucketOwner: u.b.owner()}
			if u.summed() {
				in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc32
			}
			if u.b.cfg.KMSKey != "" {
				in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &u.b.cfg.KMSKey
			}
			out, err := u.b.api.CreateMultipartUpload(ctx, in, region)
			if err == nil {
				id = aws.ToString(out.UploadId)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	parts, err := u.parts(ctx, id)
	if err == nil {
		err = u.complete(ctx, id, parts)
	}
	if err != nil {
		u.abort(ctx, id)
	}
	return err
}

// summed tells whether the SDK adds a checksum to each part, as it does unless the configuration says when_required. An upload has
// to be told of it before the first, or the sums are refused in the end.
func (u *upload) summed() bool {
	return u.b.api.Options().RequestChecksumCalculation != aws.RequestChecksumCalculationWhenRequired
}

// parts writes the parts. Each goroutine writes those that it draws, into their places.
func (u *upload) parts(ctx context.Context, id string) ([]types.CompletedPart, error) {
	parts := make([]types.CompletedPart, (u.size+u.part-1)/u.part)
	err := each(ctx, len(parts), func(ctx context.Context, i int) error {
		return persist(ctx, func() error { return u.send(ctx, id, i, &parts[i]) })
	})
	return parts, err
}

// send writes one part.
func (u *upload) send(ctx context.Context, id string, i int, done *types.CompletedPart) error {
	from := int64(i) * u.part
	size, number := min(u.part, u.size-from), int32(i+1)
	return u.b.attempt(ctx, call{op: "UploadPart", key: u.key, size: size, by: request}, func(ctx context.Context, region func(*s3.Options)) error {
		out, err := u.b.api.UploadPart(ctx, &s3.UploadPartInput{Bucket: &u.b.name, Key: &u.key, UploadId: &id, PartNumber: &number,
			Body: going(ctx, io.NewSectionReader(u.body, from, size)), ContentLength: &size, ExpectedBucketOwner: u.b.owner()}, region)
		if err == nil {
			*done = types.CompletedPart{ETag: out.ETag, PartNumber: &number}
			if u.summed() {
				done.ChecksumCRC32 = out.ChecksumCRC32
			}
		}
		return err
	})
}

// complete puts the parts together. An answer that was lost leaves the next attempt without an upload: then the object is there.
func (u *upload) complete(ctx context.Context, id string, parts []types.CompletedPart) error {
	in := &s3.CompleteMultipartUploadInput{Bucket: &u.b.name, Key: &u.key, UploadId: &id, ExpectedBucketOwner: u.b.owner(),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
	in.IfMatch, in.IfNoneMatch = conditions(u.when)
	var over error
	err := persist(ctx, func() error {
		err := u.b.attempt(ctx, call{op: "CompleteMultipartUpload", key: u.key, size: u.size}, func(ctx context.Context, region func(*s3.Options)) error {
			_, err := u.b.api.CompleteMultipartUpload(ctx, in, region)
			return err
		})
		if isOver(err) {
			over, err = err, nil // the same again does not help
		}
		return err
	})
	if over != nil && u.isThere(ctx) {
		return nil
	}
	return cmp.Or(err, over)
}

// abort removes the parts, also where the upload was cancelled.
func (u *upload) abort(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), u.b.cfg.Timeout)
	defer cancel()
	_ = u.b.attempt(ctx, call{op: "AbortMultipartUpload", key: u.key}, func(ctx context.Context, region func(*s3.Options)) error {
		_, err := u.b.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.b.name, Key: &u.key, UploadId: &id, ExpectedBucketOwner: u.b.owner()}, region)
		return err
	})
}

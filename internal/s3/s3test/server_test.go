package s3test_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"

	"attrmigrate/internal/s3/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client speaks with a server as AWS's SDK does, without trying again.
func client(t *testing.T, s *s3test.Server, region string) *s3.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(s.URL),
		UsePathStyle: true,
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "made-up", ""),
		HTTPClient:   &http.Client{Transport: transport},
		Retryer:      aws.NopRetryer{},
	})
}

func put(ctx context.Context, c *s3.Client, key, body, absent string) error {
	in := &s3.PutObjectInput{Bucket: aws.String(s3test.Bucket), Key: &key, Body: strings.NewReader(body)}
	if absent != "" {
		in.IfNoneMatch = &absent
	}
	_, err := c.PutObject(ctx, in)
	return err
}

func get(ctx context.Context, c *s3.Client, key string) (string, error) {
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(s3test.Bucket), Key: &key})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	return string(body), err
}

// said is what an answer calls its error; "nothing" if there was no answer.
func said(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return "nothing"
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name string
		set  func(*s3test.Server)
		call func(context.Context, *s3.Client) error
		want string // the code of the answer
		then string // what the object holds
	}{
		{"all is well", func(*s3test.Server) {},
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "", "new"},
		{"an object that is there", func(*s3test.Server) {},
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "*") }, "PreconditionFailed", "old"},
		{"conditions ignored", func(s *s3test.Server) { s.IgnoreConditions(true) },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "*") }, "", "new"},
		{"a throttle", func(s *s3test.Server) { s.Script(func(s3test.Request) s3test.Fault { return s3test.SlowDown() }) },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "SlowDown", "old"},
		{"the answer is lost", func(s *s3test.Server) {
			s.Script(func(s3test.Request) s3test.Fault { return s3test.Fault{Lost: true} })
		},
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "nothing", "new"},
		{"the effect never comes", func(s *s3test.Server) {
			s.Script(func(s3test.Request) s3test.Fault { return s3test.Fault{Late: make(chan struct{})} })
		}, func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "nothing", "old"},
		{"away", func(s *s3test.Server) { s.Away(true) },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "nothing", "old"},
		{"away and back", func(s *s3test.Server) { s.Away(true); s.Away(false) },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "", "new"},
		{"no leave to write", func(s *s3test.Server) { s.Deny("s3:PutObject") },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "AccessDenied", "old"},
		{"leave given back", func(s *s3test.Server) { s.Deny("s3:PutObject"); s.Allow("s3:PutObject") },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "", "new"},
		{"a missing key", func(*s3test.Server) {},
			func(ctx context.Context, c *s3.Client) error { _, err := get(ctx, c, "b"); return err }, "NoSuchKey", "old"},
		{"a missing key, without leave to list", func(s *s3test.Server) { s.Deny("s3:ListBucket") },
			func(ctx context.Context, c *s3.Client) error { _, err := get(ctx, c, "b"); return err }, "AccessDenied", "old"},
		{"a key that is there, without leave to list", func(s *s3test.Server) { s.Deny("s3:ListBucket") },
			func(ctx context.Context, c *s3.Client) error { _, err := get(ctx, c, "a"); return err }, "", "old"},
		{"another Region", func(s *s3test.Server) { s.SetRegion(s3test.Bucket, "eu-west-1") },
			func(ctx context.Context, c *s3.Client) error { return put(ctx, c, "a", "new", "") }, "PermanentRedirect", "old"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := s3test.Start(t)
			if err := s.Put(s3test.Bucket, "a", []byte("old")); err != nil {
				t.Fatal(err)
			}
			tt.set(s)
			if got := said(tt.call(t.Context(), client(t, s, "us-east-1"))); got != tt.want {
				t.Errorf("the answer is %q, want %q", got, tt.want)
			}
			if got, err := s.Get(s3test.Bucket, "a"); string(got) != tt.then || err != nil {
				t.Errorf("the object holds %q, %v, want %q", got, err, tt.then)
			}
		})
	}
}

// An effect comes when it is told to, although who asked for it has gone.
func TestLateEffect(t *testing.T) {
	s := s3test.Start(t)
	when := make(chan struct{})
	s.Script(func(r s3test.Request) s3test.Fault {
		if r.Operation == "PutObject" && r.Number == 1 {
			return s3test.Fault{Late: when}
		}
		return s3test.Fault{}
	})
	c := client(t, s, "us-east-1")
	if got := said(put(t.Context(), c, "a", "late", "")); got != "nothing" {
		t.Fatalf("the answer is %q", got)
	}
	if err := put(t.Context(), c, "a", "meanwhile", ""); err != nil {
		t.Fatal(err)
	}
	close(when)
	for got := ""; got != "late"; {
		var err error
		if got, err = get(t.Context(), c, "a"); err != nil {
			t.Fatal(err)
		}
	}
}

// A connection that waits for its answer is cut when the server goes away.
func TestAwayMeanwhile(t *testing.T) {
	s := s3test.Start(t)
	s.Delay(time.Hour, "PutObject")
	failed := make(chan error)
	c := client(t, s, "us-east-1")
	go func() { failed <- put(t.Context(), c, "a", "new", "") }()
	for s.Count("PutObject") == 0 {
		runtime.Gosched() // the request is on its way
	}
	s.Away(true)
	if got := said(<-failed); got != "nothing" {
		t.Errorf("the answer is %q", got)
	}
}

// Of many who write an object if it is not there, one does.
func TestConditionsAreAtomic(t *testing.T) {
	s := s3test.Start(t)
	c := client(t, s, "us-east-1")
	for round := range 20 {
		var won, lost atomic.Int32
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				switch got := said(put(t.Context(), c, fmt.Sprint(round), fmt.Sprint(i), "*")); got {
				case "":
					won.Add(1)
				case "PreconditionFailed":
					lost.Add(1)
				default:
					t.Errorf("the answer is %q", got)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Fatalf("%d wrote it, %d found it there", won.Load(), lost.Load())
		}
	}
}

// A part of an object that has changed is refused, and one of an object that has not comes without a checksum.
func TestRanges(t *testing.T) {
	s := s3test.Start(t)
	c := client(t, s, "us-east-1")
	if err := put(t.Context(), c, "a", "0123456789", ""); err != nil {
		t.Fatal(err)
	}
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(s3test.Bucket), Key: aws.String("a")})
	if err != nil {
		t.Fatal(err)
	}
	part := func() (string, error) {
		out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(s3test.Bucket), Key: aws.String("a"), IfMatch: head.ETag, Range: aws.String("bytes=2-4")})
		if err != nil {
			return "", err
		}
		defer out.Body.Close()
		body, err := io.ReadAll(out.Body)
		return string(body), err
	}
	if got, err := part(); got != "234" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := s.Put(s3test.Bucket, "a", []byte("abcdefghij")); err != nil {
		t.Fatal(err)
	}
	if got, err := part(); said(err) != "PreconditionFailed" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestUploadInParts(t *testing.T) {
	s := s3test.Start(t)
	c := client(t, s, "us-east-1")
	bucket, key := aws.String(s3test.Bucket), aws.String("big")
	created, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId,
		PartNumber: aws.Int32(1), Body: bytes.NewReader([]byte("part"))}); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(s3test.Bucket, "big", []byte("meanwhile")); err != nil {
		t.Fatal(err)
	}
	_, err = c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId, IfNoneMatch: aws.String("*")})
	if said(err) != "PreconditionFailed" {
		t.Errorf("it was completed over what came meanwhile: %v", err)
	}
	if _, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId}); err != nil {
		t.Error(err)
	}
	counts := s.Counts()
	for _, operation := range []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"} {
		if counts[operation] != 1 || len(s3test.Permissions(operation)) == 0 {
			t.Errorf("%s was counted %d times, and needs %q", operation, counts[operation], s3test.Permissions(operation))
		}
	}
}

// The log has the keys, and a share of requests is what it says.
func TestLogAndShares(t *testing.T) {
	s := s3test.Start(t)
	c := client(t, s, "us-east-1")
	s.Script(s3test.Sometimes(1, 0.5, s3test.SlowDown(), "PutObject"))
	failed := 0
	for i := range 100 {
		if put(t.Context(), c, fmt.Sprintf("log/%03d", i), "x", "*") != nil {
			failed++
		}
	}
	if failed < 30 || failed > 70 {
		t.Errorf("%d of 100 failed", failed)
	}
	last := s.Requests()[99]
	if want := (s3test.Request{Operation: "PutObject", Bucket: s3test.Bucket, Key: "log/099", Number: 100, Size: 1, Condition: "If-None-Match", Signer: "AKIDEXAMPLE"}); last != want {
		t.Errorf("got %+v, want %+v", last, want)
	}
	keys, err := s.Keys(s3test.Bucket, "log/")
	if err != nil || len(keys) != 100-failed {
		t.Errorf("%d keys, %v, want %d", len(keys), err, 100-failed)
	}
	s.Forget()
	if s.Count("PutObject") != 0 || len(s.Requests()) != 0 {
		t.Error("it has forgotten nothing")
	}
}

package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestServe does as it is told: the bucket that is printed keeps what a run needs at the address that is printed.
func TestServe(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, in)
		in.Close()
	}()
	said := map[string]string{}
	for lines := bufio.NewScanner(out); len(said) < 3 && lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		said[word] = strings.TrimSpace(rest)
	}
	name, value, _ := strings.Cut(strings.TrimPrefix(said["use"], "export "), "=")
	if value != said["s3"] || !strings.HasPrefix(value, "http://127.0.0.1:") {
		t.Fatalf("it said %q", said)
	}
	for variable, v := range map[string]string{name: value, "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_PROFILE": "", "AWS_REGION": "us-east-1"} {
		t.Setenv(variable, v)
	}
	bucket, err := s3.Open(ctx, strings.TrimPrefix(said["bucket"], "s3://"), s3.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(ctx, "loyalty/log/1", []byte("a"), runlog.IfAbsent); err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(ctx, "loyalty/log/1", []byte("b"), runlog.IfAbsent); err == nil {
		t.Error("a number of a log was written twice")
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("Ctrl-C: %v", err)
	}
}

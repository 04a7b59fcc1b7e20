// Command s3 serves an S3 to try runs in S3 with, without AWS: the one that the tests use, in memory and on loopback, with one
// bucket. It ends with Ctrl-C, and forgets everything. Requests are not authenticated.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"attrmigrate/internal/s3/s3test"
)

const bucket = "example-runs"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "s3:", err)
		os.Exit(1)
	}
}

// serve says where the server is and how it is used, and waits.
func serve(ctx context.Context, w io.Writer) error {
	server, err := s3test.New(bucket)
	if err != nil {
		return err
	}
	defer server.Close()
	_, err = fmt.Fprintf(w, "s3       %s\nbucket   s3://%s\nuse      export AWS_ENDPOINT_URL_S3=%s\n", server.URL, bucket, server.URL)
	if err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// store is an S3 that is a process of its own.
type store struct {
	env []string // by which a program finds it
	*child
}

// serveStore is that process: it answers "counts" with how often each operation was asked for, and ends with its input.
func serveStore(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("store", flag.ContinueOnError)
	delay := flags.Duration("delay", 0, "how long each PutObject takes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := s3test.New()
	if err != nil {
		return err
	}
	defer s.Close()
	s.Delay(*delay, "PutObject")
	answer := json.NewEncoder(out)
	if err := answer.Encode(s.Env()); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := answer.Encode(s.Counts()); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) startStore(ctx context.Context, delay time.Duration) (*store, error) {
	s := new(store)
	var err error
	if s.child, err = b.startChild(ctx, &s.env, "store", "-delay", delay.String()); err != nil {
		return nil, err
	}
	return s, nil
}

// puts are how many objects were written, or tried to be.
func (s *store) puts() (int, error) {
	if _, err := fmt.Fprintln(s.input, "counts"); err != nil {
		return 0, err
	}
	counts := map[string]int{}
	err := s.answers.Decode(&counts)
	return counts["PutObject"], err
}

// runDir is where a run is kept.
func (s *store) runDir(name string) string {
	return "s3://" + s3test.Bucket + "/" + strings.TrimSuffix(name, ".run")
}

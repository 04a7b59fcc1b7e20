package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// store is an S3 that is a process of its own.
type store struct {
	env     []string // by which a program finds it
	cmd     *exec.Cmd
	input   io.WriteCloser
	answers *json.Decoder
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
	s := &store{cmd: exec.CommandContext(ctx, b.self, "store", "-delay", delay.String())}
	s.cmd.Stderr = os.Stderr
	var err error
	if s.input, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.answers = json.NewDecoder(bufio.NewReader(output))
	if err := s.answers.Decode(&s.env); err != nil {
		s.close()
		return nil, fmt.Errorf("store: %w", err)
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

// close ends the process.
func (s *store) close() {
	_ = s.input.Close()
	_ = s.cmd.Wait()
}

// runDir is where a run is kept.
func (s *store) runDir(name string) string {
	return "s3://" + s3test.Bucket + "/" + strings.TrimSuffix(name, ".run")
}

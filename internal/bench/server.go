package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// server is a sandbox in a process of its own.
type server struct {
	address
	*child
}

// serverConfig says what is in a server.
type serverConfig struct {
	quota    float64       // updates a second; 0: no limit
	users    int           // in each pool; 0: as many as the input files name
	pools    int           // 0: one
	log      bool          // the times of accepted updates are wanted
	pageTime time.Duration // how long a page of users takes
	poisoned int           // of so many users, one has updates that fail; 0: none
}

func (b *bench) startServer(ctx context.Context, c serverConfig) (*server, error) {
	args := []string{"serve", "-pools", strconv.Itoa(max(1, c.pools)), "-users", strconv.Itoa(max(1, c.users))}
	if c.users == 0 {
		args[len(args)-1] = strconv.Itoa(manyUsers)
	}
	if c.quota > 0 {
		args = append(args, "-quota", fmt.Sprint(c.quota))
	}
	if c.pageTime > 0 {
		args = append(args, "-page-time", c.pageTime.String())
	}
	if c.poisoned > 0 {
		args = append(args, "-poisoned", strconv.Itoa(c.poisoned))
	}
	if c.log {
		args = append(args, "-log")
	}
	s := new(server)
	var err error
	if s.child, err = b.startChild(ctx, &s.address, args...); err != nil {
		return nil, err
	}
	return s, nil
}

// setQuota changes how many updates a second are accepted.
func (s *server) setQuota(perSecond float64) error {
	_, err := fmt.Fprintf(s.input, "quota %g\n", perSecond)
	return err
}

// report returns what the server has seen so far.
func (s *server) report() (observation, error) {
	var o observation
	if _, err := fmt.Fprintln(s.input, "report"); err != nil {
		return o, err
	}
	err := s.answers.Decode(&o)
	return o, err
}

// awaitFirst waits for the first request of an operation, and returns when it came. It gives up when the
// process that should ask for it has ended.
func (s *server) awaitFirst(ctx context.Context, operation string, ended <-chan struct{}) (int64, error) {
	for {
		o, err := s.report()
		if err != nil {
			return 0, err
		}
		if at, ok := o.First[operation]; ok {
			return at, nil
		}
		select {
		case <-ended:
			return 0, fmt.Errorf("the process ended before its first %s", operation)
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(sampleEvery):
		}
	}
}

// forget makes the next request of each operation the first again.
func (s *server) forget() error {
	_, err := fmt.Fprintln(s.input, "forget")
	return err
}

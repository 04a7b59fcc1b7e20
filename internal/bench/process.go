package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// process is a child whose cost is measured.
type process struct {
	cmd    *exec.Cmd
	began  time.Time
	output bytes.Buffer  // both streams, read once ended is closed
	ended  chan struct{} // closed by the goroutine that waits for the process
	err    error         // of Wait; and
	wall   time.Duration // until it ended; both read once ended is closed
	peak   float64       // of its memory, in MiB, where /proc tells; written by the goroutine that watches, read once ended is closed
}

// spawn starts a process that has made-up credentials and no others.
func (b *bench) spawn(ctx context.Context, name string, args ...string) (*process, error) {
	return b.spawnWith(ctx, nil, name, args...)
}

// spawnWith starts a process whose environment has more.
func (b *bench) spawnWith(ctx context.Context, env []string, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), ended: make(chan struct{})}
	p.cmd.Dir = b.dir
	p.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }),
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		done, watched := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(watched)
			p.watch(done)
		}()
		p.err = p.cmd.Wait()
		p.wall = time.Since(p.began)
		close(done)
		<-watched
		close(p.ended)
	}()
	return p, nil
}

// watch looks at the peak of the process's memory fifty times a second, until it is done. What the kernel tells of a process
// that has ended is no less than what its parent had as it started it, and a parent that plays an S3 has much.
func (p *process) watch(done <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
		if err != nil {
			return // another system, or it has just ended
		}
		if _, after, ok := strings.Cut(string(text), "VmHWM:"); ok {
			var kib float64
			if _, err := fmt.Sscan(after, &kib); err == nil {
				p.peak = max(p.peak, kib/(1<<10))
			}
		}
	}
}

// attrmigrate starts the program under test.
func (b *bench) attrmigrate(ctx context.Context, s *server, pool string, args ...string) (*process, error) {
	return b.attrmigrateWith(ctx, nil, s, pool, args...)
}

func (b *bench) attrmigrateWith(ctx context.Context, env []string, s *server, pool string, args ...string) (*process, error) {
	return b.spawnWith(ctx, env, b.program, append([]string{args[0], "--endpoint-url", s.URL, "--user-pool-id", pool}, args[1:]...)...)
}

// interrupt asks the process to stop, and waits until it has.
func (p *process) interrupt() {
	_ = p.cmd.Process.Signal(os.Interrupt) // an error means that it has ended
	<-p.ended
}

// wait waits for the end and expects one of the exit codes, 0 if none is given.
func (p *process) wait(codes ...int) error {
	<-p.ended
	if len(codes) == 0 {
		codes = []int{0}
	}
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) {
		return p.err
	}
	if code := p.cmd.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		return fmt.Errorf("%s %s: exit code %d\n%s", p.cmd.Path, p.cmd.Args[1], code, p.output.String())
	}
	return nil
}

// text is what the process has written, once it has ended.
func (p *process) text() string {
	select {
	case <-p.ended:
		return p.output.String()
	default:
		return ""
	}
}

// The exit codes of attrmigrate that are expected.
const (
	exitRefused  = 1 // the check is done, and there is nobody to ask
	exitUsage    = 2 // there is no run yet
	exitFailures = 3
	exitStopped  = 4
)

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// seenToken is that of the page of a run that is measured.
const seenToken = "bench-0123456789abcdef0123456789abcdef"

// seenBy are the flags of a run that is looked at in every way there is, and the address of its page.
func (b *bench) seenBy() (flags []string, page string, err error) {
	token := filepath.Join(b.dir, "token")
	if err := os.WriteFile(token, []byte(seenToken+"\n"), 0o600); err != nil {
		return nil, "", err
	}
	hook := filepath.Join(b.dir, "hook.sh")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ncat >/dev/null\n"), 0o700); err != nil {
		return nil, "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		return nil, "", err
	}
	page = l.Addr().String()
	return []string{"--serve", page, "--token-file", token, "--metrics-file", filepath.Join(b.dir, "run.prom"), "--on-event", hook,
		"--pause-when", hook}, page, l.Close()
}

// watchPage reads the events of a page as a browser does, until the process has ended. It sends how many bytes came.
func watchPage(ctx context.Context, page string, p *process) <-chan int64 {
	read := make(chan int64, 1)
	go func() {
		var n int64
		defer func() { read <- n }()
		for {
			select {
			case <-p.ended:
				return
			case <-time.After(sampleEvery):
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+page+"/v1/events", nil)
			if err != nil {
				return
			}
			req.Header.Set("Authorization", "Bearer "+seenToken)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				continue // it is not there yet
			}
			got, _ := io.Copy(io.Discard, resp.Body) // it ends with the process
			n += got
			_ = resp.Body.Close()
		}
	}()
	return read
}

// watchStatus has somebody look at a run in another terminal, until the process has ended. It sends how often a run was there.
func (b *bench) watchStatus(ctx context.Context, run string, p *process) <-chan int64 {
	seen := make(chan int64, 1)
	go func() {
		var n int64
		defer func() { seen <- n }()
		for {
			select {
			case <-p.ended:
				return
			case <-ctx.Done():
				return
			case <-time.After(sampleEvery): // there is no run yet
			}
			status, err := b.spawn(ctx, b.program, "status", "--watch", run)
			if err == nil && status.wait(exitRefused, exitUsage) != nil { // it ended as what it watched
				n++
			}
		}
	}()
	return seen
}

// seen is a contender whose page and status somebody looks at. watched says, in the end, whether they were there in each round.
func (b *bench) seen(name, input string, flags ...string) (c *contender, watched func() error, err error) {
	shown, page, err := b.seenBy()
	if err != nil {
		return nil, nil, err
	}
	c = b.applyAtFullSpeed(name, input, append(shown, flags...)...)
	var events, statuses []<-chan int64
	c.beside = func(ctx context.Context, run string, p *process) {
		events = append(events, watchPage(ctx, page, p))
		statuses = append(statuses, b.watchStatus(ctx, run, p))
	}
	return c, func() error {
		for i := range events {
			if bytes, times := <-events[i], <-statuses[i]; bytes == 0 || times == 0 {
				return fmt.Errorf("round %d: %d bytes came of the page at %s, and %d times of its status", i+1, bytes, page, times)
			}
		}
		return nil
	}, nil
}

// seenUpdates holds a run that is looked at in every way against one of which only the socket, the events and the series
// are kept, as of all.
func (b *bench) seenUpdates(ctx context.Context) (result, error) {
	input, err := b.narrow("seen.csv", b.rowsForRound())
	if err != nil {
		return result{}, err
	}
	without := b.applyAtFullSpeed("without", input, "--no-read", "--read-rate", "off")
	with, watched, err := b.seen("with", input, "--no-read", "--read-rate", "off")
	if err != nil {
		return result{}, err
	}
	if err := b.compete(ctx, []*contender{without, with}); err != nil {
		return result{}, err
	}
	if err := watched(); err != nil {
		return result{}, err
	}
	return result{rows: []row{{
		What: "updates with a page that is open, `status --watch`, a metrics file and hooks", Ours: median(with.rates), Unit: "/s",
		Peer: "without these", Bound: median(without.rates), Reach: atLeast(0.97), Note: spread(with, without),
	}}}, nil
}

// mostSeen is how much more memory a run may take that is looked at, in MiB.
const mostSeen = 8

func (b *bench) seenMemory(ctx context.Context) (result, error) {
	without, err := b.apply(ctx, b.base)
	if err != nil {
		return result{}, err
	}
	flags, page, err := b.seenBy()
	if err != nil {
		return result{}, err
	}
	var read <-chan int64
	with, err := b.applyWith(ctx, b.base, func(p *process) { read = watchPage(ctx, page, p) }, flags...)
	if err != nil {
		return result{}, err
	}
	if n := <-read; n == 0 {
		return result{}, fmt.Errorf("no event came of the page at %s", page)
	}
	return result{rows: []row{{
		What: "resident memory with a page that is open, a metrics file and hooks", Ours: with, Unit: " MiB",
		Peer: fmt.Sprintf("without these, and %d MiB", mostSeen), Bound: without + mostSeen, Reach: atMost(1),
	}}}, nil
}

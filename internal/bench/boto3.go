package main

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

//go:embed boto3_loop.py
var boto3Loop string

const boto3Threads = 16

// boto3Modes are the retry modes of botocore.
var boto3Modes = []string{"adaptive", "standard", "legacy"}

// findBoto3 returns a Python that has boto3 and the version, or nothing.
func findBoto3(ctx context.Context) (python, version string) {
	python, err := exec.LookPath("python3")
	if err != nil {
		return "", ""
	}
	out, err := exec.CommandContext(ctx, python, "-c", "import boto3; print(boto3.__version__)").Output()
	if err != nil {
		return "", ""
	}
	return python, strings.TrimSpace(string(out))
}

func (b *bench) startBoto3(ctx context.Context, s *server, mode string, rows int) (*process, error) {
	return b.spawn(ctx, b.python, "-c", boto3Loop, s.URL, s.Pools[0], mode, strconv.Itoa(boto3Threads), strconv.Itoa(rows))
}

func (b *bench) boto3AtFullSpeed() *contender {
	return &contender{name: "boto3", start: func(ctx context.Context, s *server) (*process, error) {
		return b.startBoto3(ctx, s, "standard", 0)
	}}
}

// outcome is what became of a run on a quota.
type outcome struct {
	rate float64 // accepted updates a second, from the first to the last
	lost int     // rows that were not applied in the end
}

// boto3OnQuota applies the same rows under a quota of 25 by attrmigrate and by boto3 in each retry mode, each
// with a server of its own.
func (b *bench) boto3OnQuota(ctx context.Context) (result, error) {
	if b.python == "" {
		return result{}, nil
	}
	const quota = 25
	outcomes := make([]outcome, 1+len(boto3Modes))
	errs := make([]error, len(outcomes))
	var wg sync.WaitGroup
	wg.Go(func() { outcomes[0], errs[0] = b.oursOnQuota(ctx, quota) })
	for i, mode := range boto3Modes {
		wg.Go(func() {
			outcomes[i+1], errs[i+1] = b.onQuota(ctx, quota, func(s *server) (*process, error) {
				return b.startBoto3(ctx, s, mode, b.peer)
			})
		})
	}
	wg.Wait()
	var r result
	what := fmt.Sprintf("%d rows at quota %d, applied", b.peer, quota)
	brief := map[string]string{"standard": what}
	for i, mode := range boto3Modes {
		if err := errs[i+1]; err != nil {
			return r, fmt.Errorf("boto3 %s: %w", mode, err)
		}
		ours, peer := outcomes[0], outcomes[i+1]
		r.rows = append(r.rows, row{
			What: what, Brief: brief[mode], Ours: float64(b.peer - ours.lost),
			Peer: "boto3 " + mode, Bound: float64(b.peer - peer.lost), Reach: atLeast(1),
			Note: fmt.Sprintf("ours %.1f/s, %d lost; boto3 %.1f/s, %d lost", ours.rate, ours.lost, peer.rate, peer.lost),
		})
		if mode == "adaptive" {
			r.rows = append(r.rows, row{
				What: "the same, accepted", Ours: ours.rate, Unit: "/s", Peer: "boto3 " + mode, Bound: peer.rate, Reach: atLeast(1),
			})
		}
	}
	return r, errs[0]
}

func (b *bench) oursOnQuota(ctx context.Context, quota float64) (outcome, error) {
	input, err := b.narrow("peer.csv", b.peer)
	if err != nil {
		return outcome{}, err
	}
	return b.onQuota(ctx, quota, func(s *server) (*process, error) {
		return b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--rate", fmt.Sprint(quota),
			"--run-dir", filepath.Join(b.dir, "peer.run"), input)
	})
}

// onQuota lets a process apply its rows and asks the server what has arrived: what boto3 loses, it says.
func (b *bench) onQuota(ctx context.Context, quota float64, start func(*server) (*process, error)) (outcome, error) {
	s, err := b.startServer(ctx, serverConfig{quota: quota, log: true})
	if err != nil {
		return outcome{}, err
	}
	defer s.close()
	p, err := start(s)
	if err != nil {
		return outcome{}, err
	}
	if err := p.wait(0, exitFailures); err != nil {
		return outcome{}, err
	}
	o, err := s.report()
	if err != nil {
		return outcome{}, err
	}
	times := o.Accepted[s.Pools[0]]
	if len(times) < 2 {
		return outcome{}, fmt.Errorf("%d updates were accepted\n%s", len(times), p.text())
	}
	took := float64(times[len(times)-1]-times[0]) / 1000
	out := outcome{rate: float64(len(times)-1) / took, lost: max(0, b.peer-len(times))}
	if lost, err := strconv.Atoi(strings.TrimSpace(p.text())); err == nil {
		out.lost = lost
	}
	return out, nil
}

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

const workers = 64

// contender is one that calls at full speed.
type contender struct {
	name   string
	start  func(context.Context, *server) (*process, error)
	beside func(ctx context.Context, run string, p *process) // begins what goes on beside a run of ours; nil: nothing
	rates  []float64                                         // one a round
}

// compete lets the contenders run in turns, each against a fresh server, and gathers their calls a second.
func (b *bench) compete(ctx context.Context, contenders []*contender) error {
	for range b.rounds {
		for _, c := range contenders {
			rate, err := b.atFullSpeed(ctx, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.rates = append(c.rates, rate)
		}
	}
	return nil
}

// atFullSpeed runs a contender for the time of a round after its first update, and returns its calls a
// second: updates and reads.
func (b *bench) atFullSpeed(ctx context.Context, c *contender) (float64, error) {
	s, err := b.startServer(ctx, serverConfig{})
	if err != nil {
		return 0, err
	}
	defer s.close()
	p, err := c.start(ctx, s)
	if err != nil {
		return 0, err
	}
	defer p.interrupt()
	first, err := s.awaitFirst(ctx, updateOperation, p.ended)
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, p.text())
	}
	if err := sleepUntil(ctx, time.UnixMilli(first).Add(b.full+sampleEvery)); err != nil {
		return 0, err
	}
	o, err := s.report()
	if err != nil {
		return 0, err
	}
	select {
	case <-p.ended:
		return 0, fmt.Errorf("the process ended before its time\n%s", p.text())
	default:
		return callsPerSecond(o.Samples, first, b.full), nil
	}
}

// applyAtFullSpeed is attrmigrate without a rate, on an input that is longer than a round.
func (b *bench) applyAtFullSpeed(name, input string, flags ...string) *contender {
	return b.applyIn(nil, name, input, flags...)
}

// applyIn is applyAtFullSpeed, with its runs in a store.
func (b *bench) applyIn(in *store, name, input string, flags ...string) *contender {
	round := 0
	c := &contender{name: name}
	c.start = func(ctx context.Context, s *server) (*process, error) {
		round++
		dir, env := b.runDir(in, fmt.Sprintf("%s-%s-%d.run", filepath.Base(input), name, round))
		args := append([]string{"apply", "--yes", "--progress", "none", "--rate", "off", "--workers", fmt.Sprint(workers), "--run-dir", dir}, flags...)
		p, err := b.attrmigrateWith(ctx, env, s, s.Pools[0], append(args, input)...)
		if err == nil && c.beside != nil {
			c.beside(ctx, dir, p)
		}
		return p, err
	}
	return c
}

// bareLoop is the SDK's own call by as many workers.
func (b *bench) bareLoop(flags ...string) *contender {
	return &contender{name: "bare loop", start: func(ctx context.Context, s *server) (*process, error) {
		args := append([]string{"loop", "-url", s.URL, "-pool", s.Pools[0], "-workers", fmt.Sprint(workers)}, flags...)
		return b.spawn(ctx, b.self, args...)
	}}
}

// rowsForRound are more than any program applies in a round.
func (b *bench) rowsForRound() int { return int(b.full.Seconds()) * 40_000 }

func (b *bench) updates(ctx context.Context) (result, error) {
	input, err := b.narrow("updates.csv", b.rowsForRound())
	if err != nil {
		return result{}, err
	}
	ours, loop := b.applyAtFullSpeed("attrmigrate", input, "--no-read", "--read-rate", "off"), b.bareLoop()
	contenders := []*contender{ours, loop}
	threads := b.boto3AtFullSpeed()
	if b.python != "" {
		contenders = append(contenders, threads)
	}
	if err := b.compete(ctx, contenders); err != nil {
		return result{}, err
	}
	rows := []row{{
		What: "updates, `--no-read --rate off`, 64 workers", Brief: "updates at full speed", Ours: median(ours.rates), Unit: "/s",
		Peer: "the SDK's call in a bare loop", Bound: median(loop.rates), Reach: atLeast(0.90), Note: spread(ours, loop),
	}}
	if b.python != "" {
		rows = append(rows, row{
			What: "the same", Brief: "the same", Ours: median(ours.rates), Unit: "/s",
			Peer: fmt.Sprintf("boto3, %d threads", boto3Threads), Bound: median(threads.rates), Reach: atLeast(8), Note: spread(ours, threads),
		})
	}
	more, err := b.againstAWSCLI(ctx, median(ours.rates))
	return result{rows: append(rows, more...)}, err
}

func (b *bench) calls(ctx context.Context) (result, error) {
	input, err := b.narrow("calls.csv", b.rowsForRound()/2)
	if err != nil {
		return result{}, err
	}
	ours, loop := b.applyAtFullSpeed("attrmigrate", input, "--read-rate", "off"), b.bareLoop("-read")
	if err := b.compete(ctx, []*contender{ours, loop}); err != nil {
		return result{}, err
	}
	return result{rows: []row{{
		What: "API calls with reading and undo, 64 workers", Ours: median(ours.rates), Unit: "/s",
		Peer: "the same calls in a bare loop", Bound: median(loop.rates), Reach: atLeast(0.85), Note: spread(ours, loop),
	}}}, nil
}

// spread tells how far the ratios of the rounds lie apart, for they say how quiet the machine was.
func spread(ours, peer *contender) string {
	if len(ours.rates) < 2 {
		return ""
	}
	low, high := 0.0, 0.0
	for i := range ours.rates {
		ratio := ours.rates[i] / peer.rates[i]
		if i == 0 {
			low, high = ratio, ratio
		}
		low, high = min(low, ratio), max(high, ratio)
	}
	return fmt.Sprintf("rounds %.2f to %.2f", low, high)
}

// sleepUntil waits for a moment.
func sleepUntil(ctx context.Context, at time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(at)):
		return nil
	}
}

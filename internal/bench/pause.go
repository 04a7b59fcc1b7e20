package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// promptly is the time that docs/steering.md gives an order.
const promptly = 1.0 // seconds

// paused lets a run at full speed be paused and let go on in turns, and measures from the start of either command until the
// last request that it lets through, and the first one.
func (b *bench) paused(ctx context.Context) (result, error) {
	input, err := b.narrow("paused.csv", b.rowsForRound())
	if err != nil {
		return result{}, err
	}
	s, err := b.startServer(ctx, serverConfig{})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	run := filepath.Join(b.dir, "paused.run")
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--rate", "off", "--read-rate", "off",
		"--workers", fmt.Sprint(workers), "--run-dir", run, input)
	if err != nil {
		return result{}, err
	}
	defer p.interrupt()
	if _, err := s.awaitFirst(ctx, updateOperation, p.ended); err != nil {
		return result{}, fmt.Errorf("%w\n%s", err, p.text())
	}
	var last, first []float64
	for range b.rounds {
		asked, err := b.order(ctx, "pause", run)
		if err != nil {
			return result{}, err
		}
		if err := sleepUntil(ctx, asked.Add(2*promptly*time.Second)); err != nil { // for what comes in spite of it
			return result{}, err
		}
		o, err := s.report()
		if err != nil {
			return result{}, err
		}
		last = append(last, time.UnixMilli(max(o.Last[updateOperation], o.Last[readOperation])).Sub(asked).Seconds())
		if err := s.forget(); err != nil {
			return result{}, err
		}
		if asked, err = b.order(ctx, "unpause", run); err != nil {
			return result{}, err
		}
		at, err := s.awaitFirst(ctx, updateOperation, p.ended)
		if err != nil {
			return result{}, fmt.Errorf("%w\n%s", err, p.text())
		}
		first = append(first, time.UnixMilli(at).Sub(asked).Seconds())
	}
	return result{rows: []row{
		{What: "`pause` at full speed, until the last request", Brief: "from `pause` until the last request", Ours: median(last), Unit: " s", Peer: "the limit", Bound: promptly, Reach: atMost(1)},
		{What: "`unpause`, until the first update", Ours: median(first), Unit: " s", Peer: "the limit", Bound: promptly, Reach: atMost(1)},
	}}, nil
}

// order gives an order to a run, and returns when.
func (b *bench) order(ctx context.Context, verb, run string) (time.Time, error) {
	p, err := b.spawn(ctx, b.program, verb, run)
	if err != nil {
		return time.Time{}, err
	}
	return p.began, p.wait()
}

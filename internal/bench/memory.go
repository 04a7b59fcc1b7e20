package main

import (
	"context"
	"fmt"
	"path/filepath"
)

const memoryBound = 64 // MiB

// applyingMemory holds the memory of a long run against that of a short one.
func (b *bench) applyingMemory(ctx context.Context) (result, error) {
	small, err := b.apply(ctx, b.base)
	if err != nil {
		return result{}, err
	}
	large, err := b.apply(ctx, b.applied)
	if err != nil {
		return result{}, err
	}
	return result{rows: b.memoryRows("applied", b.applied, large, small)}, nil
}

// memoryRows are the two figures of resident memory.
func (b *bench) memoryRows(done string, rows int, large, small float64) []row {
	what := fmt.Sprintf("resident memory, %s rows %s", number(float64(rows)), done)
	return []row{
		{What: what, Brief: what, Ours: large, Unit: " MiB", Peer: number(float64(b.base)) + " rows", Bound: small, Reach: atMost(1.10)},
		{What: "the same", Ours: large, Unit: " MiB", Peer: "the limit", Bound: memoryBound, Reach: atMost(1)},
	}
}

// apply applies n rows as fast as the machine can, and returns the memory that it took.
func (b *bench) apply(ctx context.Context, n int) (mebibytes float64, err error) {
	return b.applyWith(ctx, n, func(*process) {})
}

// applyWith does so with more flags, and with somebody who is given the process.
func (b *bench) applyWith(ctx context.Context, n int, during func(*process), flags ...string) (mebibytes float64, err error) {
	s, err := b.startServer(ctx, serverConfig{})
	if err != nil {
		return 0, err
	}
	defer s.close()
	input, err := b.narrow("memory.csv", n)
	if err != nil {
		return 0, err
	}
	run := filepath.Join(b.dir, fmt.Sprintf("memory-%d-%d.run", n, len(flags)))
	args := append([]string{"apply", "--yes", "--progress", "none", "--no-read", "--rate", "off", "--workers", fmt.Sprint(workers), "--run-dir", run}, flags...)
	p, err := b.attrmigrate(ctx, s, s.Pools[0], append(args, input)...)
	if err != nil {
		return 0, err
	}
	during(p)
	if err := p.wait(); err != nil {
		return 0, err
	}
	return p.residentMiB(), nil
}

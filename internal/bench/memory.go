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
		{What: what, Ours: large, Unit: " MiB", Peer: number(float64(b.base)) + " rows", Bound: small, Reach: atMost(1.10)},
		{What: "the same", Ours: large, Unit: " MiB", Peer: "the limit", Bound: memoryBound, Reach: atMost(1)},
	}
}

// apply applies n rows as fast as the machine can, and returns the memory that it took.
func (b *bench) apply(ctx context.Context, n int) (mebibytes float64, err error) {
	s, err := b.startServer(ctx, serverConfig{})
	if err != nil {
		return 0, err
	}
	defer s.close()
	input, err := b.narrow("memory.csv", n)
	if err != nil {
		return 0, err
	}
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--no-read", "--rate", "off",
		"--workers", fmt.Sprint(workers), "--run-dir", filepath.Join(b.dir, fmt.Sprintf("memory-%d.run", n)), input)
	if err != nil {
		return 0, err
	}
	if err := p.wait(); err != nil {
		return 0, err
	}
	return p.residentMiB(), nil
}

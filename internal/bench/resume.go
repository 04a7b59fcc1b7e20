package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// canary is a start that stops after its first update.
type canary struct {
	first time.Duration // from the start of the process until its first update
	rss   float64       // MiB
}

// checkAndResume checks a long input, whose run stops after the first update, and resumes it where nine
// tenths are done.
func (b *bench) checkAndResume(ctx context.Context) (result, error) {
	small, err := b.narrow("short.csv", b.base)
	if err != nil {
		return result{}, err
	}
	long, err := b.narrow("long.csv", b.checked)
	if err != nil {
		return result{}, err
	}
	defer os.Remove(long)
	s, err := b.startServer(ctx, serverConfig{})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	base, err := b.canary(ctx, s, small, "short.run")
	if err != nil {
		return result{}, err
	}
	fresh, err := b.canary(ctx, s, long, "long.run")
	if err != nil {
		return result{}, err
	}
	if err := moveOn(filepath.Join(b.dir, "long.run"), long, b.checked/10*9); err != nil {
		return result{}, err
	}
	resumed, err := b.canary(ctx, s, long, "long.run")
	if err != nil {
		return result{}, err
	}
	digest, err := timeDigest(long)
	if err != nil {
		return result{}, err
	}
	r := row{
		What: fmt.Sprintf("resume at row %s of %s, to the first update", number(float64(b.checked/10*9)), number(float64(b.checked))),
		Ours: resumed.first.Seconds(), Unit: " s",
		Peer: fmt.Sprintf("a fresh start of %s rows, and the digest", number(float64(b.base))), Bound: (base.first + digest).Seconds(),
		Reach: atMost(1.5), Note: fmt.Sprintf("a fresh start takes %.2f s, the digest %.2f s", fresh.first.Seconds(), digest.Seconds()),
	}
	return result{rows: append(b.memoryRows("checked", b.checked, fresh.rss, base.rss), r)}, nil
}

// canary applies one record and stops.
func (b *bench) canary(ctx context.Context, s *server, input, dir string) (canary, error) {
	if err := s.forget(); err != nil {
		return canary{}, err
	}
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--no-read", "--rate", "off", "--limit", "1",
		"--run-dir", filepath.Join(b.dir, dir), input)
	if err != nil {
		return canary{}, err
	}
	if err := p.wait(exitStopped); err != nil {
		return canary{}, err
	}
	o, err := s.report()
	if err != nil {
		return canary{}, err
	}
	return canary{time.UnixMilli(o.First[updateOperation]).Sub(p.began), p.residentMiB()}, nil
}

// moveOn makes the checkpoint of a run say that n records are finished. The reports of the run stay as short
// as they are: a start does not read those of records that are done.
func moveOn(dir, input string, n int) error {
	file := checkpoint.NewFile(dir)
	state, err := file.Load()
	if err != nil {
		return err
	}
	offset, err := offsetOfLine(input, n+2) // after the header and n rows
	if err != nil {
		return err
	}
	state.Records, state.Finished = int64(n), nil
	state.Position = sources.Position{Offset: offset, Line: n + 2}
	state.Counts = checkpoint.Counts{Updated: int64(n), Attempts: int64(n)}
	return file.Save(state)
}

// offsetOfLine is where a line of a file begins; lines count from 1.
func offsetOfLine(path string, line int) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var offset int64
	buffer := make([]byte, 1<<16)
	for at := 1; at < line; {
		n, err := file.Read(buffer)
		if err != nil {
			return 0, fmt.Errorf("%s has no line %d: %w", path, line, err)
		}
		for _, c := range buffer[:n] {
			if at == line {
				break
			}
			offset++
			if c == '\n' {
				at++
			}
		}
	}
	return offset, nil
}

// timeDigest is how long the SHA-256 of a file takes.
func timeDigest(path string) (time.Duration, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	began := time.Now()
	_, err = io.Copy(sha256.New(), file)
	return time.Since(began), err
}

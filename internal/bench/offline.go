package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// check is an apply that nobody confirms: it passes over the whole input, with the digest and the check of
// every record, and writes nothing.
func (b *bench) check(ctx context.Context, s *server, name, input string) (*process, error) {
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--progress", "none", "--run-dir", filepath.Join(b.dir, name+".run"), input)
	if err != nil {
		return nil, err
	}
	return p, p.wait(exitRefused)
}

func (b *bench) offlineCSV(ctx context.Context) (result, error) {
	input, err := b.wideCSV(b.offline)
	if err != nil {
		return result{}, err
	}
	return b.offlinePass(ctx, input, row{
		What: fmt.Sprintf("offline pass, CSV, %s rows of 8 columns", number(float64(b.offline))), Peer: "bare encoding/csv", Reach: atLeast(0.15),
	})
}

func (b *bench) offlineJSONL(ctx context.Context) (result, error) {
	input, err := b.wideJSONL(b.offline)
	if err != nil {
		return result{}, err
	}
	return b.offlinePass(ctx, input, row{
		What: "the same as JSONL", Peer: "json.Unmarshal into a struct", Reach: atLeast(0.50),
	})
}

// offlinePass holds the rows a second of whole processes against each other, in turns.
func (b *bench) offlinePass(ctx context.Context, input string, r row) (result, error) {
	s, err := b.startServer(ctx, serverConfig{users: 1})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	var ours, bare []float64
	for i := range b.rounds {
		p, err := b.check(ctx, s, fmt.Sprintf("%s-%d", filepath.Base(input), i), input)
		if err != nil {
			return result{}, err
		}
		ours = append(ours, float64(b.offline)/p.wall.Seconds())
		if p, err = b.spawn(ctx, b.self, "decode", input); err != nil {
			return result{}, err
		}
		if err := p.wait(); err != nil {
			return result{}, err
		}
		bare = append(bare, float64(b.offline)/p.wall.Seconds())
	}
	r.Ours, r.Bound, r.Unit = median(ours), median(bare), "/s"
	return result{rows: []row{r}}, nil
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// start measures the time from the start of the process until DescribeUserPool arrives.
func (b *bench) start(ctx context.Context) (result, error) {
	input, err := b.narrow("start.csv", 1000)
	if err != nil {
		return result{}, err
	}
	s, err := b.startServer(ctx, serverConfig{users: 1})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	var times []float64
	for i := range b.starts {
		if err := s.forget(); err != nil {
			return result{}, err
		}
		p, err := b.check(ctx, s, fmt.Sprintf("start-%d", i), input)
		if err != nil {
			return result{}, err
		}
		o, err := s.report()
		if err != nil {
			return result{}, err
		}
		times = append(times, float64(time.UnixMilli(o.First[describeOperation]).Sub(p.began))/float64(time.Millisecond))
	}
	return result{rows: []row{{
		What: "start to first request", Ours: median(times), Unit: " ms", Peer: "the limit", Bound: 100, Reach: atMost(1),
	}}}, nil
}

// plannedCalls plans a change that two of three users need, applies the plan, and counts the updates sent.
func (b *bench) plannedCalls(ctx context.Context) (result, error) {
	needed := 0
	input, err := b.input("planned.csv", "username,custom:tier\n", b.planned, func(w *bufio.Writer, i int) {
		tier := "none" // as it is
		if i%3 > 0 {
			tier = "gold"
			needed++
		}
		fmt.Fprintf(w, "%s,%s\n", userName(i), tier)
	})
	if err != nil {
		return result{}, err
	}
	s, err := b.startServer(ctx, serverConfig{users: b.planned})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	plan := filepath.Join(b.dir, "planned.plan")
	for _, args := range [][]string{
		{"plan", "--progress", "none", "--list-rate", "off", "--run-dir", plan, input},
		{"apply", "--yes", "--progress", "none", "--rate", "off", "--read-rate", "off", "--run-dir", filepath.Join(b.dir, "planned.run"),
			filepath.Join(plan, "plan.jsonl")},
	} {
		p, err := b.attrmigrate(ctx, s, s.Pools[0], args...)
		if err != nil {
			return result{}, err
		}
		if err := p.wait(); err != nil {
			return result{}, err
		}
	}
	o, err := s.report()
	if err != nil {
		return result{}, err
	}
	return result{rows: []row{{
		What: "update calls, planned", Ours: float64(o.Operations[updateOperation]), Peer: "users that need a change", Bound: float64(needed),
		Reach: exactly(1),
	}}}, nil
}

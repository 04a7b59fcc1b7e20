package main

import (
	"bufio"
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// start measures the time from the start of the process until DescribeUserPool arrives, and until it has printed its help.
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
	help, err := b.help(ctx)
	return result{rows: []row{
		{What: "start to first request", Ours: median(times), Unit: " ms", Peer: "the limit", Bound: 100, Reach: atMost(1)},
		{What: "`--help`, until it has ended", Ours: help, Unit: " ms", Peer: "the limit", Bound: 50, Reach: atMost(1)},
	}}, err
}

// help measures how long the program takes that does nothing but print: the system's start of it, Go's, and what packages
// set up before main.
func (b *bench) help(ctx context.Context) (float64, error) {
	var times []float64
	for range b.starts {
		p, err := b.spawn(ctx, b.program, "--help")
		if err != nil {
			return 0, err
		}
		if err := p.wait(); err != nil {
			return 0, err
		}
		times = append(times, float64(p.wall)/float64(time.Millisecond))
	}
	return median(times), nil
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
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "plan", "--progress", "none", "--list-rate", "off", "--run-dir", filepath.Join(b.dir, "planned.plan"), input)
	if err != nil {
		return result{}, err
	}
	if err := p.wait(); err != nil {
		return result{}, err
	}
	return b.appliedCalls(ctx, s, "planned", row{What: "update calls, planned", Peer: "users that need a change", Bound: float64(needed)})
}

// appliedCalls applies a plan and completes the row of the updates that it took.
func (b *bench) appliedCalls(ctx context.Context, s *server, name string, r row) (result, error) {
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--rate", "off", "--read-rate", "off",
		"--run-dir", filepath.Join(b.dir, name+".run"), filepath.Join(b.dir, name+".plan", "plan.jsonl"))
	if err != nil {
		return result{}, err
	}
	if err := p.wait(); err != nil {
		return result{}, err
	}
	o, err := s.report()
	if err != nil {
		return result{}, err
	}
	r.Ours, r.Reach = float64(o.Operations[updateOperation]), exactly(1)
	return result{rows: []row{r}}, nil
}

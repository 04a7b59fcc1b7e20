package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// scenario is a run, or several at once, on a quota that may change.
type scenario struct {
	name, title string
	quota       float64
	rate        float64 // --rate
	runs        int
	length      time.Duration // from the first update
	changes     []quotaChange
	store       *store // that keeps the runs; nil: local directories do
}

// runDir is where a run is kept, and what its process has to know for that.
func (b *bench) runDir(s *store, name string) (dir string, env []string) {
	if s == nil {
		return filepath.Join(b.dir, name), nil
	}
	return s.runDir(name), s.env
}

// quotaChange is another quota from a moment after the first update.
type quotaChange struct {
	after time.Duration
	quota float64
}

// course is how a scenario went.
type course struct {
	scenario
	observation
	pools []string // one a run
	first int64    // when the first update came
	puts  []int    // objects written until each change, and until the end, of runs in a store
}

// play runs a scenario to its end.
func (b *bench) play(ctx context.Context, c scenario) (*course, error) {
	s, err := b.startServer(ctx, serverConfig{quota: c.quota, pools: c.runs, log: true})
	if err != nil {
		return nil, err
	}
	defer s.close()
	most := c.rate * c.length.Seconds() * 2
	input, err := b.narrow(c.name+".csv", int(most))
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	for i, pool := range s.Pools {
		dir, env := b.runDir(c.store, fmt.Sprintf("%s-%d.run", c.name, i))
		p, err := b.attrmigrateWith(ctx, env, s, pool, "apply", "--yes", "--progress", "none", "--rate", fmt.Sprint(c.rate), "--run-dir", dir, input)
		if err != nil {
			return nil, err
		}
		defer p.interrupt()
		go func() { <-p.ended; ended <- struct{}{} }()
	}
	done := &course{scenario: c, pools: s.Pools}
	if done.first, err = s.awaitFirst(ctx, updateOperation, ended); err != nil {
		return nil, err
	}
	for _, change := range append(c.changes, quotaChange{after: c.length + sampleEvery}) {
		select {
		case <-ended:
			return nil, fmt.Errorf("the program ended before its time")
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Until(time.UnixMilli(done.first).Add(change.after))):
		}
		if change.quota > 0 {
			if err := s.setQuota(change.quota); err != nil {
				return nil, err
			}
		}
		if c.store != nil {
			n, err := c.store.puts()
			if err != nil {
				return nil, err
			}
			done.puts = append(done.puts, n)
		}
	}
	done.observation, err = s.report()
	return done, err
}

// accepted is the rate of the updates of some pools (all, if none is given) in a time after the first one.
func (c *course) accepted(from, to time.Duration, pools ...string) float64 {
	if len(pools) == 0 {
		pools = c.pools
	}
	n := 0
	for _, pool := range pools {
		n += within(c.Accepted[pool], c.first+from.Milliseconds(), c.first+to.Milliseconds())
	}
	return float64(n) / (to - from).Seconds()
}

// throttled is the share of the updates received in such a time that was throttled.
func (c *course) throttled(from, to time.Duration) float64 {
	return throttledShare(c.Samples, c.first+from.Milliseconds(), c.first+to.Milliseconds())
}

// series is the plot of a course.
func (c *course) series() series {
	n := int(c.length.Seconds())
	s := series{Name: c.name, Title: c.title, Allowed: make([]float64, n)}
	for i := range s.Allowed {
		s.Allowed[i] = min(c.quotaAt(time.Duration(i)*time.Second), c.rate*float64(max(1, c.runs)))
	}
	total := make([]int, n)
	for i, pool := range c.pools {
		counts := perSecond(c.Accepted[pool], c.first, n)
		for at, count := range counts {
			total[at] += count
		}
		if len(c.pools) > 1 {
			s.Lines = append(s.Lines, line{fmt.Sprintf("run %d", i+1), counts})
		}
	}
	s.Lines = append(s.Lines, line{"accepted", total})
	return s
}

func (c *course) quotaAt(at time.Duration) float64 {
	quota := c.quota
	for _, change := range c.changes {
		if change.after <= at {
			quota = change.quota
		}
	}
	return quota
}

// throttledRow holds a share of throttled updates against the share that is allowed.
func (c *course) throttledRow(from, to time.Duration, allowed float64) row {
	return row{
		What: "of these throttled", Ours: 100 * c.throttled(from, to), Unit: "%", Peer: "the share allowed", Bound: 100 * allowed, Reach: atMost(1),
	}
}

// against is one run at a rate, against a quota.
func (b *bench) against(quota, rate float64) scenario {
	return scenario{
		name: fmt.Sprintf("quota-%g-rate-%g", quota, rate), title: fmt.Sprintf("quota %g/s, --rate %g", quota, rate),
		quota: quota, rate: rate, runs: 1, length: b.rate,
	}
}

// steady keeps a rate that the quota allows.
func (b *bench) steady(quota, rate float64) func(context.Context) (result, error) {
	return func(ctx context.Context) (result, error) {
		c, err := b.play(ctx, b.against(quota, rate))
		if err != nil {
			return result{}, err
		}
		return result{series: []series{c.series()}, rows: []row{
			{
				What: fmt.Sprintf("accepted at quota %g, `--rate %g`", quota, rate), Ours: c.accepted(0, b.rate), Unit: "/s",
				Peer: "the quota", Bound: quota, Reach: atLeast(0.99),
			},
			c.throttledRow(0, b.rate, 0.005),
		}}, nil
	}
}

// adaptive asks for twice the quota.
func (b *bench) adaptive(quota float64) func(context.Context) (result, error) {
	return func(ctx context.Context) (result, error) {
		rate := 2 * quota
		what, brief := fmt.Sprintf("accepted at quota %g, `--rate %g`, after %s", quota, rate, b.settle), ""
		if quota == 25 { // AWS's
			brief = fmt.Sprintf("updates accepted at AWS's quota, `--rate %g`", rate)
		}
		c, err := b.play(ctx, b.against(quota, rate))
		if err != nil {
			return result{}, err
		}
		return result{series: []series{c.series()}, rows: []row{
			{
				What: what, Brief: brief, Ours: c.accepted(b.settle, b.rate), Unit: "/s",
				Peer: "the quota", Bound: quota, Reach: atLeast(0.95),
			},
			c.throttledRow(b.settle, b.rate, 0.02),
		}}, nil
	}
}

// halvedAndRestored changes the quota under a run.
func (b *bench) halvedAndRestored(ctx context.Context) (result, error) {
	const quota = 100
	halved, restored, end := b.change, 2*b.change, 3*b.change
	c, err := b.play(ctx, scenario{
		name: "quota-halved-restored", title: "quota 100/s, halved and restored, --rate 100", quota: quota, rate: quota, runs: 1, length: end,
		changes: []quotaChange{{halved, quota / 2}, {restored, quota}},
	})
	if err != nil {
		return result{}, err
	}
	rowOf := func(what string, from, to time.Duration, quota float64) row {
		return row{
			What: fmt.Sprintf("quota 100 %s, after %s", what, b.settle), Ours: c.accepted(from+b.settle, to), Unit: "/s",
			Peer: "the quota", Bound: quota, Reach: atLeast(0.90), Note: fmt.Sprintf("%.2f%% throttled", 100*c.throttled(from, to)),
		}
	}
	return result{series: []series{c.series()}, rows: []row{
		rowOf("halved", halved, restored, quota/2), rowOf("restored", restored, end, quota),
	}}, nil
}

// shared lets two runs, each of a pool, have one quota, which either alone would use up. Who gets how much changes slowly
// and by chance, so it is the median of several such pairs, beside each other, each with an account of its own.
func (b *bench) shared(ctx context.Context) (result, error) {
	const quota = 50
	after := 2 * b.settle
	courses := make([]*course, b.pairs)
	errs := make([]error, b.pairs)
	var all sync.WaitGroup
	for i := range courses {
		all.Go(func() {
			courses[i], errs[i] = b.play(ctx, scenario{
				name: fmt.Sprintf("quota-shared-%d", i), title: "quota 50/s, two runs, each --rate 50",
				quota: quota, rate: quota, runs: 2, length: b.share,
			})
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return result{}, err
	}
	var together, lesser, throttled []float64
	for _, c := range courses {
		first, second := c.accepted(after, b.share, c.pools[0]), c.accepted(after, b.share, c.pools[1])
		together, lesser = append(together, first+second), append(lesser, min(first, second))
		throttled = append(throttled, c.throttled(after, b.share))
	}
	drawn := courses[0].series()
	drawn.Name = "quota-shared"
	return result{series: []series{drawn}, rows: []row{
		{
			What: fmt.Sprintf("two runs on quota 50, after %s, together", after), Ours: median(together), Unit: "/s",
			Peer: "the quota", Bound: quota, Reach: atLeast(0.95), Note: fmt.Sprintf("the median of %d such pairs; %.2f%% throttled", b.pairs, 100*median(throttled)),
		},
		{
			What: "the one that gets less", Ours: median(lesser), Unit: "/s", Peer: "the quota", Bound: quota, Reach: atLeast(0.35),
			Note: fmt.Sprintf("%.1f to %.1f", slices.Min(lesser), slices.Max(lesser)),
		},
	}}, nil
}

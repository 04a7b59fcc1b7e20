package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// result is what a step measured.
type result struct {
	rows   []row
	series []series
}

// step measures one thing.
type step struct {
	name string
	run  func(context.Context) (result, error)
}

// groups are the steps in order; those of a group run at once.
func (b *bench) groups() [][]step {
	slow := []step{
		{"quota 25, --rate 25", b.steady(25, 25)},
		{"quota 25, --rate 50", b.adaptive(25)},
		{"quota 200, --rate 400", b.adaptive(200)},
		{"quota halved and restored", b.halvedAndRestored},
		{"two runs on one quota", b.shared},
		{"boto3 on a quota", b.boto3OnQuota},
		{"parked: users who always fail", b.parked},
		{"s3: 50 ms", b.keptElsewhere(50*time.Millisecond, 0.99)},
		{"s3: 300 ms", b.keptElsewhere(300*time.Millisecond, 0.95)},
		{"pages, 150 ms", b.pages(150 * time.Millisecond)},
		{"pages, 1 s", b.pages(time.Second)},
	}
	return [][]step{
		{{"updates at full speed", b.updates}},
		{{"calls at full speed, with reading", b.calls}},
		{{"seen: updates at full speed", b.seenUpdates}},
		{{"pause and unpause", b.paused}},
		{{"s3: full speed", b.fastElsewhere}},
		slow,
		{{"quota 1000, --rate 1000", b.steady(1000, 1000)}},
		{{"quota 1000, --rate 2000", b.adaptive(1000)}},
		{{"offline pass, CSV", b.offlineCSV}},
		{{"offline pass, JSONL", b.offlineJSONL}},
		{{"memory of applying", b.applyingMemory}},
		{{"seen: memory", b.seenMemory}},
		{{"memory of checking, and resuming", b.checkAndResume}},
		{{"s3: restored", b.moved}},
		{{"start", b.start}},
		{{"planned", b.plannedCalls}},
		{{"rule: users a second", b.scanned}},
		{{"rule: memory", b.ruleMemory}},
		{{"rule: planned", b.ruleCalls}},
	}
}

// runAll runs the steps whose names contain a text. Those that fail leave no rows, and the others go on.
func (b *bench) runAll(ctx context.Context, only string) ([]result, error) {
	var results []result
	var failed error
	for _, group := range b.groups() {
		chosen := group[:0:0]
		for _, s := range group {
			if strings.Contains(s.name, only) {
				chosen = append(chosen, s)
			}
		}
		before := childSeconds()
		done, err := runGroup(ctx, chosen)
		if len(chosen) > 0 {
			fmt.Fprintf(os.Stderr, "         %.1f s of the processors\n", childSeconds()-before)
		}
		results = append(results, done...)
		failed = errors.Join(failed, err)
	}
	return results, failed
}

// runGroup runs steps at once; each goroutine owns its place in the results.
func runGroup(ctx context.Context, steps []step) ([]result, error) {
	results := make([]result, len(steps))
	errs := make([]error, len(steps))
	var wg sync.WaitGroup
	for i, s := range steps {
		wg.Go(func() {
			began := time.Now()
			var err error
			if results[i], err = s.run(ctx); err != nil {
				errs[i] = fmt.Errorf("%s: %w", s.name, err)
			}
			fmt.Fprintf(os.Stderr, "%6.1fs  %s\n", time.Since(began).Seconds(), s.name)
		})
	}
	wg.Wait()
	return results, errors.Join(errs...)
}

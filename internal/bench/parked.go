package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	parkedRate = 50 // attempts a second

	// Eight attempts, as usual, wait up to a minute between them; these are fewer, so that the run is over soon.
	parkedAttempts = 5
	parkedWaits    = 7.5 // seconds at most between them: 0.5, 1, 2 and 4

	// Of so many users, one has updates that always fail. With more of them, three could be all that is left in the end,
	// which looks like a service that is away: the run would stop, and the next start end it.
	poisonedEvery = 200
)

// parked holds a run with users whose updates always fail against the same run without, beside each other. Their records are
// tried again and again, are parked, and fail in the end. The others wait for none of it, and the run ends when it must: when
// all attempts that there must be are made at the rate, and the last such record has waited between its own.
func (b *bench) parked(ctx context.Context) (result, error) {
	records := int(parkedRate * b.rate.Seconds())
	input, err := b.narrow("parked.csv", records)
	if err != nil {
		return result{}, err
	}
	var with, without attempts
	var failed [2]error
	var both sync.WaitGroup
	both.Go(func() { with, failed[0] = b.attemptsOf(ctx, input, poisonedEvery) })
	both.Go(func() { without, failed[1] = b.attemptsOf(ctx, input, 0) })
	both.Wait()
	for _, err := range failed {
		if err != nil {
			return result{}, err
		}
	}
	poisoned := records / poisonedEvery
	needed := float64(records + poisoned*parkedAttempts) // each of these has that many, and one more when it was parked
	return result{rows: []row{
		{
			What: fmt.Sprintf("attempts at `--rate %d`, while %d of %s users always fail", parkedRate, poisoned, number(float64(records))), Ours: with.rate, Unit: "/s",
			Peer: "the same run without", Bound: without.rate, Reach: atLeast(0.98),
		},
		{
			What: "users of that run who are updated", Ours: float64(with.accepted), Peer: "all others", Bound: float64(records - poisoned), Reach: exactly(1),
		},
		{
			What: "that run, from its first update to its end", Ours: with.took, Unit: " s",
			Peer: fmt.Sprintf("%s attempts at the rate, and the waits of one record", number(needed)), Bound: needed/parkedRate + parkedWaits, Reach: atMost(1),
			Note: fmt.Sprintf("without these users: %.1f s", without.took),
		},
	}}, nil
}

// attempts are those of updates that a run made.
type attempts struct {
	accepted int64
	rate     float64 // made a second, while there were fresh records
	took     float64 // seconds from the first one until the run ended
}

// attemptsOf applies an input, of whose users one of so many is poisoned (0: none).
func (b *bench) attemptsOf(ctx context.Context, input string, poisoned int) (attempts, error) {
	s, err := b.startServer(ctx, serverConfig{log: true, poisoned: poisoned})
	if err != nil {
		return attempts{}, err
	}
	defer s.close()
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "apply", "--yes", "--progress", "none", "--rate", strconv.Itoa(parkedRate),
		"--max-attempts", strconv.Itoa(parkedAttempts), "--run-dir", filepath.Join(b.dir, fmt.Sprintf("parked-%d.run", poisoned)), input)
	if err != nil {
		return attempts{}, err
	}
	code := 0
	if poisoned > 0 {
		code = exitFailures
	}
	if err := p.wait(code); err != nil {
		return attempts{}, err
	}
	o, err := s.report()
	if err != nil {
		return attempts{}, err
	}
	first := o.First[updateOperation]
	fresh := b.rate * 9 / 10
	received := func(s sample) int64 { return s.Received }
	return attempts{
		accepted: int64(len(o.Accepted[s.Pools[0]])),
		rate:     counted(o.Samples, first+fresh.Milliseconds(), received) / fresh.Seconds(),
		took:     p.began.Add(p.wall).Sub(time.UnixMilli(first)).Seconds(),
	}, nil
}

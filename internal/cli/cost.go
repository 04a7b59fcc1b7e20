package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/cognito"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// cost is what applying records takes: calls, time, and users who count as active this month, which is
// billed. It is an upper bound where the values of users decide.
type cost struct {
	updates int64
	reads   int64 // of users before they are changed
	looks   int64 // at users whose new address may be held back, after that
	users   int64 // who count as active

	rate, readRate float64 // of updates and of reads, a second
	noRead, asUser bool
	newly          bool // it is of a plan, which knows who changes
	bound          bool // it is told as an upper bound
}

// noCost is that of no record, under these options.
func (o *options) noCost() cost {
	return cost{rate: o.rate, readRate: o.reads(), noRead: o.noRead, asUser: o.asUser, bound: true}
}

// add counts what a record takes that can be applied.
func (c *cost) add(r *sources.Change, pool *cognito.Pool) {
	updates := len(r.Attributes) > 0
	reads := !c.noRead && !r.Idle()
	if updates {
		c.updates++
	}
	if reads {
		c.reads++
	}
	if reads && !c.asUser && pool.HoldsBack(r) {
		c.looks++
	}
	if updates || reads {
		c.users++
	}
}

// String tells the cost in one line.
func (c cost) String() string {
	parts := []string{"no updates"}
	if c.updates > 0 {
		parts[0] = fmt.Sprintf("%s, %s", prose.Plural(c.updates, "update"), pace(c.updates, c.rate))
		if c.bound {
			parts[0] = "up to " + parts[0]
		}
	}
	if reads := c.reads + c.looks; reads > 0 {
		text := fmt.Sprintf("%s, %s", prose.Plural(reads, "read"), pace(reads, c.readRate))
		if c.looks > 0 {
			text = "up to " + text
		}
		parts = append(parts, text)
	}
	switch users := c.users; {
	case users == 0:
	case c.asUser:
		parts = append(parts, "nobody is counted as active for it")
	case c.newly:
		parts = append(parts, fmt.Sprintf("up to %s newly counted as active this month", prose.Plural(users, "user")))
	default:
		parts = append(parts, fmt.Sprintf("up to %s counted as active this month", prose.Plural(users, "user")))
	}
	return strings.Join(parts, "; ")
}

// pace is how long so many calls take at a rate.
func pace(calls int64, rate float64) string {
	if rate == pipeline.Unlimited {
		return "without a limit of the rate"
	}
	return fmt.Sprintf("%s at %g/s", prose.Span(inSeconds(float64(calls)/rate)), rate)
}

func inSeconds(s float64) time.Duration { return time.Duration(min(s, 1e9) * float64(time.Second)) }

// noCall says that records ask for nothing.
func noCall(records int64) string {
	if records == 1 {
		return "no call is made for it"
	}
	return "no call is made for them"
}

// costOfRest passes over what a run that goes on has left.
func (a *applyRun) costOfRest(ctx context.Context, p *prospect) (cost, error) {
	rest := a.opts.noCost()
	in, err := a.set.open()
	if err != nil {
		return rest, err
	}
	defer in.Close()
	if err := in.Resume(p.state.Position); err != nil {
		return rest, err
	}
	check, left, number := a.checker(p.pool), int64(0), p.state.Records
	for c, err := range readAhead(ctx, in.Next) {
		if err != nil {
			return rest, err
		}
		number++
		if _, finished := slices.BinarySearch(p.state.Finished, number); finished {
			continue
		}
		left++
		switch {
		case check.beyond(left):
			return rest, nil
		case check.record(c) != nil, a.opts.asUser && expired(c) != nil:
		default:
			rest.add(c, p.pool)
		}
	}
	return rest, nil
}

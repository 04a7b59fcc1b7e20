package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	listRate  = 30 // --list-rate, and AWS's quota
	chains    = 16 // at once, at most
	pageUsers = 60 // in a page of ListUsers
)

// pages reads a pool whose pages take a time, and counts them: they come at the rate or, where the pages take longer than
// all chains are, as fast as these can. bound is what the slower of the two allows. One chain makes a page in the time of a page.
func (b *bench) pages(pageTime time.Duration) func(context.Context) (result, error) {
	return func(ctx context.Context) (result, error) {
		peer, bound := "the rate", float64(listRate)
		if most := chains / pageTime.Seconds(); most < bound {
			peer, bound = fmt.Sprintf("%d chains", chains), most
		}
		var ours, one float64
		var failed [2]error
		var both sync.WaitGroup
		both.Go(func() { ours, failed[0] = b.pagesPerSecond(ctx, pageTime, bound) })
		both.Go(func() { one, failed[1] = b.pagesPerSecond(ctx, pageTime, 1/pageTime.Seconds(), "--chains", "1") })
		both.Wait()
		what := fmt.Sprintf("pages of a pool, %s a page, `--list-rate %d`", pageTime, listRate)
		return result{rows: []row{
			{
				What: what, Brief: what, Ours: ours, Unit: "/s",
				Peer: peer, Bound: bound, Reach: atLeast(0.90),
			},
			{
				What: "the same", Ours: ours, Unit: "/s", Peer: "one chain", Bound: one, Reach: atLeast(0.90 * bound * pageTime.Seconds()),
			},
		}}, errors.Join(failed[:]...)
	}
}

// pagesPerSecond exports a pool of as many users as can be read in the time of a rate scenario, if so many pages come a
// second, and returns how many did, from the first request to the last answer.
func (b *bench) pagesPerSecond(ctx context.Context, pageTime time.Duration, expected float64, flags ...string) (float64, error) {
	users := int(expected*b.rate.Seconds()) * pageUsers
	s, err := b.startServer(ctx, serverConfig{users: users, pageTime: pageTime})
	if err != nil {
		return 0, err
	}
	defer s.close()
	out := filepath.Join(b.dir, fmt.Sprintf("pages-%s-%d.csv", pageTime, users))
	args := append([]string{"export", "--progress", "none", "--list-rate", strconv.Itoa(listRate), "--output", out}, flags...)
	p, err := b.attrmigrate(ctx, s, s.Pools[0], args...)
	if err != nil {
		return 0, err
	}
	if err := p.wait(); err != nil {
		return 0, err
	}
	o, err := s.report()
	if err != nil {
		return 0, err
	}
	took := time.Duration(o.Last[listOperation]-o.First[listOperation])*time.Millisecond + pageTime
	return float64(o.Operations[listOperation]) / took.Seconds(), nil
}

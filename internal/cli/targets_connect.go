package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/target"
)

// connected is what came of connecting to the pool of a row.
type connected struct {
	fleet.Row
	index int
	pool  *cognito.Pool // nil: it was not reached
	err   error         // why
}

// connectAttempts is how often a pool is asked for, where the service fails or throttles.
const connectAttempts = 3

// connectAll assumes the role of each row, and describes its pool; all rows are tried.
func connectAll(ctx context.Context, groups []fleet.Group, by connectionOptions) []connected {
	var all []connected
	for _, g := range groups {
		for _, row := range g.Rows {
			all = append(all, connected{Row: row, index: g.Index})
		}
	}
	var tried sync.WaitGroup // of the goroutines, which end before connectAll does; each has a row of its own
	room := make(chan struct{}, lookers)
	for i := range all {
		tried.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			all[i].connect(ctx, by)
		})
	}
	tried.Wait()
	return all
}

func (c *connected) connect(ctx context.Context, by connectionOptions) {
	own := by.of(c.Row)
	to, err := target.Connect(ctx, own.target(1))
	if err == nil {
		c.pool, err = to.Describe(ctx, connectAttempts)
	}
	if err != nil {
		c.pool, c.err = nil, err
	}
}

// found is what a table says of it.
func (c *connected) found() string {
	if c.pool == nil {
		return "not reached"
	}
	return fmt.Sprintf("%s, account %s, about %d users", c.pool.Name, c.pool.Account, c.pool.EstimatedUsers)
}

// connectNotes tells of indexes that turn out to be one account and Region: they share its quota.
func connectNotes(all []connected) []string {
	type place struct{ account, region string }
	indexes := map[place][]string{}
	var places []place
	for _, c := range all {
		if c.pool == nil || c.Endpoint != "" {
			continue
		}
		p, index := place{c.pool.Account, c.pool.Region}, fmt.Sprint(c.index)
		if indexes[p] == nil {
			places = append(places, p)
		}
		if !slices.Contains(indexes[p], index) {
			indexes[p] = append(indexes[p], index)
		}
	}
	var notes []string
	for _, p := range places {
		if list := indexes[p]; len(list) > 1 {
			notes = append(notes, fmt.Sprintf("the indexes %s are all of account %s in %s, and share its quota: have the column account say so", strings.Join(list, " and "), p.account, p.region))
		}
	}
	return notes
}

// tellUnreached prints why pools were not reached, and tells whether there were any.
func tellUnreached(w io.Writer, all []connected) error {
	failed := false
	for _, c := range all {
		if c.err != nil {
			failed = true
			printError(w, &rowError{c.Name, c.err})
		}
	}
	if failed {
		return &rowsError{exitRefused}
	}
	return nil
}

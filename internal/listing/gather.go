package listing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
)

// gathering takes pages of several chains into one spool.
type gathering struct {
	reader *Reader
	of     int64 // about so many users come
	chains int
	begun  time.Time

	mu    sync.Mutex // held by the chain that adds a page
	spool *spool
	users int64
}

func (r *Reader) gather(of int64, chains int) *gathering {
	g := &gathering{reader: r, of: of, chains: chains, begun: time.Now(), spool: newSpool(r.cfg.Scratch)}
	g.tell()
	return g
}

// add takes a page.
func (g *gathering) add(users []cognito.User) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range users {
		if err := g.spool.add(&users[i]); err != nil {
			return err
		}
	}
	g.users += int64(len(users))
	g.tell()
	return nil
}

func (g *gathering) tell() {
	g.reader.cfg.Progress(Progress{Users: g.users, Of: max(g.of, g.users), Chains: g.chains, Calls: g.reader.Calls()})
}

// end makes a snapshot of what came, or drops it if the reading failed.
func (g *gathering) end(err error) (*Snapshot, error) {
	if err != nil {
		return nil, errors.Join(err, g.spool.close())
	}
	g.of = 0 // the pool's own number is an estimate
	g.tell()
	s, err := g.spool.snapshot()
	if err != nil {
		return nil, errors.Join(err, g.spool.close())
	}
	s.chained, s.begun = g.chains > 1, g.begun
	if s.twice > 0 {
		g.reader.note("%s listed more than once: each counts once, as it was changed last", prose.Either(s.twice, "1 user was", prose.Count(s.twice)+" users were"))
	}
	return s, nil
}

func (r *Reader) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// one reads a chain of pages.
func (r *Reader) one(ctx context.Context, of int64, chain func(context.Context, func([]cognito.User) error) error) (*Snapshot, error) {
	g := r.gather(of, 1)
	return g.end(chain(ctx, g.add))
}

// Filter reads the users that a filter of ListUsers finds.
func (r *Reader) Filter(ctx context.Context, filter string) (*Snapshot, error) {
	return r.one(ctx, r.cfg.Estimated, func(ctx context.Context, add func([]cognito.User) error) error { return r.pages(ctx, filter, add) })
}

// unfiltered reads all users of the pool in one chain.
func (r *Reader) unfiltered(ctx context.Context) (*Snapshot, error) { return r.Filter(ctx, "") }

// Temporary makes a scratch file in the system's directory for such.
func Temporary() (*disk.Scratch, error) {
	return disk.CreateScratch(disk.OS{}, filepath.Join(os.TempDir(), "users"), true)
}

// Again reads the pool once more, in one chain, and notes how many users were there and in none of the chains of a snapshot.
func (r *Reader) Again(ctx context.Context, s *Snapshot) (*Snapshot, error) {
	whole, err := r.unfiltered(ctx)
	if err != nil {
		return nil, err
	}
	var lost int64
	for u, err := range s.lacking(whole) {
		if err != nil {
			return nil, errors.Join(err, whole.Close())
		}
		if u.Created.Before(s.begun) { // else it is new
			lost++
		}
	}
	if lost > 0 {
		r.note("%s in no chain: the pool was read once more, in one", prose.Either(lost, "1 user was", prose.Count(lost)+" users were"))
	}
	return whole, nil
}

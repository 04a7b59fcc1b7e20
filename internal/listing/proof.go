package listing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"attrmigrate/internal/cognito"
)

const (
	proofs   = 16 // users by whom a filter is proved
	provedBy = 8  // characters of their subs
)

// prove finds out whether the service knows the filter by which chains are read: some users must be found by the first characters of
// their subs, and nobody else by them. Whoever is not found is looked up whole, for it may be deleted; of so few users, listed a moment
// before, most are not. The error is a
// [*doubtError] if it does not know it.
func (r *Reader) prove(ctx context.Context, some []cognito.User) error {
	subs, err := subsOf(some)
	if err != nil {
		return err
	}
	var gone atomic.Int64
	err = r.each(ctx, subs, func(ctx context.Context, id string) error {
		filter, _ := cognito.PrefixFilter(sub, id[:provedBy])
		found, err := r.finds(ctx, filter, id[:provedBy], id)
		if err != nil || found {
			return err
		}
		there, err := r.isThere(ctx, id)
		if there {
			return doubtf("the filter sub ^= did not find a user that is there")
		}
		gone.Add(1)
		return err
	})
	if _, doubtful := errors.AsType[*doubtError](err); err != nil && ctx.Err() == nil && !doubtful { // one chain may do without what failed
		return doubtf("the filter sub ^= was refused: %v", err)
	}
	if n := int(gone.Load()); err == nil && 2*n > len(subs) {
		return doubtf("filters by sub found %d of %d users that had just been listed", len(subs)-n, len(subs))
	}
	return err
}

// subsOf are the subs of users, as many as the proof takes, spread over them. All users must have one that a chain could find.
func subsOf(users []cognito.User) (subs []string, err error) {
	for i := range users {
		id := users[i].Attributes[sub]
		if len(id) < provedBy || !strings.Contains(prefixes, id[:1]) {
			return nil, doubtf("the pool has a user whose sub does not begin with a hexadecimal digit")
		}
		if i*proofs/len(users) >= len(subs) && !slices.Contains(subs, id) {
			subs = append(subs, id)
		}
	}
	if len(subs) == 0 {
		return nil, doubtf("the first page has no user to prove the filter by")
	}
	return subs, nil
}

// finds tells whether a filter finds the user of a sub, and doubts it if it finds anybody whose sub does not begin as it asks.
func (r *Reader) finds(ctx context.Context, filter, prefix, id string) (found bool, err error) {
	err = r.pages(ctx, filter, func(users []cognito.User) error {
		for i := range users {
			if !strings.HasPrefix(users[i].Attributes[sub], prefix) {
				return doubtf("the filter sub ^= is not heeded: it found a user whose sub begins otherwise")
			}
			found = found || users[i].Attributes[sub] == id
		}
		return nil
	})
	return found, err
}

// isThere looks a user up by the whole sub.
func (r *Reader) isThere(ctx context.Context, id string) (bool, error) {
	whole, _ := cognito.Filter(sub, id)
	return r.finds(ctx, whole, id, id)
}

// lost doubts the chains if a user of the first page, who came in none of them, is there.
func (r *Reader) lost(ctx context.Context, id string) error {
	there, err := r.isThere(ctx, id)
	if there {
		return doubtf("no filter sub ^= found a user that is there")
	}
	return err
}

// roll has the subs of the first page, and whether a chain had them. It costs no call to see that they all come.
type roll map[string]*atomic.Bool

func rollOf(users []cognito.User) roll {
	r := roll{}
	for i := range users {
		r[users[i].Attributes[sub]] = new(atomic.Bool)
	}
	return r
}

// mark is called by all chains.
func (r roll) mark(users []cognito.User) {
	for i := range users {
		if seen := r[users[i].Attributes[sub]]; seen != nil {
			seen.Store(true)
		}
	}
}

func (r roll) missing() (subs []string) {
	for id, seen := range r {
		if !seen.Load() {
			subs = append(subs, id)
		}
	}
	return subs
}

package listing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// prefixes split a pool: the first digits of subs. Their other digits split it no further: some of them are the same in all
// subs that were seen.
const prefixes = "0123456789abcdef"

// Chains is the most chains that are read at once.
const Chains = len(prefixes)

// worthChains is how many pages a pool has for chains to pay by themselves. The proof takes sixteen calls more and the last pages of
// the chains eight, on average: of a pool of 64 pages that is a third, and read in one chain it takes ten seconds at 150 ms
// a page.
const worthChains = 64

// doubtError says why a pool is not to be read in chains.
type doubtError struct{ cause string }

func (e *doubtError) Error() string { return e.cause }

func doubtf(format string, args ...any) error { return &doubtError{fmt.Sprintf(format, args...)} }

// Pool reads all users of the pool: in one chain of pages, or in sixteen, where one is too slow for the pace and the service proves
// to know the filter that splits it. What of the chains is in doubt was not read: one chain is read instead, and a note tells why.
func (r *Reader) Pool(ctx context.Context) (*Snapshot, error) {
	first, next, took, err := r.page(ctx, "", "")
	if err != nil {
		return nil, err
	}
	if next != "" && r.chainsPay(took) {
		s, err := r.inChains(ctx, first)
		doubt, doubtful := errors.AsType[*doubtError](err)
		if !doubtful {
			return s, err
		}
		r.note("the pool was read in one chain of pages, and not in %d: %s", r.chains(), doubt.cause)
		return r.unfiltered(ctx)
	}
	return r.one(ctx, r.cfg.Estimated, func(ctx context.Context, add func([]cognito.User) error) error {
		return follow("ListUsers", func(token string) (_ string, err error) {
			users, then := first, next
			if token != "" {
				users, then, _, err = r.page(ctx, "", token)
			}
			if err == nil {
				err = add(users)
			}
			return then, err
		})
	})
}

// chains is how many chains are read at once.
func (r *Reader) chains() int {
	if n := r.cfg.Chains; n > 0 && n < Chains {
		return n
	}
	return Chains
}

// chainsPay tells whether a pool is to be read in chains: where one that gets its pages in such a time fills less than four fifths
// of the pace, and there are pages enough, or where a number of chains is asked for.
func (r *Reader) chainsPay(page time.Duration) bool {
	if r.cfg.Chains != 0 {
		return r.cfg.Chains > 1
	}
	return r.cfg.Estimated >= worthChains*PageSize && page.Seconds()*r.cfg.Rate > 1/0.8
}

// inChains proves the filter by some users of the pool and reads it in chains. The error is a [*doubtError] if they are not to be
// believed.
func (r *Reader) inChains(ctx context.Context, some []cognito.User) (*Snapshot, error) {
	if err := r.prove(ctx, some); err != nil {
		return nil, err
	}
	g, seen := r.gather(r.cfg.Estimated, r.chains()), rollOf(some)
	err := r.each(ctx, strings.Split(prefixes, ""), func(ctx context.Context, prefix string) error {
		return r.chain(ctx, prefix, func(users []cognito.User) error { seen.mark(users); return g.add(users) })
	})
	if err == nil {
		err = r.each(ctx, seen.missing(), r.lost)
	}
	s, err := g.end(err)
	if err != nil {
		return nil, err
	}
	if missing := r.cfg.Estimated - s.Len(); missing > PageSize && missing > r.cfg.Estimated/farOff {
		r.note("the pool has about %s users by its own estimate, and its chains gave %s: --chains 1 reads it in one, to be sure",
			prose.Count(r.cfg.Estimated), prose.Count(s.Len()))
	}
	return s, nil
}

// farOff is the part of a pool's users that may be missing without a word: one in twenty. The pool's own number is an estimate that
// lags behind; a chain that gives nobody is one in sixteen. More users than it says are no sign of anything.
const farOff = 20

// chain reads the users whose sub begins with a prefix.
func (r *Reader) chain(ctx context.Context, prefix string, add func([]cognito.User) error) error {
	filter, _ := cognito.PrefixFilter(sub, prefix)
	err := r.pages(ctx, filter, func(users []cognito.User) error {
		for i := range users {
			if !strings.HasPrefix(users[i].Attributes[sub], prefix) {
				return doubtf("the filter %s found a user whose sub begins otherwise", filter)
			}
		}
		return add(users)
	})
	return doubtful(filter, err)
}

// doubtful makes a doubt of what a service says that does not know a filter, or does not come to an end with it.
func doubtful(filter string, err error) error {
	if endless, ok := errors.AsType[*EndlessError](err); ok {
		return doubtf("the filter %s: %v", filter, endless)
	}
	if refusal.CodeOf(err) == "InvalidParameterException" {
		return doubtf("the filter %s was refused: %v", filter, err)
	}
	return err
}

// each calls f with each of some elements, as many at once as chains are read. The first error ends the others, and is returned once
// all have ended.
func (r *Reader) each(ctx context.Context, all []string, f func(context.Context, string) error) error {
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan string, len(all))
	for _, one := range all {
		queue <- one
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(r.chains(), len(all)) {
		workers.Go(func() { // it ends with the queue, or with the first error
			for one := range queue {
				if err := f(within, one); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.Cause(within)
}

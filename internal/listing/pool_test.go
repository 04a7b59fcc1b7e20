package listing

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"attrmigrate/internal/cognito"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pool is a Lister over users in memory. It knows the filters of subs, as far as its faults let it.
type pool struct {
	users []cognito.User
	takes time.Duration // a call
	// found changes what a filter finds, and fails may have a call fail: the nth, from 1. Nil: nothing goes wrong.
	found func(filter string, users []cognito.User) []cognito.User
	fails func(n int, filter, token string) error
	loops string // a filter whose last page leads back to the second

	mu    sync.Mutex
	calls int
	known map[string][]cognito.User // what filters find
}

// ListUsers implements [Lister].
func (p *pool) ListUsers(ctx context.Context, _, filter, token string, limit int) ([]cognito.User, string, error) {
	p.mu.Lock()
	p.calls++
	n, all := p.calls, p.matching(filter)
	p.mu.Unlock()
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	if p.fails != nil {
		if err := p.fails(n, filter, token); err != nil {
			return nil, "", err
		}
	}
	from := 0
	_, _ = fmt.Sscan(token, &from)
	if to := from + limit; to < len(all) {
		return all[from:to], fmt.Sprint(to), nil
	}
	next := ""
	if p.loops != "" && filter == p.loops {
		next = fmt.Sprint(limit)
	}
	return all[min(from, len(all)):], next, nil
}

func (p *pool) matching(filter string) []cognito.User {
	if all, known := p.known[filter]; known {
		return all
	}
	all := p.users
	attribute, value, _ := strings.Cut(strings.TrimSuffix(filter, `"`), ` "`)
	if filter != "" {
		all = slices.DeleteFunc(slices.Clone(p.users), func(u cognito.User) bool {
			return !strings.HasPrefix(u.Attributes[sub], value) || attribute == "sub =" && u.Attributes[sub] != value
		})
	}
	if p.found != nil {
		all = p.found(filter, all)
	}
	if p.known == nil {
		p.known = map[string][]cognito.User{}
	}
	p.known[filter] = all
	return all
}

// town is a pool of made-up users, in no order. The same seed gives the same.
func town(users int, seed uint64) *pool {
	r := rand.New(rand.NewPCG(seed, 0))
	p := &pool{}
	for i := range users {
		p.users = append(p.users, cognito.User{
			Username: fmt.Sprintf("user-%05d", i), Status: "CONFIRMED", Enabled: i%7 > 0,
			Created: time.UnixMilli(1.6e12 + int64(i)).UTC(), Modified: time.UnixMilli(1.7e12 + int64(i)).UTC(),
			Attributes: map[string]string{
				sub:     fmt.Sprintf("%08x-0000-4000-8000-%012x", r.Uint32(), r.Uint64()>>16),
				"email": fmt.Sprintf("user-%05d@example.com", i),
			},
		})
	}
	return p
}

// namesOf are the usernames of users sorted by their subs.
func namesOf(users []cognito.User) (names []string) {
	sorted := slices.SortedFunc(slices.Values(users), func(a, b cognito.User) int {
		return strings.Compare(a.Attributes[sub]+a.Username, b.Attributes[sub]+b.Username)
	})
	for _, u := range sorted {
		names = append(names, u.Username)
	}
	return names
}

// readNames are the usernames of a snapshot.
func readNames(t *testing.T, s *Snapshot) (names []string) {
	t.Helper()
	for u, err := range s.Users() {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, u.Username)
	}
	if int64(len(names)) != s.Len() {
		t.Errorf("%d users, and Len is %d", len(names), s.Len())
	}
	return names
}

// refused is what the service says of a filter that it does not know.
type refused struct{ error }

func (refused) Code() string { return "InvalidParameterException" }

var errRefused = refused{errors.New("ListUsers: InvalidParameterException")}

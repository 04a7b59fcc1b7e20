package listing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
)

// without is a list of users without some.
func without(all []cognito.User, subs ...string) []cognito.User {
	return slices.DeleteFunc(slices.Clone(all), func(u cognito.User) bool { return slices.Contains(subs, u.Attributes[sub]) })
}

// whoeverFails has a call fail if it has such a filter, and a token or none.
func whoeverFails(with error, contained string, later bool) func(int, string, string) error {
	return func(_ int, filter, token string) error {
		if strings.Contains(filter, contained) && later == (token != "") {
			return with
		}
		return nil
	}
}

// finds has a filter find what a function makes of the users.
func finds(contained string, f func([]cognito.User) []cognito.User) func(string, []cognito.User) []cognito.User {
	return func(filter string, all []cognito.User) []cognito.User {
		if strings.Contains(filter, contained) {
			return f(all)
		}
		return all
	}
}

// TestChainFaults: whatever a service makes of the filter that splits a pool, all users come, and what went wrong is told once.
func TestChainFaults(t *testing.T) {
	const instead = "the pool was read in one chain of pages, and not in 16: "
	var nobody []cognito.User
	for _, tt := range []struct {
		name  string
		fault func(p *pool, subs []string)
		note  string // none: nothing is told
		gone  int    // users who are not in the pool any more
	}{
		{"as it is", func(*pool, []string) {}, "", 0},
		{"refused", func(p *pool, _ []string) { p.fails = whoeverFails(errRefused, "^=", false) },
			instead + "the filter sub ^= was refused: ListUsers: InvalidParameterException", 0},
		{"refused later", func(p *pool, _ []string) { p.fails = whoeverFails(errRefused, `^= "e"`, true) },
			instead + `the filter sub ^= "e" was refused: ListUsers: InvalidParameterException`, 0},
		{"an error of the service, to each such filter", func(p *pool, _ []string) { p.fails = whoeverFails(errors.New("not implemented"), "^=", false) },
			instead + "the filter sub ^= was refused: not implemented", 0},
		{"ignored", func(p *pool, _ []string) {
			p.found = finds(`"`, func([]cognito.User) []cognito.User { return p.users })
		}, instead + "the filter sub ^= is not heeded: it found a user whose sub begins otherwise", 0},
		{"nobody is ever found", func(p *pool, _ []string) {
			p.found = finds(`"`, func([]cognito.User) []cognito.User { return nobody })
		}, instead + "filters by sub found 0 of 16 users that had just been listed", 0},
		{"a user is lost", func(p *pool, subs []string) {
			p.found = finds("^=", func(all []cognito.User) []cognito.User { return without(all, subs[0]) })
		}, instead + "the filter sub ^= did not find a user that is there", 0},
		{"a user is lost whom the proof does not ask for", func(p *pool, subs []string) {
			p.found = finds("^=", func(all []cognito.User) []cognito.User { return without(all, subs[1]) })
		}, instead + "no filter sub ^= found a user that is there", 0},
		{"one is deleted whom the proof does not ask for", func(p *pool, subs []string) {
			p.found = finds(`"`, func(all []cognito.User) []cognito.User { return without(all, subs[1]) })
		}, "", 1},
		{"some are deleted during the proof", func(p *pool, subs []string) {
			p.found = finds(`"`, func(all []cognito.User) []cognito.User { return without(all, subs[0], subs[4], subs[8]) })
		}, "", 3},
		{"a user twice in a chain", func(p *pool, _ []string) {
			p.found = finds(`^= "e"`, func(all []cognito.User) []cognito.User { return append(slices.Clone(all), all[0]) })
		}, "1 user was listed more than once: each counts once, as it was changed last", 0},
		{"two users in two chains, one of them in the wrong one", func(p *pool, _ []string) {
			p.found = finds(`^= "e"`, func(all []cognito.User) []cognito.User { return append(slices.Clone(all), p.matching(`sub ^= "f`)...) })
		}, instead + `the filter sub ^= "e" found a user whose sub begins otherwise`, 0},
		{"throttled", func(p *pool, _ []string) {
			p.fails = func(n int, _, _ string) error {
				if n%3 == 0 {
					return busy{errors.New("busy")}
				}
				return nil
			}
		}, "", 0},
		{"a chain without an end", func(p *pool, _ []string) { p.loops = `sub ^= "e"` },
			instead + `the filter sub ^= "e": ListUsers gave a pagination token a second time, at call 4: the list has no end`, 0},
		{"a sub of another kind", func(p *pool, _ []string) { p.users[59].Attributes[sub] = "Z-1" },
			instead + "the pool has a user whose sub does not begin with a hexadecimal digit", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := town(3000, 1)
				var subs []string
				for _, u := range p.users[:60] {
					subs = append(subs, u.Attributes[sub])
				}
				tt.fault(p, subs)
				r := NewReader(Config{Lister: p, Estimated: 3000, Rate: 100, Chains: 16})
				s, err := r.Pool(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if notes := strings.Join(r.Notes(), "\n"); notes != tt.note || s.Chained() == strings.HasPrefix(notes, instead) {
					t.Errorf("chained %t, told: %s", s.Chained(), notes)
				}
				got, want := readNames(t, s), namesOf(p.users)
				if tt.gone == 0 && !slices.Equal(got, want) || len(got)+tt.gone != len(want) {
					t.Errorf("%d users, and not those of the pool in their order", len(got))
				}
			})
		})
	}
}

// TestChainGone: a chain that finds nobody but users of the first page is told, for the pool is then smaller than it says
// itself.
func TestChainGone(t *testing.T) {
	p := town(3000, 1)
	first := namesOf(p.users[:60])
	p.found = finds(`^= "e"`, func(all []cognito.User) []cognito.User {
		return slices.DeleteFunc(slices.Clone(all), func(u cognito.User) bool { return !slices.Contains(first, u.Username) })
	})
	r := NewReader(Config{Lister: p, Estimated: 3000, Rate: 1e9, Chains: 16})
	s, err := r.Pool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"the pool has about 3,000 users by its own estimate, and its chains gave 2,825: --chains 1 reads it in one, to be sure"}
	if !slices.Equal(r.Notes(), want) {
		t.Errorf("%q", r.Notes())
	}
	whole, err := r.Again(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for u, err := range s.lacking(whole) {
		if lost++; err != nil || u.Attributes[sub][0] != 'e' {
			t.Errorf("%v, %v", u, err)
		}
	}
	if int64(lost)+s.Len() != 3000 || whole.Len() != 3000 || r.Notes()[1] != "175 users were in no chain: the pool was read once more, in one" {
		t.Errorf("%d users lost, %q", lost, r.Notes())
	}
}

// TestChainsPay: chains are read where they are asked for, or where one is too slow for the pace and the pool is not small.
func TestChainsPay(t *testing.T) {
	for _, tt := range []struct {
		name  string
		users int
		takes time.Duration
		rate  float64
		ask   int
		want  bool
	}{
		{"slow pages", 4000, 150 * time.Millisecond, 20, 0, true},
		{"pages as fast as the pace", 4000, 50 * time.Millisecond, 20, 0, false},
		{"nearly as fast", 4000, 60 * time.Millisecond, 20, 0, false},
		{"any pace", 4000, 10 * time.Millisecond, 1e9, 0, true},
		{"a small pool", 3800, 150 * time.Millisecond, 20, 0, false},
		{"one is asked for", 4000, 150 * time.Millisecond, 20, 1, false},
		{"some are asked for", 120, 10 * time.Millisecond, 20, 4, true},
		{"one page is enough", 60, 150 * time.Millisecond, 20, 4, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := town(tt.users, 1)
				p.takes = tt.takes
				r := NewReader(Config{Lister: p, Estimated: int64(tt.users), Rate: tt.rate, Chains: tt.ask})
				s, err := r.Pool(t.Context())
				if err != nil || s.Chained() != tt.want || s.Len() != int64(tt.users) || r.Notes() != nil {
					t.Errorf("%v, chained %t, told %q", err, s.Chained(), r.Notes())
				}
			})
		})
	}
}

// TestChainsPace: chains fill the pace, or as much of it as sixteen can.
func TestChainsPace(t *testing.T) {
	for _, tt := range []struct {
		name        string
		takes       time.Duration
		users       int
		rate, least float64 // pages a second
	}{
		{"150 ms a page", 150 * time.Millisecond, 10_000, 30, 0.9 * 30},
		{"1 s a page", time.Second, 30_000, 30, 0.9 * 16}, // many: chains are not equally long
		{"a slow pace", 150 * time.Millisecond, 10_000, 1, 0.9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := town(tt.users, 1)
				p.takes = tt.takes
				r := NewReader(Config{Lister: p, Estimated: int64(tt.users), Rate: tt.rate})
				begun := time.Now()
				if _, err := r.Pool(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := float64(r.Calls()) / time.Since(begun).Seconds(); got < tt.least || got > tt.rate*1.01 {
					t.Errorf("%d calls, %.1f a second", r.Calls(), got)
				}
			})
		})
	}
}

// TestChainsEnd: an error in one chain ends the others, and so does the end of the context.
func TestChainsEnd(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name  string
		fails func(int, string, string) error
		after time.Duration // the context ends; 0: it does not
		want  error
	}{
		{"a chain fails", whoeverFails(broken, `^= "e"`, true), 0, broken},
		{"interrupted", nil, time.Second, context.DeadlineExceeded},
		{"interrupted during the proof", nil, 150 * time.Millisecond, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which waits for all goroutines
				p := town(3000, 1)
				p.takes, p.fails = 100*time.Millisecond, tt.fails
				ctx := t.Context()
				if tt.after > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.after)
					defer cancel()
				}
				s, err := NewReader(Config{Lister: p, Rate: 20, Attempts: 1, Chains: 16}).Pool(ctx)
				if !errors.Is(err, tt.want) || s != nil || p.calls > 60 {
					t.Errorf("%v after %d calls", err, p.calls)
				}
			})
		})
	}
}

// TestPoolIsSnapshot: in whatever chains a pool is read, the snapshot is the pool.
func TestPoolIsSnapshot(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := town(rapid.IntRange(0, 400).Draw(rt, "users"), rapid.Uint64().Draw(rt, "seed"))
		r := NewReader(Config{Lister: p, Rate: 1e9, Chains: rapid.IntRange(0, 16).Draw(rt, "chains")})
		s, err := r.Pool(t.Context())
		if err != nil || r.Notes() != nil {
			rt.Fatal(err, r.Notes())
		}
		if !slices.Equal(readNames(t, s), namesOf(p.users)) {
			rt.Fatal("other users")
		}
	})
}

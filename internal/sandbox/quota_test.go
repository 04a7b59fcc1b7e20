package sandbox

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// allowed counts how many of n requests a category lets through now, each by a user of its own.
func allowed(l *limiter, c category, n int) int {
	count := 0
	for range n {
		if l.take(c, accessWrite, &user{}) == nil {
			count++
		}
	}
	return count
}

func TestCategoryQuotas(t *testing.T) {
	const tries = 150 // more than any bucket holds
	for _, tt := range []struct {
		name     string
		category category
		quotas   Quotas
		burst    int // what a full bucket lets through
		second   int // and then a second, in steps of 10 ms
	}{
		{"UserUpdate", userUpdate, Quotas{}, 5, 25},
		{"UserRead", userRead, Quotas{}, 24, 120},
		{"UserList", userList, Quotas{}, 6, 30},
		{"UserPoolRead", userPoolRead, Quotas{}, 5, 15},
		{"UserPoolUpdate", userPoolUpdate, Quotas{}, 5, 15},
		{"UserCreation", userCreation, Quotas{}, 10, 50},
		{"UserAuthentication", userAuthentication, Quotas{}, 24, 120},
		{"UserAccountRecovery", userAccountRecovery, Quotas{}, 6, 30},
		{"UserResourceRead", userResourceRead, Quotas{}, 10, 50},
		{"UserPoolClientRead", userPoolClientRead, Quotas{}, 5, 15},
		{"UserPoolClientUpdate", userPoolClientUpdate, Quotas{}, 5, 15},
		{"UserPoolResourceRead", userPoolResourceRead, Quotas{}, 5, 20},
		{"UserPoolResourceUpdate", userPoolResourceUpdate, Quotas{}, 5, 15},
		{"own", userUpdate, Quotas{UserUpdate: 40}, 8, 40},
		{"slow", userUpdate, Quotas{UserUpdate: 1}, 5, 1},
		{"off", userUpdate, Quotas{UserUpdate: Off}, tries, 100 * tries},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Unix(0, 0)
			l := newLimiter(Config{Quotas: tt.quotas, Now: func() time.Time { return now }})
			if got := allowed(l, tt.category, tries); got != tt.burst {
				t.Errorf("a full bucket let %d through, want %d", got, tt.burst)
			}
			got := 0
			for range 100 {
				now = now.Add(10 * time.Millisecond)
				got += allowed(l, tt.category, tries)
			}
			if got != tt.second {
				t.Errorf("a second let %d through, want %d", got, tt.second)
			}
		})
	}
}

func TestUserQuota(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := newLimiter(Config{Quotas: Quotas{UserUpdate: 25}, Now: func() time.Time { return now }})
	ann := &user{}
	for i := range 5 {
		if err := l.take(userUpdate, accessRead, ann); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	now = now.Add(200 * time.Millisecond) // the category is full again, ann has 2 reads
	for i, want := range []string{"", "", "TooManyRequestsException: Too many requests", "TooManyRequestsException: Too many requests"} {
		if got := text(l.take(userUpdate, accessRead, ann)); got != want {
			t.Errorf("read %d: got %q, want %q", i, got, want)
		}
	}
	// The two rejected requests took no token of the category: 3 of 5 are left.
	if got := allowed(l, userUpdate, 10); got != 3 {
		t.Errorf("%d tokens are left, want 3", got)
	}
	if got, want := text(l.take(userUpdate, accessWrite, ann)), "TooManyRequestsException: Rate exceeded"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSetQuotas(t *testing.T) {
	now := time.Unix(0, 0)
	w := newWorld(t, plainPool, Config{Quotas: Quotas{UserUpdate: 1, PerUserWrite: Off}, Now: func() time.Time { return now }})
	w.user("ann", "given_name=Ann")
	count := func() (ok int) {
		for i := range 20 {
			if w.update("ann", fmt.Sprintf("locale=%d", i)) == nil {
				ok++
			}
		}
		return ok
	}
	if got := count(); got != 5 {
		t.Errorf("%d of 20 updates passed, want 5", got)
	}
	w.server.SetQuotas(NoQuotas())
	if got := count(); got != 20 {
		t.Errorf("%d of 20 updates passed without quotas", got)
	}
	if got, want := w.server.Stats().Categories["UserUpdate"], (Traffic{40, 15}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestOnePageAfterTheOther holds that a client which asks for a page when it has the one before never meets AWS's quota,
// however near it is, and that two such clients do; and that another quota is one for both.
func TestOnePageAfterTheOther(t *testing.T) {
	for _, tt := range []struct {
		name    string
		quotas  Quotas
		clients int
		limited bool
	}{
		{"AWS's quota", Quotas{}, 1, false},
		{"the same, named", Quotas{UserList: 30}, 1, false},
		{"two clients", Quotas{}, 2, true},
		{"another quota", Quotas{UserList: 29}, 1, true},
		{"none", Quotas{UserList: Off}, 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := New(Config{Quotas: tt.quotas})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				pool, err := s.CreatePool([]byte(`{"PoolName":"p"}`))
				if err != nil {
					t.Fatal(err)
				}
				for i := range 2000 {
					if err := s.CreateUser(pool, User{Username: fmt.Sprintf("user-%d", i)}); err != nil {
						t.Fatal(err)
					}
				}
				var throttled atomic.Bool
				var clients sync.WaitGroup
				for range tt.clients {
					clients.Go(func() {
						if !listsAll(s, pool) {
							throttled.Store(true)
						}
					})
				}
				clients.Wait()
				if throttled.Load() != tt.limited {
					t.Errorf("throttled: %v, want %v", throttled.Load(), tt.limited)
				}
			})
		})
	}
}

// listsAll says whether all pages of a pool can be had, one after the other.
func listsAll(s *Server, pool string) bool {
	request := map[string]string{"UserPoolId": pool}
	for {
		body, _ := json.Marshal(request)
		answer := post(s, targetPrefix+"ListUsers", "any", string(body))
		var page struct{ PaginationToken string }
		if answer.Code != 200 || json.Unmarshal(answer.Body.Bytes(), &page) != nil {
			return false
		}
		if page.PaginationToken == "" {
			return true
		}
		request["PaginationToken"] = page.PaginationToken
	}
}

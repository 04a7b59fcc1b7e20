package sandbox

import (
	"fmt"
	"sync"
	"testing"
)

func TestParallelUpdates(t *testing.T) {
	w := newWorld(t, aliasPool, Config{})
	const users, rounds = 40, 30
	for i := range users {
		w.user(fmt.Sprintf("user-%02d", i), "email=shared@example.com")
	}
	var clients sync.WaitGroup
	for i := range users {
		clients.Go(func() {
			for n := range rounds {
				set := []string{fmt.Sprintf("name=%d", n)}
				if n%3 == 0 {
					set = append(set, "email_verified=true") // moves the alias
				}
				if err := w.update(fmt.Sprintf("user-%02d", i), set...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	holders := 0
	for u := range w.server.Users(w.pool) {
		if u.Attributes["name"] != fmt.Sprint(rounds-1) {
			t.Errorf("%s ends with %v", u.Username, u.Attributes)
		}
		if u.Attributes["email_verified"] == "true" {
			holders++
		}
	}
	if holders != 1 {
		t.Errorf("%d users hold one alias", holders)
	}
	log := w.server.Log()
	for i, u := range log {
		if u.Sequence != int64(i+1) {
			t.Fatalf("entry %d has the number %d", i, u.Sequence)
		}
	}
	stats := w.server.Stats()
	if len(log) != users*rounds || stats.Operations["AdminUpdateUserAttributes"] != users*rounds || stats.MaxInFlight != 1 {
		t.Errorf("%d logged, %+v", len(log), stats)
	}
}

// TestParallelSelfService lets many users change, verify, read and sign in at once, while an
// administrator changes them too.
func TestParallelSelfService(t *testing.T) {
	w := newWorld(t, `{"PoolName":"busy","AliasAttributes":["email"],"AutoVerifiedAttributes":["email"],
		"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:000000000000:function:m"}}`, Config{})
	client := w.app(passwordClient)
	const users, rounds = 10, 10
	for i := range users {
		if err := w.server.CreateUser(w.pool, User{Username: fmt.Sprintf("user-%d", i), Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	var clients sync.WaitGroup
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		token := w.token(name, TokenOptions{})
		clients.Go(func() {
			for n := range rounds {
				address := fmt.Sprintf("%s-%d@example.com", name, n)
				if _, err := w.client.UpdateUserAttributes(t.Context(), selfInput(token, "email="+address)); err != nil {
					t.Error(err)
				}
				if _, err := w.signIn(client, name, password); err != nil {
					t.Error(err)
				}
			}
		})
		clients.Go(func() {
			for n := range rounds {
				if err := w.update(name, fmt.Sprintf("nickname=%d", n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	last := map[string]string{} // code by user
	for _, m := range w.server.Messages() {
		last[m.Username] = m.Code
	}
	for i := range users {
		name := fmt.Sprintf("user-%d", i)
		if err := w.verify(name, "email", last[name]); err != nil {
			t.Error(err)
		}
		u, _ := w.server.User(w.pool, fmt.Sprintf("%s-%d@example.com", name, rounds-1))
		if u.Username != name || u.Attributes["nickname"] != fmt.Sprint(rounds-1) {
			t.Errorf("%s ends with %v", name, u)
		}
	}
	if n, m := len(w.server.Messages()), len(w.server.Invocations()); n != users*rounds || m != users*rounds {
		t.Errorf("%d messages and %d invocations, want %d", n, m, users*rounds)
	}
}

func TestInFlight(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann")
	arrived, release := make(chan struct{}), make(chan struct{})
	w.server.SetFaults(Faults{Hook: func(string, string) *Fault {
		arrived <- struct{}{}
		<-release
		return nil
	}})
	var clients sync.WaitGroup
	for range 2 {
		clients.Go(func() {
			if err := w.update("ann", "locale=de"); err != nil {
				t.Error(err)
			}
		})
	}
	<-arrived
	<-arrived
	close(release)
	clients.Wait()
	if got := w.server.Stats().MaxInFlight; got != 2 {
		t.Errorf("MaxInFlight is %d, want 2", got)
	}
}

//go:build unix

package campaign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// guests passes calls on to the service, and knows whose they are by the credentials.
type guests struct {
	next http.Handler
	who  func(name string) string

	mu      sync.Mutex
	keys    int
	hosts   map[string]string // whose a connection is, by the address of the client
	awake   map[string]bool   // starts that were suspended, and overtaken
	sent    map[string]int    // updates of these, once they were woken
	slipped map[string]bool   // users whom these changed
}

func newGuests(next http.Handler, who func(string) string) *guests {
	return &guests{next: next, who: who, hosts: map[string]string{}, awake: map[string]bool{}, sent: map[string]int{}, slipped: map[string]bool{}}
}

// newKey is one by which a start is known.
func (g *guests) newKey() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys++
	return fmt.Sprintf("AKIDEXAMPLE%04d", g.keys)
}

// ServeHTTP implements [http.Handler].
func (g *guests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, key, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ = strings.Cut(key, "/")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	g.hosts[r.RemoteAddr] = key
	if g.awake[key] && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".AdminUpdateUserAttributes") {
		var named struct{ Username string }
		_ = json.Unmarshal(body, &named) // the service refuses it
		g.sent[key]++
		g.slipped[g.who(named.Username)] = true
	}
	g.mu.Unlock()
	g.next.ServeHTTP(w, r)
}

// woke tells that a start was woken that another has overtaken, or may have.
func (g *guests) woke(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.awake[key] = true
}

// slips is how many updates it has sent since.
func (g *guests) slips(key string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent[key]
}

// forget gives the users whom such starts changed, and begins anew.
func (g *guests) forget() map[string]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	slipped := g.slipped
	g.slipped = map[string]bool{}
	return slipped
}

// of are the connections of a start.
func (g *guests) of(key string) map[string]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := map[string]bool{}
	for host, k := range g.hosts {
		if k == key {
			own[host] = true
		}
	}
	return own
}

package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// perUser is a rule that makes of each user what was drawn for it.
type perUser map[string]*sources.Change

func (r perUser) Of(u *cognito.User, _ map[string]string) (*sources.Change, error) {
	if c := r[u.Username]; c != nil {
		made := *c
		return &made, nil
	}
	return nil, nil
}

func (perUser) Writes() []string { return []string{"email", "email_verified", "custom:tier"} }

// sequences keeps the changes of a plan as they may be applied: each for itself, or in a sequence.
type sequences struct {
	output
	alone, claims []*sources.Change
	order         map[string][]*sources.Change
}

func (w *sequences) Change(c *sources.Change) error { w.alone = append(w.alone, c); return nil }
func (w *sequences) Claim(c *sources.Change) error  { w.claims = append(w.claims, c); return nil }

func (w *sequences) Arrange(steps []Step) error {
	w.order = map[string][]*sources.Change{}
	apart := map[string]bool{}
	for _, s := range steps {
		w.order[s.Change.Order] = append(w.order[s.Change.Order], s.Change)
		apart[s.Change.Username] = true
	}
	for _, c := range w.claims {
		if !apart[c.Username] {
			w.alone = append(w.alone, c)
		}
	}
	return nil
}

// aliasPool is what Cognito makes of users whose addresses are aliases.
type aliasPool struct {
	naming naming
	users  map[string]*cognito.User
}

func poolOf(n naming, list []cognito.User) *aliasPool {
	p := &aliasPool{n, map[string]*cognito.User{}}
	for _, u := range list {
		u.Attributes = maps.Clone(u.Attributes)
		p.users[u.Username] = &u
	}
	return p
}

// apply carries a change out, unless its user is not as it expects. Who signs in by an address that is claimed loses it.
func (p *aliasPool) apply(c *sources.Change) error {
	u := p.users[c.Username]
	if d := Compare(u, c, Options{}); d.Err() != nil {
		return fmt.Errorf("%s: %w", c.Username, d.Err())
	}
	next := after(u, c.Attributes)
	for _, n := range p.naming.held(next) {
		for _, other := range p.users {
			if other.Username != u.Username && slices.Contains(p.naming.held(other), n) {
				other.Attributes[n.attribute+flagSuffix] = "false"
			}
		}
	}
	p.users[c.Username] = next
	return nil
}

// ruledScene is a pool of few users who share few addresses, and a rule for them.
type ruledScene struct {
	pool cognito.Pool
	live []cognito.User
	rule perUser
	cfg  Config
}

func drawScene(t *rapid.T) *ruledScene {
	emails := []string{"", "a@x.org", "A@x.org", "b@x.org", "c@x.org"}
	s := &ruledScene{rule: perUser{}, pool: cognito.Pool{ID: poolID, Schema: exampleSchema(), EstimatedUsers: 5,
		AliasAttributes: []string{"email"}, CaseSensitive: rapid.Bool().Draw(t, "case counts")}}
	holders := map[signIn]bool{}
	for i := range rapid.IntRange(1, 5).Draw(t, "users") {
		u := person(fmt.Sprintf("u%d", i))
		put(u.Attributes, attribute("locale", rapid.SampledFrom([]string{"de", "fr"}).Draw(t, "locale")))
		put(u.Attributes, attribute("name", rapid.SampledFrom([]string{"n0", "n1", "n2", "n3", "n4"}).Draw(t, "name")))
		put(u.Attributes, attribute("email", rapid.SampledFrom(emails).Draw(t, "email")))
		if u.Attributes["email"] != "" {
			put(u.Attributes, attribute("email_verified", rapid.SampledFrom([]string{"", "true", "false"}).Draw(t, "verified")))
		}
		for _, n := range newNaming(&s.pool).held(&u) {
			if holders[n] {
				u.Attributes["email_verified"] = "false"
			}
			holders[n] = true
		}
		s.live = append(s.live, u)
		s.rule[u.Username] = drawChange(t, &u, emails)
	}
	s.cfg = Config{Pool: &s.pool, Rule: s.rule, Reader: reading(&users{list: s.live}), Read: Scan,
		Options: Options{KeepVerified: rapid.Bool().Draw(t, "keep")}, AllowTakeover: rapid.Bool().Draw(t, "takeover")}
	switch rapid.SampledFrom([]string{"all", "filter", "limit", "match", "match one by one"}).Draw(t, "how") {
	case "filter":
		s.cfg.Filter, _ = cognito.Filter("name", "n1")
	case "limit":
		s.cfg.Most = 2
	case "match":
		s.cfg.Match, s.cfg.Changes = "name", rows("n0=", "n1=", "n2=", "n2=", "n3=")
	case "match one by one":
		s.cfg.Match, s.cfg.Changes, s.cfg.Read = "name", rows("n3=", "n0=", "n1=", "n2=", "n2="), Auto
		s.pool.EstimatedUsers = 100_000
	}
	return s
}

// changed are the users whom the rule is to change, in the order of their names, which is that of their subs.
func (s *ruledScene) changed() (names []string) {
	for _, u := range s.live {
		name := u.Attributes["name"]
		same := slices.ContainsFunc(s.live, func(other cognito.User) bool { return other.Username != u.Username && other.Attributes["name"] == name })
		switch {
		case s.rule[u.Username] == nil, s.cfg.Filter != "" && name != "n1", s.cfg.Match != "" && (same || name == "n2" || name == "n4"):
			continue
		}
		if d := Compare(&u, s.rule[u.Username], s.cfg.Options); d.Err() == nil && len(d.Send) > 0 {
			names = append(names, u.Username)
		}
	}
	if s.cfg.Most > 0 && len(names) > int(s.cfg.Most) {
		names = names[:s.cfg.Most]
	}
	return names
}

// drawChange draws what the rule makes of a user; nil where it does not fit.
func drawChange(t *rapid.T, u *cognito.User, emails []string) *sources.Change {
	if rapid.IntRange(0, 3).Draw(t, "fits") == 0 {
		return nil
	}
	c := &sources.Change{}
	if rapid.Bool().Draw(t, "sets email") {
		c.Attributes = append(c.Attributes, attribute("email", rapid.SampledFrom(emails).Draw(t, "new email")))
	}
	if rapid.Bool().Draw(t, "sets flag") {
		c.Attributes = append(c.Attributes, attribute("email_verified", rapid.SampledFrom([]string{"true", "true", "false"}).Draw(t, "new flag")))
	}
	if rapid.Bool().Draw(t, "sets tier") {
		c.Attributes = append(c.Attributes, attribute("custom:tier", "x"))
	}
	for _, name := range []string{"email", "email_verified", "custom:tier"} {
		if rapid.IntRange(0, 2).Draw(t, "reads") == 0 {
			c.Expect = append(c.Expect, attribute(name, u.Attributes[name]))
		}
	}
	return c
}

// TestRulesTakeNothing: in a pool where addresses are aliases, the changes of a rule's plan can be applied in any order that its
// sequences leave: none is in conflict with what another has done. Where the plan takes no address, each user gets what the
// rule makes of it, and nobody loses one.
func TestRulesTakeNothing(t *testing.T) {
	sequenced, taken := 0, 0
	property := func(t *rapid.T) {
		s := drawScene(t)
		w := &sequences{}
		s.cfg.Writer = w
		r, err := Plan(t.Context(), s.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if r.Losses() > 0 && !s.cfg.AllowTakeover || r.Forbidden() > 0 {
			return // it is withheld
		}
		queues := [][]*sources.Change{}
		for _, c := range w.alone {
			queues = append(queues, []*sources.Change{c})
		}
		for _, order := range slices.Sorted(maps.Keys(w.order)) {
			queues = append(queues, w.order[order])
			sequenced++
		}
		pool, wanted := poolOf(newNaming(&s.pool), s.live), poolOf(newNaming(&s.pool), s.live)
		times := map[string]int{}
		for len(queues) > 0 {
			i := rapid.IntRange(0, len(queues)-1).Draw(t, "next")
			c := queues[i][0]
			if err := pool.apply(c); err != nil {
				t.Fatal(err)
			}
			times[c.Username]++
			if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
				queues = slices.Delete(queues, i, i+1)
			}
		}
		if got, want := slices.Sorted(maps.Keys(times)), s.changed(); !slices.Equal(got, want) {
			t.Fatalf("%q are changed, want %q", got, want)
		}
		for name, n := range times {
			_, twice := find(w.changeOf(name).Attributes, "email_verified")
			if n > 2 || n == 2 && !twice {
				t.Fatalf("%s is changed %d times", name, n)
			}
			if d := Compare(wanted.users[name], s.rule[name], s.cfg.Options); d.Err() == nil {
				wanted.users[name] = after(wanted.users[name], d.Send)
			}
		}
		if taken += int(r.Losses()); r.Losses() > 0 {
			return
		}
		for name, u := range pool.users {
			if !maps.Equal(u.Attributes, wanted.users[name].Attributes) {
				t.Fatalf("%s has %v, wanted %v", name, u.Attributes, wanted.users[name].Attributes)
			}
		}
	}
	for range 50 { // a hundred draws each; both are seen in the first most times
		if rapid.Check(t, property); sequenced > 0 && taken > 0 {
			return
		}
	}
	t.Error("no change stood in an order, or nothing was taken")
}

// changeOf is the last change of a user.
func (w *sequences) changeOf(name string) *sources.Change {
	all := slices.Concat(append(slices.Collect(maps.Values(w.order)), w.alone)...)
	slices.SortStableFunc(all, func(a, b *sources.Change) int { return strings.Compare(a.Order, b.Order) })
	for _, c := range slices.Backward(all) {
		if c.Username == name {
			return c
		}
	}
	return nil
}

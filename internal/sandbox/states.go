package sandbox

import (
	"slices"
	"time"
)

// userState is what changes of a user. It is replaced, not modified.
type userState struct {
	attributes []attribute // by name
	pending    []attribute
	status     string
	disabled   bool
	groups     []string // by name
	modified   time.Time
	secret     *secret // nil: neither a password nor a code
}

// secret is the part of a state that no answer shows. It is replaced, not modified.
type secret struct {
	password string // its hash; "" for none
	codes    []code
}

// code is a verification code that was sent to an address.
type code struct {
	Attribute string    `json:"attribute"`
	Code      string    `json:"code"`
	Expires   time.Time `json:"expires"`
}

func (s *secret) withPassword(hash string) *secret {
	var next secret
	if s != nil {
		next = *s
	}
	next.password = hash
	return &next
}

// withCode returns the secret with a code in place of an earlier one for the same attribute.
func (s *secret) withCode(c code) *secret {
	var next secret
	if s != nil {
		next.password = s.password
		next.codes = s.without(c.Attribute)
	}
	next.codes = append(next.codes, c)
	return &next
}

func (s *secret) withoutCode(attribute string) *secret {
	if s == nil || len(s.codes) == 0 {
		return s
	}
	return &secret{password: s.password, codes: s.without(attribute)}
}

func (s *secret) without(attribute string) []code {
	return slices.DeleteFunc(slices.Clone(s.codes), func(c code) bool { return c.Attribute == attribute })
}

// code returns the code sent for an attribute, the zero value for none.
func (s *secret) code(attribute string) code {
	if s != nil {
		for _, c := range s.codes {
			if c.Attribute == attribute {
				return c
			}
		}
	}
	return code{}
}

// transition is what a request makes of a user.
type transition struct {
	next     *userState // nil: the user stays as it is
	steal    bool       // a verified address that another user has is taken from it
	update   *Update    // for the log
	messages []Message  // sent on this occasion
}

// revision is a state that a user is about to get.
type revision struct {
	user *user
	next *userState
}

// change gives a user the state that decide makes of the present one, if the journal takes it: all of
// the transition happens, or nothing. exclusive says that aliases could move. decide is called under
// the locks, and so must not call the server.
func (s *Server) change(p *pool, u *user, exclusive bool, decide func(old *userState) (transition, error)) error {
	if exclusive {
		p.mu.Lock()
		defer p.mu.Unlock()
	} else {
		p.mu.RLock()
		defer p.mu.RUnlock()
		u.mu.Lock()
		defer u.mu.Unlock()
	}
	old := u.state.Load()
	switch {
	case p.deleted:
		return noPool(p.id)
	case old == nil:
		return errNoUser()
	}
	t, err := decide(old)
	if err != nil {
		return err
	}
	if t.next == nil && t.update == nil {
		return nil
	}
	if t.next == nil {
		return s.ledger.commit(record{Pool: p.id, Update: t.update})
	}
	var revised []revision
	if exclusive {
		if revised, err = p.contest(u, t.next, t.steal); err != nil {
			return err
		}
	}
	revised = append(revised, revision{u, t.next})
	if err := s.ledger.commit(record{Pool: p.id, Put: s.exports(revised), Update: t.update, Messages: t.messages}); err != nil {
		return err
	}
	if !exclusive {
		u.state.Store(t.next)
		return nil
	}
	for _, r := range revised {
		p.replace(r.user, r.next)
	}
	return nil
}

// now returns the time as states and the log keep it.
func (s *Server) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }

// exports returns the revised users for the journal, if there is one.
func (s *Server) exports(revised []revision) []storedUser {
	if !s.ledger.kept() {
		return nil
	}
	var out []storedUser
	for _, r := range revised {
		out = append(out, r.user.store(r.next))
	}
	return out
}

// contest returns the revisions of users who lose an alias to u in its next state. What must be
// unique cannot be taken: a username attribute, a preferred username, and without steal any alias.
// A verified address is taken silently, and its former holder's becomes unverified. The caller holds
// mu.
func (p *pool) contest(u *user, next *userState, steal bool) ([]revision, error) {
	var losers []revision
	for _, key := range p.claims(next) {
		holder := p.byAlias[key]
		if holder == nil || holder == u {
			continue
		}
		if !steal || p.addressNames || !isAddress(key.Name) {
			return nil, exception("AliasExistsException", "An account with the "+key.Name+" already exists.")
		}
		losers = unverify(losers, holder, key.Name, next.modified)
	}
	return losers, nil
}

// claims returns the aliases that a state gives its user, and those that it is to get once they are
// verified where they must be free beforehand.
func (p *pool) claims(s *userState) []attribute {
	keys := p.aliasesOf(s)
	if p.addressNames {
		for _, a := range s.pending {
			keys = append(keys, attribute{a.Name, p.fold(a.Value)})
		}
	}
	return keys
}

// unverify adds the loss of a verified address to the revisions.
func unverify(losers []revision, holder *user, address string, now time.Time) []revision {
	flag := attribute{address + "_verified", "false"}
	if i := slices.IndexFunc(losers, func(r revision) bool { return r.user == holder }); i >= 0 {
		losers[i].next.attributes = with(losers[i].next.attributes, flag)
		return losers
	}
	lost := *holder.state.Load()
	lost.attributes = with(slices.Clone(lost.attributes), flag)
	lost.modified = now
	return append(losers, revision{holder, &lost})
}

package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// userRequest is the part that requests about one user have in common.
type userRequest struct {
	UserPoolID string `json:"UserPoolId"`
	Username   string
}

func (r *userRequest) subject() (pool, username string) { return r.UserPoolID, r.Username }

// checkNames checks the parts of the request and that its pool exists.
func (r *userRequest) checkNames(c *call) error {
	switch {
	case r.Username == "":
		return invalidMember("username", "have length greater than or equal to 1")
	case utf8.RuneCountInString(r.Username) > maxUsername:
		return invalidMember("username", "have length less than or equal to 128")
	case c.pool == nil:
		return noPool(r.UserPoolID)
	default:
		return nil
	}
}

// checkUser is checkNames for requests about a user that must exist.
func (r *userRequest) checkUser(c *call) error {
	if err := r.checkNames(c); err != nil {
		return err
	}
	if c.user == nil {
		return errNoUser()
	}
	return nil
}

func errNoUser() error { return &apiError{"UserNotFoundException", "User does not exist."} }

type updateRequest struct {
	userRequest
	UserAttributes []attribute
}

func (s *Server) adminUpdateUserAttributes(c *call, r *updateRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	if len(r.UserAttributes) == 0 {
		return nil, invalidMember("userAttributes", "not be null or empty")
	}
	set, err := c.pool.schema.check(r.UserAttributes, false)
	if err != nil {
		return nil, err
	}
	return nil, s.update(c.pool, c.user, set)
}

// revision is a state that a user is about to get.
type revision struct {
	user *user
	next *userState
}

// update applies checked attributes to a user: all of them, or none.
func (s *Server) update(p *pool, u *user, set []attribute) error {
	exclusive := p.movesAlias(set)
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
	if old == nil {
		return errNoUser()
	}
	next, err := p.nextState(old, set)
	if err != nil {
		return err
	}
	now := s.now()
	entry := &Update{Pool: p.id, Username: u.username, Changes: difference(old.attributes, next.attributes), Time: now}
	if len(entry.Changes) == 0 && slices.Equal(old.pending, next.pending) {
		return s.ledger.commit(record{Pool: p.id, Update: entry})
	}
	next.modified = now
	var revised []revision
	if exclusive {
		if revised, err = p.contest(u, next, true); err != nil {
			return err
		}
	}
	revised = append(revised, revision{u, next})
	if err := s.ledger.commit(record{Pool: p.id, Put: s.exports(revised), Update: entry}); err != nil {
		return err
	}
	if !exclusive {
		u.state.Store(next)
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
func (s *Server) exports(revised []revision) []User {
	if !s.ledger.kept() {
		return nil
	}
	var out []User
	for _, r := range revised {
		out = append(out, r.user.export(r.next))
	}
	return out
}

// movesAlias says whether setting these attributes could change the aliases of a user.
func (p *pool) movesAlias(set []attribute) bool {
	return len(p.aliases) > 0 && slices.ContainsFunc(set, func(a attribute) bool {
		return slices.Contains(p.aliases, strings.TrimSuffix(a.Name, "_verified"))
	})
}

// addresses are the attributes that have a verified flag beside them.
var addresses = [...]string{"email", "phone_number"}

func isAddress(name string) bool { return slices.Contains(addresses[:], name) }

// nextState returns the state that setting attributes leads to.
func (p *pool) nextState(old *userState, set []attribute) (*userState, error) {
	next := *old
	next.attributes = slices.Clone(old.attributes)
	next.pending = slices.Clone(old.pending)
	for _, a := range set {
		if p.staysPending(old, set, a) {
			next.pending = assign(next.pending, a)
			continue
		}
		next.attributes = assign(next.attributes, a)
		if !isAddress(a.Name) {
			continue
		}
		next.pending = assign(next.pending, attribute{Name: a.Name})
		if a.Value != value(old.attributes, a.Name) && !has(set, a.Name+"_verified") {
			next.attributes = assign(next.attributes, attribute{a.Name + "_verified", "false"})
		}
	}
	return &next, checkFlags(next.attributes, set)
}

// staysPending says whether a new address has to wait until its user verifies it.
func (p *pool) staysPending(old *userState, set []attribute, a attribute) bool {
	return isAddress(a.Name) && slices.Contains(p.verifyFirst, a.Name) && a.Value != "" &&
		a.Value != value(old.attributes, a.Name) && value(set, a.Name+"_verified") != "true"
}

// checkFlags refuses to set a verified flag where there is no address.
func checkFlags(attributes, set []attribute) error {
	for _, name := range addresses {
		if value(set, name+"_verified") != "" && value(attributes, name) == "" {
			if name == "email" {
				return invalidParameter("Email is required to verify/un-verify an email")
			}
			return invalidParameter("Phone Number is required to verify/un-verify a phone number")
		}
	}
	return nil
}

// assign sets an attribute, or removes it if the value is empty.
func assign(all []attribute, a attribute) []attribute {
	if a.Value != "" {
		return with(all, a)
	}
	if i, found := slices.BinarySearchFunc(all, a.Name, byName); found {
		return slices.Delete(all, i, i+1)
	}
	return all
}

func has(all []attribute, name string) bool {
	_, found := slices.BinarySearchFunc(all, name, byName)
	return found
}

// difference lists what changed between two states, by name.
func difference(before, after []attribute) []Change {
	changes := []Change{}
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = cmp.Compare(before[0].Name, after[0].Name)
		}
		switch {
		case order < 0:
			changes = append(changes, Change{Name: before[0].Name, Before: before[0].Value})
			before = before[1:]
		case order > 0:
			changes = append(changes, Change{Name: after[0].Name, After: after[0].Value})
			after = after[1:]
		default:
			if before[0].Value != after[0].Value {
				changes = append(changes, Change{before[0].Name, before[0].Value, after[0].Value})
			}
			before, after = before[1:], after[1:]
		}
	}
	return changes
}

// contest returns the revisions of users who lose an alias to u in its next state. What must be
// unique cannot be taken: a username attribute, a preferred username, and without steal any alias.
// A verified address is taken silently, and its former holder's becomes unverified. The caller holds
// mu.
func (p *pool) contest(u *user, next *userState, steal bool) ([]revision, error) {
	var losers []revision
	for _, key := range p.aliasesOf(next) {
		holder := p.byAlias[key]
		if holder == nil || holder == u {
			continue
		}
		if !steal || p.addressNames || !isAddress(key.Name) {
			return nil, &apiError{"AliasExistsException", "An account with the " + key.Name + " already exists."}
		}
		losers = unverify(losers, holder, key.Name, next.modified)
	}
	return losers, nil
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

package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

type createUserRequest struct {
	userRequest
	UserAttributes     []attribute
	ForceAliasCreation bool
	TemporaryPassword  string
	MessageAction      string
}

func (s *Server) adminCreateUser(c *call, r *createUserRequest) (any, error) {
	if err := r.checkNames(c); err != nil {
		return nil, err
	}
	if r.MessageAction == "RESEND" {
		return s.invite(c, r)
	}
	if c.pool.addressNames && c.pool.addressKind(r.Username) == "" {
		return nil, invalidParameter("Username should be either an email or a phone number.")
	}
	set, err := c.pool.schema().check(r.UserAttributes, true)
	if err != nil {
		return nil, err
	}
	now := s.now()
	u := &user{username: r.Username, sub: s.identifier(), created: now}
	state := &userState{attributes: set, status: statusForced, modified: now}
	if err := c.pool.givePassword(u, state, r.TemporaryPassword); err != nil {
		return nil, err
	}
	if err := s.create(c.pool, u, state, r.ForceAliasCreation); err != nil {
		return nil, err
	}
	return struct{ User listedUser }{u.listed(state)}, nil
}

// invite gives a user who has not signed in yet a new temporary password. Attributes of the request stay unused.
func (s *Server) invite(c *call, r *createUserRequest) (any, error) {
	if c.user == nil {
		return nil, errNoUser()
	}
	password := r.TemporaryPassword
	if password == "" {
		password = s.letters(capitals+small+figures, 32) // in the message, which is not made
	} else if err := c.pool.passwords.check(password); err != nil {
		return nil, err
	}
	var invited *userState
	err := s.change(c.pool, c.user, false, func(old *userState) (transition, error) {
		if old.status != statusForced {
			return transition{}, exception("UnsupportedUserStateException",
				"Resend not possible. "+c.user.username+" status is not FORCE_CHANGE_PASSWORD")
		}
		next := *old
		next.secret, next.modified = old.secret.withPassword(hashPassword(c.user.sub, password)), s.now()
		invited = &next
		return transition{next: invited}, nil
	})
	if err != nil {
		return nil, err
	}
	return struct{ User listedUser }{c.user.listed(invited)}, nil
}

// CreateUser puts a user into a pool. The rules of AdminCreateUser hold, but no quota, and more can be
// given: a sub and identities among the attributes (default: a new sub), a status (default: CONFIRMED), dates
// (default: now), groups, which are made where the pool lacks them, a password, and in a pool of e-mail or
// phone usernames a username that is neither.
func (s *Server) CreateUser(poolID string, u User) error {
	if err := s.createUser(poolID, u); err != nil {
		return fmt.Errorf("sandbox user: %w", err)
	}
	return nil
}

func (s *Server) createUser(poolID string, given User) error {
	p := s.pool(poolID)
	if p == nil {
		return noPool(poolID)
	}
	if err := checkValue("username", "UsernameType", given.Username); err != nil {
		return err
	}
	if given.Status != "" && !slices.Contains(statuses, given.Status) {
		return invalidParameter("%q is no status of a user: %s", given.Status, strings.Join(statuses, ", "))
	}
	set, err := p.schema().check(slices.DeleteFunc(sorted(given.Attributes), func(a attribute) bool {
		return a.Name == subAttribute || a.Name == identityAttribute
	}), true)
	if err != nil {
		return err
	}
	if identities := given.Attributes[identityAttribute]; identities != "" {
		set = with(set, attribute{identityAttribute, identities})
	}
	u, state, err := s.newUser(p, given)
	if err != nil {
		return err
	}
	state.attributes = set
	if err := p.givePassword(u, state, given.Password); err != nil {
		return err
	}
	return s.create(p, u, state, false)
}

// newUser makes a user of what is given, with what is not. Groups that the pool lacks are made.
func (s *Server) newUser(p *pool, given User) (*user, *userState, error) {
	if err := s.ensureGroups(p, given.Groups); err != nil {
		return nil, nil, err
	}
	u := &user{username: given.Username, sub: given.Attributes[subAttribute], created: given.Created}
	if u.sub == "" {
		u.sub = s.identifier()
	}
	if u.created.IsZero() {
		u.created = s.now()
	}
	state := &userState{attributes: sorted(given.Attributes), pending: sorted(given.Pending), status: cmp.Or(given.Status, statusConfirmed),
		disabled: given.Disabled, groups: slices.Compact(slices.Sorted(slices.Values(given.Groups))), modified: given.Modified}
	if state.modified.IsZero() {
		state.modified = u.created
	}
	return u, state, nil
}

// givePassword gives a new user a password, if there is one.
func (p *pool) givePassword(u *user, state *userState, password string) error {
	if password == "" {
		return nil
	}
	state.secret = state.secret.withPassword(hashPassword(u.sub, password))
	return p.passwords.check(password)
}

// create completes a new user by what its username says, and takes it in.
func (s *Server) create(p *pool, u *user, state *userState, force bool) error {
	state.attributes = slices.DeleteFunc(state.attributes, func(a attribute) bool { return a.Value == "" })
	if err := checkFlags(state.attributes, state.attributes); err != nil {
		return err
	}
	if err := p.nameUser(u, state); err != nil {
		return err
	}
	return s.admitUser(p, u, state, force)
}

// admitUser takes a complete user in. Aliases of others are taken only with force.
func (s *Server) admitUser(p *pool, u *user, state *userState, force bool) error {
	state.attributes = with(state.attributes, attribute{subAttribute, u.sub})
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deleted {
		return noPool(p.id)
	}
	if p.byName[p.fold(u.username)] != nil || p.bySub[u.sub] != nil {
		return exception("UsernameExistsException", "User account already exists")
	}
	if p.addressNames {
		force = false
	}
	revised, err := p.contest(u, state, force)
	if err != nil {
		return err
	}
	created := append(revised, revision{u, state})
	if err := s.ledger.commit(record{Pool: p.id, Put: s.exports(created)}); err != nil {
		return err
	}
	for _, r := range revised {
		p.replace(r.user, r.next)
	}
	p.insert(u, state)
	return nil
}

// addressKind returns the alias attribute that a username looks like, "" for none.
func (p *pool) addressKind(username string) string {
	switch {
	case slices.Contains(p.aliases, "email") && strings.Contains(username, "@"):
		return "email"
	case slices.Contains(p.aliases, "phone_number") && phone.MatchString(username):
		return "phone_number"
	default:
		return ""
	}
}

// nameUser checks the username against the kind of pool. Where addresses are usernames, the address
// becomes an attribute and the sub the username.
func (p *pool) nameUser(u *user, state *userState) error {
	kind := p.addressKind(u.username)
	switch {
	case kind == "":
		return nil
	case !p.addressNames:
		return invalidParameter("Username cannot be of %s format, since user pool is configured for %s alias.", kind, kind)
	}
	address := attribute{kind, u.username}
	if err := checkAddress(address); err != nil {
		return err
	}
	if given := value(state.attributes, kind); given != "" && p.fold(given) != p.fold(u.username) {
		return invalidParameter("The %s attribute must be the username.", kind)
	}
	p.mu.RLock()
	taken := p.byAlias[attribute{kind, p.fold(u.username)}] != nil
	p.mu.RUnlock()
	if taken {
		return exception("UsernameExistsException", "An account with the given "+kind+" already exists.")
	}
	state.attributes = with(state.attributes, address)
	u.username = u.sub
	return nil
}

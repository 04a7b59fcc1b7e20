package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

type createUserRequest struct {
	userRequest
	UserAttributes     []attribute
	ForceAliasCreation bool
	TemporaryPassword  string
}

func (s *Server) adminCreateUser(c *call, r *createUserRequest) (any, error) {
	if err := r.checkNames(c); err != nil {
		return nil, err
	}
	if c.pool.addressNames && c.pool.addressKind(r.Username) == "" {
		return nil, invalidParameter("Username should be either an email or a phone number.")
	}
	set, err := c.pool.schema.check(r.UserAttributes, true)
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

// CreateUser puts a user into a pool. The rules of AdminCreateUser hold, but no quota, and more can be
// given: a sub among the attributes (default: a new one), a status (default: CONFIRMED), dates
// (default: now), a password, and in a pool of e-mail or phone usernames a username that is neither.
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
	if given.Username == "" || utf8.RuneCountInString(given.Username) > maxUsername {
		return invalidMember("username", "have length from 1 to 128")
	}
	set, err := p.schema.check(slices.DeleteFunc(sorted(given.Attributes), func(a attribute) bool {
		return a.Name == subAttribute
	}), true)
	if err != nil {
		return err
	}
	u, state := s.newUser(given)
	state.attributes = set
	if err := p.givePassword(u, state, given.Password); err != nil {
		return err
	}
	return s.create(p, u, state, false)
}

// newUser makes a user of what is given, with what is not.
func (s *Server) newUser(given User) (*user, *userState) {
	u := &user{username: given.Username, sub: given.Attributes[subAttribute], created: given.Created}
	if u.sub == "" {
		u.sub = s.identifier()
	}
	if u.created.IsZero() {
		u.created = s.now()
	}
	state := &userState{attributes: sorted(given.Attributes), pending: sorted(given.Pending), status: cmp.Or(given.Status, statusConfirmed),
		disabled: given.Disabled, modified: given.Modified}
	if state.modified.IsZero() {
		state.modified = u.created
	}
	return u, state
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

// deleteUserRequest, disableUserRequest and so on are all no more than this.
type plainUserRequest struct{ userRequest }

func (s *Server) adminDeleteUser(c *call, r *plainUserRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	p, u := c.pool, c.user
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.state.Load() == nil {
		return nil, errNoUser()
	}
	if err := s.ledger.commit(record{Pool: p.id, Delete: u.sub}); err != nil {
		return nil, err
	}
	p.remove(u)
	return nil, nil
}

func (s *Server) adminDisableUser(c *call, r *plainUserRequest) (any, error) {
	return nil, s.setDisabled(c, r, true)
}

func (s *Server) adminEnableUser(c *call, r *plainUserRequest) (any, error) {
	return nil, s.setDisabled(c, r, false)
}

func (s *Server) setDisabled(c *call, r *plainUserRequest, disabled bool) error {
	if err := r.checkUser(c); err != nil {
		return err
	}
	return s.change(c.pool, c.user, false, func(old *userState) (transition, error) {
		next := *old
		next.disabled, next.modified = disabled, s.now()
		return transition{next: &next}, nil
	})
}

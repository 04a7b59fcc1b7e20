package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// userRequest is the part that requests about one user have in common.
type userRequest struct {
	UserPoolID string `json:"UserPoolId"`
	Username   string
}

func (r *userRequest) find(s *Server) subject { return s.named(r.UserPoolID, r.Username) }

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

func errNoUser() error { return exception("UserNotFoundException", "User does not exist.") }

// attributesRequest is the part that the two requests to update attributes have in common.
type attributesRequest struct {
	UserAttributes []attribute
	metadata
}

func (r *attributesRequest) check() error {
	if len(r.UserAttributes) == 0 {
		return invalidMember("userAttributes", "not be null or empty")
	}
	return r.metadata.check()
}

// metadata is the part of requests that is meant for Lambda functions.
type metadata struct{ ClientMetadata map[string]string }

func (m metadata) check() error {
	for key, value := range m.ClientMetadata {
		if utf8.RuneCountInString(key) > maxMetadata || utf8.RuneCountInString(value) > maxMetadata {
			return invalidMember("clientMetadata", "have length less than or equal to 131072")
		}
	}
	return nil
}

type updateRequest struct {
	userRequest
	attributesRequest
}

func (s *Server) adminUpdateUserAttributes(c *call, r *updateRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	set, err := c.pool.schema().check(r.UserAttributes, false)
	if err != nil {
		return nil, err
	}
	_, err = s.update(c.pool, c.user, edit{set: set, metadata: r.ClientMetadata})
	return nil, err
}

// edit is a request to change attributes that has passed the schema.
type edit struct {
	set      []attribute       // by name
	client   *appClient        // whose token it came with; nil: an administrator's
	metadata map[string]string // for Lambda functions
}

// update applies an edit to a user, all of it or nothing, and returns the messages sent.
func (s *Server) update(p *pool, u *user, e edit) (sent []Message, err error) {
	if err := s.announce(p, u, e); err != nil {
		return nil, err
	}
	err = s.change(p, u, p.movesAlias(e.set), func(old *userState) (transition, error) {
		t, err := s.edited(p, u, old, e.set)
		sent = t.messages
		return t, err
	})
	return sent, err
}

// edited returns what setting attributes makes of a user.
func (s *Server) edited(p *pool, u *user, old *userState, set []attribute) (transition, error) {
	next, err := p.nextState(old, set)
	if err != nil {
		return transition{}, err
	}
	now := s.now()
	t := transition{steal: true}
	for _, address := range p.toInform(old, set) {
		m := s.message(p, u, address, sourceUpdate)
		next.secret = next.secret.withCode(m.verification())
		t.messages = append(t.messages, m)
	}
	t.update = &Update{Pool: p.id, Username: u.username, Changes: difference(old.attributes, next.attributes), Time: now}
	if len(t.update.Changes) > 0 || len(t.messages) > 0 || !slices.Equal(old.pending, next.pending) {
		next.modified = now
		t.next = next
	}
	return t, nil
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

// isFlag says whether the attribute tells that an address is verified.
func isFlag(name string) bool {
	address, ok := strings.CutSuffix(name, "_verified")
	return ok && isAddress(address)
}

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
		if isAddress(a.Name) {
			next.settle(old, set, a)
		}
	}
	return &next, checkFlags(next.attributes, set)
}

// settle ends what a new address makes void: the pending value, the code for it, the verified flag.
func (s *userState) settle(old *userState, set []attribute, a attribute) {
	changed := a.Value != value(old.attributes, a.Name)
	if changed || has(s.pending, a.Name) {
		s.secret = s.secret.withoutCode(a.Name)
	}
	s.pending = assign(s.pending, attribute{Name: a.Name})
	if changed && !has(set, a.Name+"_verified") {
		s.attributes = assign(s.attributes, attribute{a.Name + "_verified", "false"})
	}
}

// staysPending says whether a new address has to wait until its user verifies it.
func (p *pool) staysPending(old *userState, set []attribute, a attribute) bool {
	return isAddress(a.Name) && slices.Contains(p.verifyFirst, a.Name) && a.Value != "" &&
		a.Value != value(old.attributes, a.Name) && !isTrue(value(set, a.Name+"_verified"))
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

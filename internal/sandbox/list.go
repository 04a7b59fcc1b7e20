package sandbox

import (
	"iter"
	"slices"
	"strings"
)

// profile is what ListUsers and AdminGetUser say of a user besides its attributes.
type profile struct {
	Username             string
	UserCreateDate       float64
	UserLastModifiedDate float64
	Enabled              bool
	UserStatus           string
}

type listedUser struct {
	profile
	Attributes []attribute
}

func (u *user) profile(s *userState) profile {
	return profile{u.username, epoch(u.created), epoch(s.modified), !s.disabled, s.status}
}

func (u *user) listed(s *userState) listedUser { return listedUser{u.profile(s), s.attributes} }

func (s *Server) adminGetUser(c *call, r *plainUserRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	state := c.user.state.Load()
	if state == nil {
		return nil, errNoUser()
	}
	return struct {
		profile
		UserAttributes []attribute
	}{c.user.profile(state), state.attributes}, nil
}

type listUsersRequest struct {
	UserPoolID      string `json:"UserPoolId"`
	Limit           int
	PaginationToken string
	Filter          string
	AttributesToGet []string // nil: all
}

func (r *listUsersRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

func (s *Server) listUsers(c *call, r *listUsersRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	f, err := parseFilter(r.Filter)
	if err != nil {
		return nil, err
	}
	chain := chain{r.UserPoolID, r.Filter}
	after, err := chain.position(r.PaginationToken)
	if err != nil {
		return nil, err
	}
	found, err := s.faults.current().listed(c.pool, f, after)
	if err != nil {
		return nil, err
	}
	users, token := chain.page(found, r.Limit)
	answer := struct {
		Users           []listedUser
		PaginationToken string `json:",omitempty"`
	}{[]listedUser{}, token}
	for _, u := range users {
		shown := u.listed(u.seen)
		if r.AttributesToGet != nil {
			if shown.Attributes, err = selectAttributes(u.seen.attributes, r.AttributesToGet); err != nil {
				return nil, err
			}
		}
		answer.Users = append(answer.Users, shown)
	}
	return answer, nil
}

// selectAttributes returns the named attributes. As with AWS, each of them must be there, and an
// empty list names none.
func selectAttributes(all []attribute, names []string) ([]attribute, error) {
	var chosen []attribute
	for _, name := range names {
		if !has(all, name) {
			return nil, invalidParameter("One or more requested attributes do not exist.")
		}
		chosen = with(chosen, attribute{name, value(all, name)})
	}
	return chosen, nil
}

// matching returns the users behind an ordinal that a filter lets through. Exact usernames and subs
// are looked up; other filters read the pool from there on.
func (p *pool) matching(f filter, after int64) iter.Seq2[*user, *userState] {
	f.fold = p.fold
	p.mu.RLock()
	users := p.present(after)
	if !f.prefix && (f.attribute == "username" || f.attribute == subAttribute) {
		var found []*user
		if u := p.exact(f); u != nil && u.ordinal > after {
			found = append(found, u)
		}
		users = slices.Values(found)
	}
	p.mu.RUnlock()
	return those(users, func(u *user, state *userState) bool { return f.matches(u, state) })
}

// members returns the users of a group behind an ordinal.
func (p *pool) members(group string, after int64) iter.Seq2[*user, *userState] {
	p.mu.RLock()
	users := p.present(after)
	p.mu.RUnlock()
	return those(users, func(_ *user, state *userState) bool { return slices.Contains(state.groups, group) })
}

// those returns the users whom a question lets through, each with the state in which it did.
func those(users iter.Seq[*user], pass func(*user, *userState) bool) iter.Seq2[*user, *userState] {
	return func(yield func(*user, *userState) bool) {
		for u := range users {
			state := u.state.Load()
			if state != nil && pass(u, state) && !yield(u, state) {
				return
			}
		}
	}
}

// exact returns the user with the username or sub of a filter. The caller holds mu.
func (p *pool) exact(f filter) *user {
	if f.attribute == subAttribute {
		return p.bySub[strings.ToLower(f.value)]
	}
	return p.byName[p.fold(f.value)]
}

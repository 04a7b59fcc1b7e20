package sandbox

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
)

// maxPage is the most users, or pools, in one answer.
const maxPage = 60

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
	if r.Limit < 0 || r.Limit > maxPage {
		return nil, invalidMember("limit", "have value from 0 to 60")
	}
	f, err := parseFilter(r.Filter)
	if err != nil {
		return nil, err
	}
	after, err := r.position()
	if err != nil {
		return nil, err
	}
	return r.page(c.pool.matching(f, after))
}

// page makes an answer of the first users of a sequence, with a token if there are more.
func (r *listUsersRequest) page(users iter.Seq2[*user, *userState]) (any, error) {
	answer := struct {
		Users           []listedUser
		PaginationToken string `json:",omitempty"`
	}{Users: []listedUser{}}
	limit := r.Limit
	if limit == 0 {
		limit = maxPage
	}
	var last int64
	for u, state := range users {
		if len(answer.Users) == limit {
			answer.PaginationToken = r.token(last)
			break
		}
		shown := u.listed(state)
		if r.AttributesToGet != nil {
			var err error
			if shown.Attributes, err = selectAttributes(state.attributes, r.AttributesToGet); err != nil {
				return nil, err
			}
		}
		answer.Users = append(answer.Users, shown)
		last = u.ordinal
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
	return func(yield func(*user, *userState) bool) {
		for u := range users {
			state := u.state.Load()
			if state != nil && f.matches(u, state) && !yield(u, state) {
				return
			}
		}
	}
}

// exact returns the user with the username or sub of a filter. The caller holds mu.
func (p *pool) exact(f filter) *user {
	if f.attribute == subAttribute {
		return p.bySub[f.value]
	}
	return p.byName[p.fold(f.value)]
}

// token names the place behind a user. It holds for the same pool and filter only, whatever users
// are created or deleted meanwhile.
func (r *listUsersRequest) token(ordinal int64) string {
	return base64.URLEncoding.EncodeToString(fmt.Appendf(nil, "%08x.%d", r.fingerprint(), ordinal))
}

func (r *listUsersRequest) fingerprint() uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q %q", r.UserPoolID, r.Filter)
	return h.Sum32()
}

// position returns the ordinal that the request's token names, 0 for no token.
func (r *listUsersRequest) position() (int64, error) {
	if r.PaginationToken == "" {
		return 0, nil
	}
	var fingerprint uint32
	var ordinal int64
	text, err := base64.URLEncoding.DecodeString(r.PaginationToken)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%08x.%d", &fingerprint, &ordinal)
	}
	if err != nil || fingerprint != r.fingerprint() || ordinal < 0 {
		return 0, invalidParameter("Invalid pagination token")
	}
	return ordinal, nil
}

package sandbox

import "slices"

// inGroup returns the state of a user who is in a group, too.
func (s *userState) inGroup(name string) *userState {
	next := *s
	i, _ := slices.BinarySearch(s.groups, name)
	next.groups = slices.Insert(slices.Clone(s.groups), i, name)
	return &next
}

// outOf returns the state of a user who is not in a group any more.
func (s *userState) outOf(name string) *userState {
	next := *s
	next.groups = slices.DeleteFunc(slices.Clone(s.groups), func(g string) bool { return g == name })
	return &next
}

type memberRequest struct {
	userRequest
	GroupName string
}

func (s *Server) adminAddUserToGroup(c *call, r *memberRequest) (any, error) {
	return nil, s.setMember(c, r, true)
}

func (s *Server) adminRemoveUserFromGroup(c *call, r *memberRequest) (any, error) {
	return nil, s.setMember(c, r, false)
}

// setMember puts a user into a group, or takes it out. Who is where it should be stays as it is.
func (s *Server) setMember(c *call, r *memberRequest, member bool) error {
	if err := r.checkUser(c); err != nil {
		return err
	}
	return s.change(c.pool, c.user, false, func(old *userState) (transition, error) {
		_, err := c.pool.groupLocked(r.GroupName)
		switch {
		case err != nil || slices.Contains(old.groups, r.GroupName) == member:
			return transition{}, err
		case member:
			return transition{next: old.inGroup(r.GroupName)}, nil
		default:
			return transition{next: old.outOf(r.GroupName)}, nil
		}
	})
}

type groupsOfUserRequest struct {
	userRequest
	Limit     int
	NextToken string
}

func (s *Server) adminListGroupsForUser(c *call, r *groupsOfUserRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	state := c.user.state.Load()
	if state == nil {
		return nil, errNoUser()
	}
	all := slices.DeleteFunc(s.Groups(c.pool.id), func(g Group) bool { return !slices.Contains(state.groups, g.Name) })
	return c.pool.groupsPage(all, r.Limit, r.NextToken)
}

type listMembersRequest struct {
	groupRequest
	Limit     int
	NextToken string
}

func (s *Server) listUsersInGroup(c *call, r *listMembersRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	if _, err := c.pool.group(r.GroupName); err != nil {
		return nil, err
	}
	chain := chain{r.UserPoolID, "group " + r.GroupName}
	after, err := chain.position(r.NextToken)
	if err != nil {
		return nil, err
	}
	users, next := chain.page(c.pool.members(r.GroupName, after), r.Limit)
	answer := struct {
		Users     []listedUser
		NextToken string `json:",omitempty"`
	}{[]listedUser{}, next}
	for _, u := range users {
		answer.Users = append(answer.Users, u.listed(u.seen))
	}
	return answer, nil
}

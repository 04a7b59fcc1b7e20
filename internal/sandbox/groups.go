package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Group is a group of a pool. Who is in it is part of the users.
type Group struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	RoleArn     string `json:"role,omitempty"`
	// Precedence decides between the roles of a user's groups; nil: none is set.
	Precedence *int      `json:"precedence,omitempty"`
	Created    time.Time `json:"created"`
	Modified   time.Time `json:"modified"`
}

// CreateGroup makes a group in a pool. Dates that it lacks are now.
func (s *Server) CreateGroup(poolID string, g Group) error {
	p := s.pool(poolID)
	if p == nil {
		return fmt.Errorf("sandbox group: %w", noPool(poolID))
	}
	if err := s.addGroup(p, g); err != nil {
		return fmt.Errorf("sandbox group: %w", err)
	}
	return nil
}

// Groups returns the groups of a pool, by name; none of a pool that does not exist.
func (s *Server) Groups(poolID string) []Group {
	p := s.pool(poolID)
	if p == nil {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.sortedGroups()
}

// sortedGroups returns the groups by name. The caller holds mu.
func (p *pool) sortedGroups() []Group {
	return slices.SortedFunc(maps.Values(p.groups), func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
}

// addGroup takes a new group into the pool.
func (s *Server) addGroup(p *pool, g Group) error {
	if err := checkValue("groupName", "GroupNameType", g.Name); err != nil {
		return err
	}
	g.Created = cmp.Or(g.Created, s.now())
	g.Modified = cmp.Or(g.Modified, g.Created)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deleted {
		return noPool(p.id)
	}
	if _, there := p.groups[g.Name]; there {
		return exception("GroupExistsException", "A group with the name already exists.")
	}
	if err := s.ledger.commit(record{Pool: p.id, Group: &g}); err != nil {
		return err
	}
	p.groups[g.Name] = g
	return nil
}

// ensureGroups makes those of the groups that the pool does not have.
func (s *Server) ensureGroups(p *pool, names []string) error {
	for _, name := range names {
		if _, err := p.group(name); err == nil {
			continue
		}
		if err := s.addGroup(p, Group{Name: name}); err != nil {
			return err
		}
	}
	return nil
}

// group returns a group by its name.
func (p *pool) group(name string) (Group, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.groupLocked(name)
}

// groupLocked is group for who holds mu.
func (p *pool) groupLocked(name string) (Group, error) {
	g, there := p.groups[name]
	switch {
	case p.deleted:
		return g, noPool(p.id)
	case !there:
		return g, exception("ResourceNotFoundException", "Group not found.")
	}
	return g, nil
}

// groupAnswer is a group as answers have it.
type groupAnswer struct {
	GroupName        string
	UserPoolID       string `json:"UserPoolId"`
	Description      string `json:",omitempty"`
	RoleArn          string `json:",omitempty"`
	Precedence       *int   `json:",omitempty"`
	LastModifiedDate float64
	CreationDate     float64
}

func (p *pool) shownGroup(g Group) groupAnswer {
	return groupAnswer{g.Name, p.id, g.Description, g.RoleArn, g.Precedence, epoch(g.Modified), epoch(g.Created)}
}

// oneGroup is the answer to requests about one group.
func (p *pool) oneGroup(g Group) any { return struct{ Group groupAnswer }{p.shownGroup(g)} }

// groupRequest is the part that requests about one group have in common.
type groupRequest struct {
	UserPoolID string `json:"UserPoolId"`
	GroupName  string
}

func (r *groupRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

type writeGroupRequest struct {
	groupRequest
	Description *string
	RoleArn     *string
	Precedence  *int
}

// apply sets in a group what the request has.
func (r *writeGroupRequest) apply(g *Group) {
	if r.Description != nil {
		g.Description = *r.Description
	}
	if r.RoleArn != nil {
		g.RoleArn = *r.RoleArn
	}
	if r.Precedence != nil {
		g.Precedence = r.Precedence
	}
}

func (s *Server) createGroup(c *call, r *writeGroupRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	now := s.now()
	g := Group{Name: r.GroupName, Created: now, Modified: now}
	r.apply(&g)
	if err := s.addGroup(c.pool, g); err != nil {
		return nil, err
	}
	return c.pool.oneGroup(g), nil
}

func (s *Server) getGroup(c *call, r *groupRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	g, err := c.pool.group(r.GroupName)
	if err != nil {
		return nil, err
	}
	return c.pool.oneGroup(g), nil
}

func (s *Server) updateGroup(c *call, r *writeGroupRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	p := c.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	g, err := p.groupLocked(r.GroupName)
	if err != nil {
		return nil, err
	}
	r.apply(&g)
	g.Modified = s.now()
	if err := s.ledger.commit(record{Pool: p.id, Group: &g}); err != nil {
		return nil, err
	}
	p.groups[g.Name] = g
	return p.oneGroup(g), nil
}

// deleteGroup takes a group, and its members out of it.
func (s *Server) deleteGroup(c *call, r *groupRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	p := c.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.groupLocked(r.GroupName); err != nil {
		return nil, err
	}
	if err := s.ledger.commit(record{Pool: p.id, DeleteGroup: r.GroupName}); err != nil {
		return nil, err
	}
	p.dropGroup(r.GroupName)
	return nil, nil
}

// dropGroup removes a group. The caller holds mu, or is alone.
func (p *pool) dropGroup(name string) {
	delete(p.groups, name)
	for u := range p.present(0) {
		if state := u.state.Load(); slices.Contains(state.groups, name) {
			u.state.Store(state.outOf(name))
		}
	}
}

type listGroupsRequest struct {
	UserPoolID string `json:"UserPoolId"`
	Limit      int
	NextToken  string
}

func (r *listGroupsRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

func (s *Server) listGroups(c *call, r *listGroupsRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	return c.pool.groupsPage(s.Groups(c.pool.id), r.Limit, r.NextToken)
}

// groupsPage makes an answer of groups, which are in order.
func (p *pool) groupsPage(all []Group, limit int, token string) (any, error) {
	all, next, err := pageOf(all, func(g Group) string { return g.Name }, limit, token)
	if err != nil {
		return nil, err
	}
	answer := struct {
		Groups    []groupAnswer
		NextToken string `json:",omitempty"`
	}{[]groupAnswer{}, next}
	for _, g := range all {
		answer.Groups = append(answer.Groups, p.shownGroup(g))
	}
	return answer, nil
}

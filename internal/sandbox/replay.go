package sandbox

import (
	"maps"
	"slices"
)

// export returns a user as the package's callers and the journal see it.
func (u *user) export(s *userState) User {
	out := User{
		Username: u.username, Attributes: make(map[string]string, len(s.attributes)), Status: s.status,
		Disabled: s.disabled, Groups: slices.Clone(s.groups), Created: u.created, Modified: s.modified,
	}
	for _, a := range s.attributes {
		out.Attributes[a.Name] = a.Value
	}
	if len(s.pending) > 0 {
		out.Pending = map[string]string{}
		for _, a := range s.pending {
			out.Pending[a.Name] = a.Value
		}
	}
	return out
}

// store returns a user as the journal keeps it.
func (u *user) store(s *userState) storedUser {
	out := storedUser{User: u.export(s)}
	if s.secret != nil {
		out.Hash, out.Codes = s.secret.password, s.secret.codes
	}
	return out
}

// sorted returns a map of values in the form that states have.
func sorted(values map[string]string) []attribute {
	all := make([]attribute, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, attribute{name, values[name]})
	}
	return all
}

// replay does what a line of the journal says.
func (s *Server) replay(r record) error {
	p := s.pools[r.Pool]
	switch {
	case r.Document != nil && p == nil:
		return s.replayPool(r)
	case p == nil:
		return noPool(r.Pool)
	case r.Document != nil:
		return p.describeAs(r.Document)
	case r.DeletePool:
		s.dropPool(p)
	case r.Client != nil:
		c, err := newAppClient(p, r.Client)
		if err != nil {
			return err
		}
		s.admit(c)
	case r.DeleteClient != "":
		s.dropClient(s.clients[r.DeleteClient])
	case r.Provider != nil:
		p.providers[r.Provider.text("ProviderName")] = r.Provider
	case r.DeleteProvider != "":
		delete(p.providers, r.DeleteProvider)
	case r.Group != nil:
		p.groups[r.Group.Name] = *r.Group
	case r.DeleteGroup != "":
		p.dropGroup(r.DeleteGroup)
	}
	if u := p.bySub[r.Delete]; u != nil {
		p.remove(u)
	}
	for _, put := range r.Put {
		p.restore(put)
	}
	return nil
}

// replayPool makes the pool of a line again. Journals from before there were tokens have no key.
func (s *Server) replayPool(r record) error {
	p, err := newPool(r.Document)
	if err != nil {
		return err
	}
	if p.key = r.Key; len(p.key) == 0 {
		p.key = s.signingKey(p.id)
	}
	s.pools[p.id] = p
	s.order = append(s.order, p)
	return nil
}

// restore puts a user of the journal in its place.
func (p *pool) restore(put storedUser) {
	state := &userState{
		attributes: sorted(put.Attributes), pending: sorted(put.Pending), status: put.Status,
		disabled: put.Disabled, groups: put.Groups, modified: put.Modified,
	}
	if put.Hash != "" || len(put.Codes) > 0 {
		state.secret = &secret{password: put.Hash, codes: put.Codes}
	}
	sub := put.Attributes[subAttribute]
	if u := p.bySub[sub]; u != nil {
		p.replace(u, state)
		return
	}
	p.insert(&user{username: put.Username, sub: sub, created: put.Created}, state)
}

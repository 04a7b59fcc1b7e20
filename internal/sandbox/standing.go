package sandbox

// deleteUserRequest, disableUserRequest and so on are all no more than this.
type plainUserRequest struct{ userRequest }

func (s *Server) adminDeleteUser(c *call, r *plainUserRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	p, u := c.pool, c.user
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.deleted:
		return nil, noPool(p.id)
	case u.state.Load() == nil:
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

package sandbox

// namesRequest is the part that the two requests to delete attributes have in common.
type namesRequest struct{ UserAttributeNames []string }

// blanks returns the request as one to update: a blank value deletes.
func (r namesRequest) blanks() []attribute {
	all := make([]attribute, len(r.UserAttributeNames))
	for i, name := range r.UserAttributeNames {
		all[i].Name = name
	}
	return all
}

type deleteAttributesRequest struct {
	userRequest
	namesRequest
}

func (s *Server) adminDeleteUserAttributes(c *call, r *deleteAttributesRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	set, err := c.pool.schema().check(r.blanks(), false)
	if err != nil {
		return nil, err
	}
	_, err = s.update(c.pool, c.user, edit{set: set})
	return nil, err
}

type deleteOwnAttributesRequest struct {
	tokenRequest
	namesRequest
}

func (s *Server) deleteUserAttributes(c *call, r *deleteOwnAttributesRequest) (any, error) {
	from, err := r.authorize(s, c)
	if err != nil {
		return nil, err
	}
	if err := from.mayWrite(r.blanks()); err != nil {
		return nil, err
	}
	set, err := c.pool.schema().check(r.blanks(), false)
	if err != nil {
		return nil, err
	}
	_, err = s.update(c.pool, c.user, edit{set: set, client: from})
	return nil, err
}

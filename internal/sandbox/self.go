package sandbox

import "slices"

type getUserRequest struct{ tokenRequest }

func (s *Server) getUser(c *call, r *getUserRequest) (any, error) {
	from, err := r.authorize(s, c)
	if err != nil {
		return nil, err
	}
	state := c.user.state.Load()
	if state == nil {
		return nil, errNoUser()
	}
	return struct {
		Username       string
		UserAttributes []attribute
	}{c.user.username, from.visible(state.attributes)}, nil
}

type selfUpdateRequest struct {
	tokenRequest
	attributesRequest
}

func (s *Server) updateUserAttributes(c *call, r *selfUpdateRequest) (any, error) {
	from, err := r.authorize(s, c)
	if err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	for _, a := range r.UserAttributes {
		if err := checkShape(a); err != nil {
			return nil, err
		}
	}
	if err := from.mayWrite(r.UserAttributes); err != nil {
		return nil, err
	}
	set, err := c.pool.schema().check(r.UserAttributes, false)
	if err != nil {
		return nil, err
	}
	sent, err := s.update(c.pool, c.user, edit{set: set, client: from, metadata: r.ClientMetadata})
	if err != nil {
		return nil, err
	}
	answer := struct{ CodeDeliveryDetailsList []delivery }{}
	for _, m := range sent {
		answer.CodeDeliveryDetailsList = append(answer.CodeDeliveryDetailsList, m.delivery())
	}
	return answer, nil
}

type sendCodeRequest struct {
	tokenRequest
	AttributeName string
	metadata
}

// checkAddressName checks the name of an attribute that is to be verified.
func checkAddressName(name string) error {
	switch {
	case name == "":
		return invalidMember("attributeName", "have length greater than or equal to 1")
	case !isAddress(name):
		return invalidParameter("%.40q cannot be verified: only email and phone_number can", name)
	default:
		return nil
	}
}

func (s *Server) getUserAttributeVerificationCode(c *call, r *sendCodeRequest) (any, error) {
	from, err := r.authorize(s, c)
	if err != nil {
		return nil, err
	}
	if err := checkAddressName(r.AttributeName); err != nil {
		return nil, err
	}
	if err := r.metadata.check(); err != nil {
		return nil, err
	}
	if state := c.user.state.Load(); state != nil && state.toVerify(r.AttributeName).Value != "" {
		if err := s.compose(c.pool, c.user, r.AttributeName, sourceVerify, from, r.ClientMetadata); err != nil {
			return nil, err
		}
	}
	var sent Message
	err = s.change(c.pool, c.user, false, func(old *userState) (transition, error) {
		address := old.toVerify(r.AttributeName)
		if address.Value == "" {
			return transition{}, invalidParameter("the user has no %s to verify", r.AttributeName)
		}
		sent = s.message(c.pool, c.user, address, sourceVerify)
		next := *old
		next.secret = old.secret.withCode(sent.verification())
		return transition{next: &next, messages: []Message{sent}}, nil
	})
	if err != nil {
		return nil, err
	}
	return struct{ CodeDeliveryDetails delivery }{sent.delivery()}, nil
}

// toVerify returns the address that a code is about: the pending one before the present one.
func (s *userState) toVerify(name string) attribute {
	if has(s.pending, name) {
		return attribute{name, value(s.pending, name)}
	}
	return attribute{name, value(s.attributes, name)}
}

type verifyRequest struct {
	tokenRequest
	AttributeName string
	Code          string
}

func (s *Server) verifyUserAttribute(c *call, r *verifyRequest) (any, error) {
	if _, err := r.authorize(s, c); err != nil {
		return nil, err
	}
	if err := checkAddressName(r.AttributeName); err != nil {
		return nil, err
	}
	if r.Code == "" {
		return nil, invalidMember("code", "have length greater than or equal to 1")
	}
	exclusive := c.pool.movesAlias([]attribute{{Name: r.AttributeName}})
	return nil, s.change(c.pool, c.user, exclusive, func(old *userState) (transition, error) {
		now := s.now()
		sent := old.secret.code(r.AttributeName)
		switch {
		case sent.Code == "" || now.After(sent.Expires):
			return transition{}, exception("ExpiredCodeException", texts["ExpiredCodeException"])
		case sent.Code != r.Code:
			return transition{}, exception("CodeMismatchException", texts["CodeMismatchException"])
		}
		next := old.verified(r.AttributeName)
		next.modified = now
		return transition{next: next, update: &Update{
			Pool: c.pool.id, Username: c.user.username, Changes: difference(old.attributes, next.attributes), Time: now,
		}}, nil
	})
}

// verified returns the state in which an address is verified, and no longer pending.
func (s *userState) verified(name string) *userState {
	next := *s
	next.attributes = with(with(slices.Clone(s.attributes), s.toVerify(name)), attribute{name + "_verified", "true"})
	next.pending = assign(slices.Clone(s.pending), attribute{Name: name})
	next.secret = s.secret.withoutCode(name)
	return &next
}

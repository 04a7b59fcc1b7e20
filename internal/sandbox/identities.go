package sandbox

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

const (
	ownProvider     = "Cognito"         // what requests call the pool itself
	subjectName     = "Cognito_Subject" // what they call the name that a provider has for a user
	maxIdentities   = 5
	alreadyLinked   = "SourceUser is already linked to DestinationUser"
	alreadyThere    = "Merging is not currently supported, provide a SourceUser that has not been created in order to link"
	mustBeExternal  = "Invalid SourceUser: it must be a user of an external identity provider"
	mustBeAnnounced = "%s must have a ProviderName and a ProviderAttributeValue"
)

// identity is a user as an identity provider knows it, one of the JSON list in the attribute identities.
type identity struct {
	UserID       string  `json:"userId"`
	ProviderName string  `json:"providerName"`
	ProviderType string  `json:"providerType"`
	Issuer       *string `json:"issuer"`
	Primary      bool    `json:"primary"`
	DateCreated  int64   `json:"dateCreated"` // in milliseconds
}

// identitiesOf returns the identities of a user. What is no list of them is none.
func identitiesOf(s *userState) []identity {
	text := value(s.attributes, identityAttribute)
	if text == "" {
		return nil
	}
	var all []identity
	_ = json.Unmarshal([]byte(text), &all)
	return all
}

// withIdentities returns the state of a user with other identities.
func (s *userState) withIdentities(all []identity) (*userState, error) {
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		text = nil
	}
	next := *s
	next.attributes = assign(slices.Clone(s.attributes), attribute{identityAttribute, string(text)})
	return &next, nil
}

// providerUser is a user as a provider knows it, in the API's own shape.
type providerUser struct{ ProviderName, ProviderAttributeName, ProviderAttributeValue string }

// check refuses what names nobody.
func (u providerUser) check(member string) error {
	if u.ProviderName == "" || u.ProviderAttributeValue == "" {
		return invalidParameter(mustBeAnnounced, member)
	}
	return nil
}

// username returns the name of the profile that the user has in the pool, if there is one of its own.
func (u providerUser) username() string {
	if u.ProviderName == ownProvider {
		return u.ProviderAttributeValue
	}
	return u.ProviderName + "_" + u.ProviderAttributeValue
}

// is tells whether an identity is this user.
func (u providerUser) is(i identity) bool {
	return i.ProviderName == u.ProviderName && i.UserID == u.ProviderAttributeValue
}

// kind returns the type of the user's provider. One that the pool does not have is OIDC unless it is a social one. The
// caller holds mu.
func (p *pool) kind(u providerUser) string {
	if kind := p.providers[u.ProviderName].text("ProviderType"); kind != "" {
		return kind
	}
	if slices.Contains([]string{"Google", "Facebook", "LoginWithAmazon", "SignInWithApple"}, u.ProviderName) {
		return u.ProviderName
	}
	return "OIDC"
}

type linkRequest struct {
	UserPoolID                  string `json:"UserPoolId"`
	DestinationUser, SourceUser providerUser
}

func (r *linkRequest) find(s *Server) subject {
	return s.named(r.UserPoolID, r.DestinationUser.username())
}

// adminLinkProviderForUser lets a user of a provider, who is not in the pool yet, come as one who is.
func (s *Server) adminLinkProviderForUser(c *call, r *linkRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	if err := s.checkLink(c, r); err != nil {
		return nil, err
	}
	return nil, s.change(c.pool, c.user, true, func(old *userState) (transition, error) {
		all := identitiesOf(old)
		holder := c.pool.linked(r.SourceUser)
		switch {
		case holder == c.user:
			return transition{}, invalidParameter(alreadyLinked)
		case holder != nil:
			return transition{}, exception("AliasExistsException", "The SourceUser is linked to another user already.")
		case len(all) >= maxIdentities:
			return transition{}, exception("LimitExceededException", "The user has the most identities that it can have.")
		}
		now := s.now()
		next, err := old.withIdentities(append(all, identity{
			UserID: r.SourceUser.ProviderAttributeValue, ProviderName: r.SourceUser.ProviderName,
			ProviderType: c.pool.kind(r.SourceUser), DateCreated: now.UnixMilli(),
		}))
		if err != nil {
			return transition{}, err
		}
		next.modified = now
		return transition{next: next}, nil
	})
}

// checkLink refuses users who cannot be linked.
func (s *Server) checkLink(c *call, r *linkRequest) error {
	if err := cmp.Or(r.DestinationUser.check("DestinationUser"), r.SourceUser.check("SourceUser")); err != nil {
		return err
	}
	switch {
	case r.SourceUser.ProviderName == ownProvider:
		return invalidParameter(mustBeExternal)
	case c.user == nil:
		return errNoUser()
	case c.pool.lookup(r.SourceUser.username()) != nil:
		return invalidParameter(alreadyThere)
	}
	if state := c.user.state.Load(); state != nil {
		for _, a := range state.attributes {
			if rule := c.pool.schema()[a.Name]; rule != nil && !rule.mutable && strings.HasPrefix(a.Name, customPrefix) {
				return invalidParameter("The DestinationUser has an immutable attribute: %s", a.Name)
			}
		}
	}
	return nil
}

// linked returns the user to whom a provider's user is linked, nil if there is none. The caller holds mu.
func (p *pool) linked(source providerUser) *user {
	for u := range p.present(0) {
		if state := u.state.Load(); state != nil && slices.ContainsFunc(identitiesOf(state), source.is) {
			return u
		}
	}
	return nil
}

type unlinkRequest struct {
	UserPoolID string `json:"UserPoolId"`
	User       providerUser
}

func (r *unlinkRequest) find(s *Server) subject {
	found := s.named(r.UserPoolID, r.User.username())
	if found.pool != nil && r.User.ProviderName != ownProvider && r.User.ProviderAttributeValue != "" {
		found.pool.mu.RLock()
		defer found.pool.mu.RUnlock()
		found.user = cmp.Or(found.pool.linked(r.User), found.user)
	}
	return found
}

// adminDisableProviderForUser ends a link. A user of the pool itself loses the password.
func (s *Server) adminDisableProviderForUser(c *call, r *unlinkRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	if err := r.User.check("User"); err != nil {
		return nil, err
	}
	if c.user == nil {
		return nil, errNoUser()
	}
	return nil, s.change(c.pool, c.user, false, func(old *userState) (transition, error) {
		next := old
		if r.User.ProviderName == ownProvider {
			without := *old
			without.secret = old.secret.withPassword("")
			next = &without
		} else {
			var err error
			if next, err = old.withIdentities(slices.DeleteFunc(identitiesOf(old), r.User.is)); err != nil {
				return transition{}, err
			}
		}
		next.modified = s.now()
		return transition{next: next}, nil
	})
}

package sandbox

import (
	"cmp"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// provider is an identity provider of a pool: as a request has made it, and as answers have it. Nobody signs in by it here.
type provider map[string]jsontext.Value

// text returns a member of the document, "" for none.
func (d provider) text(name string) string {
	var text string
	_ = json.Unmarshal(d[name], &text) // the model of the API has let it through
	return text
}

// providerAnswer is the answer to requests about one provider.
type providerAnswer struct{ IdentityProvider provider }

type createProviderRequest provider

func (r *createProviderRequest) find(s *Server) subject {
	return s.named(provider(*r).text("UserPoolId"), "")
}

func (s *Server) createIdentityProvider(c *call, r *createProviderRequest) (any, error) {
	p, made := c.pool, maps.Clone(provider(*r))
	name := made.text("ProviderName")
	if p == nil {
		return nil, noPool(made.text("UserPoolId"))
	}
	if name == ownProvider {
		return nil, invalidParameter("%s is the name of the pool itself", ownProvider)
	}
	now := epoch(s.now())
	if err := fillIn(made, map[string]any{"CreationDate": now, "LastModifiedDate": now, "IdpIdentifiers": []string{}}); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.deleted:
		return nil, noPool(p.id)
	case p.providers[name] != nil:
		return nil, exception("DuplicateProviderException", "A provider with the name "+name+" already exists in this user pool.")
	}
	if err := s.ledger.commit(record{Pool: p.id, Provider: made}); err != nil {
		return nil, err
	}
	p.providers[name] = made
	return providerAnswer{made}, nil
}

type providerRequest struct {
	UserPoolID   string `json:"UserPoolId"`
	ProviderName string
}

func (r *providerRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

// provider returns the provider that a request names. The caller holds mu.
func (r *providerRequest) provider(p *pool) (provider, error) {
	if found := p.providers[r.ProviderName]; found != nil && !p.deleted {
		return found, nil
	}
	return nil, exception("ResourceNotFoundException", "Identity provider "+r.ProviderName+" does not exist.")
}

func (s *Server) describeIdentityProvider(c *call, r *providerRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	c.pool.mu.RLock()
	defer c.pool.mu.RUnlock()
	found, err := r.provider(c.pool)
	if err != nil {
		return nil, err
	}
	return providerAnswer{found}, nil
}

func (s *Server) deleteIdentityProvider(c *call, r *providerRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	p := c.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := r.provider(p); err != nil {
		return nil, err
	}
	if err := s.ledger.commit(record{Pool: p.id, DeleteProvider: r.ProviderName}); err != nil {
		return nil, err
	}
	delete(p.providers, r.ProviderName)
	return nil, nil
}

type listProvidersRequest struct {
	UserPoolID string `json:"UserPoolId"`
	MaxResults int
	NextToken  string
}

func (r *listProvidersRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

func (s *Server) listIdentityProviders(c *call, r *listProvidersRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	byProvider := func(a, b provider) int { return cmp.Compare(a.text("ProviderName"), b.text("ProviderName")) }
	c.pool.mu.RLock()
	all := slices.SortedFunc(maps.Values(c.pool.providers), byProvider)
	c.pool.mu.RUnlock()
	page, next, err := pageOf(all, func(d provider) string { return d.text("ProviderName") }, r.MaxResults, r.NextToken)
	if err != nil {
		return nil, err
	}
	answer := struct {
		Providers []provider
		NextToken string `json:",omitempty"`
	}{[]provider{}, next}
	for _, d := range page {
		summary := maps.Clone(d)
		maps.DeleteFunc(summary, func(name string, _ jsontext.Value) bool {
			return !slices.Contains([]string{"ProviderName", "ProviderType", "CreationDate", "LastModifiedDate"}, name)
		})
		answer.Providers = append(answer.Providers, summary)
	}
	return answer, nil
}

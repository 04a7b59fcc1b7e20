package sandbox

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type deleteUserPoolRequest struct {
	UserPoolID string `json:"UserPoolId"`
}

func (r *deleteUserPoolRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

// deleteUserPool takes a pool with all that is in it. Requests that have found it meanwhile find it deleted.
func (s *Server) deleteUserPool(c *call, r *deleteUserPoolRequest) (any, error) {
	p := c.pool
	if p == nil {
		return nil, noPool(r.UserPoolID)
	}
	var given poolSettings
	if err := decodeDocument(p.document(), &given); err != nil {
		return nil, err
	}
	if given.DeletionProtection == "ACTIVE" {
		return nil, invalidParameter("The user pool cannot be deleted because deletion protection is activated. " +
			"Deletion protection must be inactivated first.")
	}
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deleted {
		return nil, noPool(p.id)
	}
	if err := s.ledger.commit(record{Pool: p.id, DeletePool: true}); err != nil {
		return nil, err
	}
	s.dropPool(p)
	return nil, nil
}

// dropPool removes a pool and its app clients. The caller holds poolsMu and the pool's mu, or is alone.
func (s *Server) dropPool(p *pool) {
	p.deleted = true
	delete(s.pools, p.id)
	s.order = slices.DeleteFunc(s.order, func(other *pool) bool { return other == p })
	for _, c := range p.clients {
		delete(s.clients, c.id)
	}
	p.clients = nil
}

type addAttributesRequest struct {
	UserPoolID       string `json:"UserPoolId"`
	CustomAttributes []attributeSchema
}

func (r *addAttributesRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

// addCustomAttributes adds to the schema of a pool.
func (s *Server) addCustomAttributes(c *call, r *addAttributesRequest) (any, error) {
	p := c.pool
	if p == nil {
		return nil, noPool(r.UserPoolID)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deleted {
		return nil, noPool(p.id)
	}
	var given poolSettings
	if err := decodeDocument(p.document(), &given); err != nil {
		return nil, err
	}
	all, err := addCustom(given.SchemaAttributes, r.CustomAttributes)
	if err != nil {
		return nil, err
	}
	document := maps.Clone(p.document())
	for name, value := range map[string]any{"SchemaAttributes": all, "LastModifiedDate": epoch(s.now())} {
		if document[name], err = json.Marshal(value); err != nil {
			return nil, invalidParameter("%s: %v", name, err)
		}
	}
	if _, err := newSchema(all); err != nil {
		return nil, err
	}
	if err := s.ledger.commit(record{Pool: p.id, Document: document}); err != nil {
		return nil, err
	}
	return nil, p.describeAs(document)
}

// describeAs gives the pool another document. The caller holds mu, or is alone.
func (p *pool) describeAs(document map[string]jsontext.Value) error {
	var given poolSettings
	if err := decodeDocument(document, &given); err != nil {
		return err
	}
	rules, err := newSchema(given.SchemaAttributes)
	if err == nil {
		p.described.Store(&description{document, rules})
	}
	return err
}

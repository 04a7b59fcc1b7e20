package sandbox

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type createClientRequest map[string]jsontext.Value

// poolID returns the pool that the request names, "" for none.
func (r createClientRequest) poolID() string {
	var id string
	_ = json.Unmarshal(r["UserPoolId"], &id) // what is not text names no pool
	return id
}

func (r *createClientRequest) find(s *Server) subject { return s.named(r.poolID(), "") }

func (s *Server) createUserPoolClient(c *call, r *createClientRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.poolID())
	}
	document := maps.Clone(*r)
	delete(document, "ClientId") // the server's to choose
	made, err := s.addClient(c.pool, document)
	if err != nil {
		return nil, err
	}
	return made.describe(), nil
}

type describeClientRequest struct {
	UserPoolID string `json:"UserPoolId"`
	ClientID   string `json:"ClientId"`
}

func (r *describeClientRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

func (s *Server) describeUserPoolClient(c *call, r *describeClientRequest) (any, error) {
	found, err := r.client(s, c)
	if err != nil {
		return nil, err
	}
	return found.describe(), nil
}

// client returns the client that the request names.
func (r *describeClientRequest) client(s *Server, c *call) (*appClient, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	found := s.client(r.ClientID)
	if found == nil || found.pool != c.pool {
		return nil, noClient(r.ClientID)
	}
	return found, nil
}

// deleteUserPoolClient takes an app client. The tokens that it got are good for nothing any more.
func (s *Server) deleteUserPoolClient(c *call, r *describeClientRequest) (any, error) {
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	found := s.clients[r.ClientID]
	if found == nil || found.pool != c.pool {
		return nil, noClient(r.ClientID)
	}
	if err := s.ledger.commit(record{Pool: found.pool.id, DeleteClient: found.id}); err != nil {
		return nil, err
	}
	s.dropClient(found)
	return nil, nil
}

type listClientsRequest struct {
	UserPoolID string `json:"UserPoolId"`
	MaxResults int
	NextToken  string
}

func (r *listClientsRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

// clientSummary is an app client as lists have it.
type clientSummary struct {
	ClientID   string `json:"ClientId"`
	UserPoolID string `json:"UserPoolId"`
	ClientName jsontext.Value
}

func (s *Server) listUserPoolClients(c *call, r *listClientsRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	s.poolsMu.RLock()
	all := slices.Clone(c.pool.clients)
	s.poolsMu.RUnlock()
	slices.SortFunc(all, func(a, b *appClient) int { return strings.Compare(a.id, b.id) })
	page, next, err := pageOf(all, func(c *appClient) string { return c.id }, r.MaxResults, r.NextToken)
	if err != nil {
		return nil, err
	}
	answer := struct {
		UserPoolClients []clientSummary
		NextToken       string `json:",omitempty"`
	}{[]clientSummary{}, next}
	for _, c := range page {
		answer.UserPoolClients = append(answer.UserPoolClients, clientSummary{c.id, c.pool.id, c.document["ClientName"]})
	}
	return answer, nil
}

func noClient(id string) error {
	if id == "" {
		return invalidMember("clientId", "have length greater than or equal to 1")
	}
	return exception("ResourceNotFoundException", "User pool client "+id+" does not exist.")
}

func (c *appClient) describe() any { return map[string]any{"UserPoolClient": c.document} }

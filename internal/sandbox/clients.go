package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// appClient is an app client of a pool. It is not modified.
type appClient struct {
	id          string
	pool        *pool
	document    map[string]jsontext.Value
	write, read []string // attributes; empty: all but developer attributes
	flows       []string // ExplicitAuthFlows
	validity    time.Duration
	hidesUsers  bool // PreventUserExistenceErrors
}

// clientSettings are the fields of a client's document (UserPoolClientType) that rule its behaviour.
type clientSettings struct {
	ClientID                   string `json:"ClientId"`
	ClientName                 string
	ClientSecret               string
	GenerateSecret             bool
	WriteAttributes            []string
	ReadAttributes             []string
	ExplicitAuthFlows          []string
	AccessTokenValidity        int
	TokenValidityUnits         struct{ AccessToken string }
	PreventUserExistenceErrors string
}

// CreateClient makes an app client from what `aws cognito-idp describe-user-pool-client` prints
// ({"UserPoolClient":{...}}), whose ClientId it keeps, or from the input of `create-user-pool-client`
// ({"ClientName":"...","WriteAttributes":[...]}). It returns the client's id.
func (s *Server) CreateClient(poolID string, document []byte) (id string, err error) {
	var described struct {
		UserPoolClient map[string]jsontext.Value
		ClientName     string
	}
	if err := unmarshal(document, &described); err != nil {
		return "", fmt.Errorf("sandbox client: %w", err)
	}
	settings := described.UserPoolClient
	if settings == nil {
		if described.ClientName == "" {
			return "", errors.New("sandbox client: the document has neither UserPoolClient, as describe-user-pool-client " +
				"prints it, nor ClientName, as create-user-pool-client takes it")
		}
		if err := unmarshal(document, &settings); err != nil {
			return "", fmt.Errorf("sandbox client: %w", err)
		}
	}
	p := s.pool(poolID)
	if p == nil {
		return "", fmt.Errorf("sandbox client: %w", noPool(poolID))
	}
	c, err := s.addClient(p, settings)
	if err != nil {
		return "", fmt.Errorf("sandbox client: %w", err)
	}
	return c.id, nil
}

// Clients returns the ids of the app clients of a pool, in order of creation.
func (s *Server) Clients(poolID string) []string {
	s.poolsMu.RLock()
	defer s.poolsMu.RUnlock()
	var ids []string
	if p := s.pools[poolID]; p != nil {
		for _, c := range p.clients {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// client returns an app client by id, nil if there is none.
func (s *Server) client(id string) *appClient {
	s.poolsMu.RLock()
	defer s.poolsMu.RUnlock()
	return s.clients[id]
}

// addClient completes the document of a client and takes the client in.
func (s *Server) addClient(p *pool, given map[string]jsontext.Value) (*appClient, error) {
	document := maps.Clone(given)
	now := s.now()
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	if s.pools[p.id] != p {
		return nil, noPool(p.id)
	}
	defaults := map[string]any{"ClientId": s.letters(small+figures, 26), "RefreshTokenValidity": 30,
		"CreationDate": epoch(now), "LastModifiedDate": epoch(now)}
	if err := fillIn(document, defaults); err != nil {
		return nil, err
	}
	for _, name := range []string{"CreationDate", "LastModifiedDate"} {
		date, err := epochValue(document[name], now)
		if err != nil {
			return nil, invalidParameter("%s: %v", name, err)
		}
		document[name] = date
	}
	document["UserPoolId"], _ = json.Marshal(p.id) // an id is plain text
	c, err := newAppClient(p, document)
	if err != nil {
		return nil, err
	}
	delete(document, "GenerateSecret") // answers say whether there is a secret by showing it
	if s.clients[c.id] != nil {
		return nil, invalidParameter("User pool client %s exists already.", c.id)
	}
	if err := s.ledger.commit(record{Pool: p.id, Client: document}); err != nil {
		return nil, err
	}
	s.admit(c)
	return c, nil
}

// admit takes a client in. The caller holds poolsMu, or is alone.
func (s *Server) admit(c *appClient) {
	s.clients[c.id] = c
	c.pool.clients = append(c.pool.clients, c)
}

// dropClient removes a client. The caller holds poolsMu, or is alone.
func (s *Server) dropClient(c *appClient) {
	if c == nil {
		return
	}
	delete(s.clients, c.id)
	c.pool.clients = slices.DeleteFunc(c.pool.clients, func(other *appClient) bool { return other == c })
}

// newAppClient makes a client from its completed document.
func newAppClient(p *pool, document map[string]jsontext.Value) (*appClient, error) {
	var given clientSettings
	raw, err := json.Marshal(document)
	if err == nil {
		err = unmarshal(raw, &given)
	}
	if err != nil {
		return nil, exception("SerializationException", err.Error())
	}
	switch {
	case given.ClientName == "" || len(given.ClientName) > 128:
		return nil, invalidMember("clientName", "have length from 1 to 128")
	case given.GenerateSecret || given.ClientSecret != "":
		return nil, invalidParameter("the sandbox has no clients with a secret: leave GenerateSecret and ClientSecret out")
	case !p.permits(given.WriteAttributes, (*rule).writable) || given.WriteAttributes != nil && !p.includesRequired(given.WriteAttributes):
		return nil, invalidParameter("Invalid write attributes specified while creating a client")
	case !p.permits(given.ReadAttributes, (*rule).readable):
		return nil, invalidParameter("Invalid read attributes specified while creating a client")
	}
	c := &appClient{id: given.ClientID, pool: p, document: document, write: given.WriteAttributes, read: given.ReadAttributes,
		flows: given.ExplicitAuthFlows, hidesUsers: given.PreventUserExistenceErrors == "ENABLED"}
	if err := checkFlows(c.flows); err != nil {
		return nil, err
	}
	c.validity, err = tokenValidity(given.AccessTokenValidity, given.TokenValidityUnits.AccessToken)
	return c, err
}

// permits says whether an app client may be given these attributes.
func (p *pool) permits(names []string, may func(*rule) bool) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		r := p.schema()[name]
		return r == nil || !may(r)
	})
}

// includesRequired says whether the required attributes are among the names: a client must be able
// to write them.
func (p *pool) includesRequired(names []string) bool {
	for name, r := range p.schema() {
		if r.required && name != subAttribute && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// writable says whether a user may ever write the attribute.
func (r *rule) writable() bool {
	return r.readable() && !isFlag(r.name) && r.name != subAttribute && r.name != identityAttribute
}

// readable says whether a user may ever see the attribute.
func (r *rule) readable() bool { return !strings.HasPrefix(r.name, developerPrefix) }

// checkFlows refuses unknown authentication flows, and the old names beside the new ones.
func checkFlows(flows []string) error {
	old := []string{"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"}
	current := []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH",
		"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"}
	olds := 0
	for _, flow := range flows {
		switch {
		case slices.Contains(old, flow):
			olds++
		case !slices.Contains(current, flow):
			return invalidMember("explicitAuthFlows", "satisfy enum value set: ["+strings.Join(append(old, current...), ", ")+"]")
		}
	}
	if olds > 0 && olds < len(flows) {
		return invalidParameter("ExplicitAuthFlows has values with ALLOW_ and values without: leave one kind out")
	}
	return nil
}

// tokenValidity returns how long access tokens live: from five minutes to a day, an hour by default.
func tokenValidity(n int, unit string) (time.Duration, error) {
	const day = 24 * time.Hour
	units := map[string]time.Duration{"": time.Hour, "seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": day}
	if units[unit] == 0 {
		return 0, invalidMember("tokenValidityUnits.accessToken", "satisfy enum value set: [seconds, minutes, hours, days]")
	}
	if n == 0 {
		return time.Hour, nil
	}
	if n < 0 || n > int(day/time.Second) || time.Duration(n)*units[unit] < 5*time.Minute || time.Duration(n)*units[unit] > day {
		return 0, invalidParameter("Invalid range for token validity.")
	}
	return time.Duration(n) * units[unit], nil
}

// identifier returns the client's id, "" for none.
func (c *appClient) identifier() string {
	if c == nil {
		return ""
	}
	return c.id
}

// mayWrite refuses attributes that the app client may not write. What the schema does not know is
// left to the schema, unless the client has a list of its own.
func (c *appClient) mayWrite(attributes []attribute) error {
	for _, a := range attributes {
		r := c.pool.schema()[a.Name]
		switch {
		case isFlag(a.Name):
			return invalidParameter("Cannot modify the attribute %s: it is set by verification, or by an administrator", a.Name)
		case strings.HasPrefix(a.Name, developerPrefix),
			len(c.write) > 0 && !slices.Contains(c.write, a.Name) && (r == nil || !r.required):
			return exception("NotAuthorizedException", "A client attempted to write unauthorized attribute")
		}
	}
	return nil
}

// visible returns the attributes that the app client may read; the sub is always one of them.
func (c *appClient) visible(all []attribute) []attribute {
	return slices.DeleteFunc(slices.Clone(all), func(a attribute) bool {
		if len(c.read) > 0 && a.Name != subAttribute {
			return !slices.Contains(c.read, a.Name)
		}
		return strings.HasPrefix(a.Name, developerPrefix)
	})
}

package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// poolSettings are the fields of a pool's document (UserPoolType) that rule its behaviour.
type poolSettings struct {
	ID                          string `json:"Id"`
	Name                        string
	Arn                         string
	SchemaAttributes            []attributeSchema
	AliasAttributes             []string
	UsernameAttributes          []string
	UsernameConfiguration       struct{ CaseSensitive *bool } // nil: true
	AutoVerifiedAttributes      []string
	DeletionProtection          string
	UserAttributeUpdateSettings struct {
		AttributesRequireVerificationBeforeUpdate []string
	}
	LambdaConfig triggers
	Policies     struct{ PasswordPolicy *passwordPolicy } // nil: AWS's default
}

// CreatePool makes a pool from what `aws cognito-idp describe-user-pool` prints ({"UserPool":{...}}),
// whose Id and other fields it keeps, from the input of `create-user-pool`
// ({"PoolName":"...","Schema":[...]}), or from a template of CloudFormation that has one pool, as the CDK writes them, or
// that resource of it. It returns the pool's id.
func (s *Server) CreatePool(document []byte) (id string, err error) {
	p, err := s.poolOf(document)
	if err != nil {
		return "", fmt.Errorf("sandbox pool: %w", err)
	}
	return p.id, nil
}

// poolOf makes a pool from any of the documents that describe one.
func (s *Server) poolOf(document []byte) (*pool, error) {
	var described struct {
		UserPool map[string]jsontext.Value
		PoolName string
	}
	if err := unmarshal(document, &described); err != nil {
		return nil, err
	}
	switch {
	case described.UserPool != nil:
		return s.addPool(described.UserPool)
	case described.PoolName != "":
		var input map[string]jsontext.Value
		if err := unmarshal(document, &input); err != nil {
			return nil, err
		}
		return s.createPool(input)
	}
	var written template
	_ = unmarshal(document, &written) // what is no template has no pool
	switch name, properties, err := written.pool(); {
	case err != nil:
		return nil, err
	case properties != nil:
		return s.fromCloudFormation(name, properties)
	default:
		return nil, errors.New("the document has neither UserPool, as describe-user-pool prints it, " +
			"nor PoolName, as create-user-pool takes it, nor is it a template of CloudFormation in JSON")
	}
}

// Pools returns the ids of all pools, in order of creation.
func (s *Server) Pools() []string {
	var ids []string
	for _, p := range s.allPools() {
		ids = append(ids, p.id)
	}
	return ids
}

func (s *Server) allPools() []*pool {
	s.poolsMu.RLock()
	defer s.poolsMu.RUnlock()
	return slices.Clone(s.order)
}

// pool returns a pool by id, nil if there is none.
func (s *Server) pool(id string) *pool {
	s.poolsMu.RLock()
	defer s.poolsMu.RUnlock()
	return s.pools[id]
}

// addPool completes the document of a pool and takes the pool in.
func (s *Server) addPool(document map[string]jsontext.Value) (*pool, error) {
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	document, err := s.complete(document)
	if err != nil {
		return nil, err
	}
	p, err := newPool(document)
	if err != nil {
		return nil, err
	}
	if s.pools[p.id] != nil {
		return nil, invalidParameter("User pool %s exists already.", p.id)
	}
	p.key = s.signingKey(p.id)
	if err := s.ledger.commit(record{Pool: p.id, Document: document, Key: p.key}); err != nil {
		return nil, err
	}
	s.pools[p.id] = p
	s.order = append(s.order, p)
	return p, nil
}

// poolRegion is the Region that a pool's id begins with.
var poolRegion = regexp.MustCompile(`^([a-z]{2,}(?:-[a-z]+)+-[0-9]+)_`)

// complete returns a copy of the document with what AWS would have filled in, and with its dates as
// the protocol has them: the command line prints them as text. The caller holds poolsMu.
func (s *Server) complete(document map[string]jsontext.Value) (map[string]jsontext.Value, error) {
	document = maps.Clone(document)
	var given poolSettings
	if err := decodeDocument(document, &given); err != nil {
		return nil, err
	}
	id := given.ID
	if id == "" {
		id = s.poolID()
	}
	region := s.cfg.Region
	if home := poolRegion.FindStringSubmatch(id); home != nil {
		region = home[1]
	}
	arn := cmp.Or(given.Arn, fmt.Sprintf("arn:aws:cognito-idp:%s:%s:userpool/%s", region, s.cfg.Account, id))
	if err := fillTypes(document, given.SchemaAttributes); err != nil {
		return nil, err
	}
	defaults := map[string]any{"Id": id, "Arn": arn, "MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE",
		"SchemaAttributes": standardAttributes()}
	if err := fillIn(document, defaults); err != nil {
		return nil, err
	}
	for _, name := range []string{"CreationDate", "LastModifiedDate"} {
		date, err := epochValue(document[name], s.cfg.Now())
		if err != nil {
			return nil, invalidParameter("%s: %v", name, err)
		}
		document[name] = date
	}
	delete(document, "EstimatedNumberOfUsers")
	return document, nil
}

// fillTypes gives the standard attributes of a document the types that it leaves out.
func fillTypes(document map[string]jsontext.Value, attributes []attributeSchema) error {
	standard, filled := standardAttributes(), false
	for i, a := range attributes {
		j := slices.IndexFunc(standard, func(b attributeSchema) bool { return b.Name == a.Name })
		if a.AttributeDataType == "" && j >= 0 {
			attributes[i].AttributeDataType, filled = standard[j].AttributeDataType, true
		}
	}
	if !filled {
		return nil
	}
	encoded, err := json.Marshal(attributes)
	document["SchemaAttributes"] = encoded
	return err
}

// fillIn puts the defaults of a document where it has nothing.
func fillIn(document map[string]jsontext.Value, defaults map[string]any) error {
	for name, value := range defaults {
		if existing := document[name]; existing == nil || existing.Kind() == 'n' {
			encoded, err := json.Marshal(value)
			if err != nil {
				return invalidParameter("%s: %v", name, err)
			}
			document[name] = encoded
		}
	}
	return nil
}

// epochValue returns a date of a document as epoch seconds; no date is now.
func epochValue(value jsontext.Value, now time.Time) (jsontext.Value, error) {
	switch value.Kind() {
	case '0':
		return value, nil
	case '"':
		var date time.Time
		if err := json.Unmarshal(value, &date); err != nil {
			return nil, err
		}
		now = date
	}
	return jsontext.Value(strconv.FormatFloat(epoch(now), 'f', 3, 64)), nil
}

// epoch returns a date as the protocol has it: seconds since 1970, to the millisecond.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func decodeDocument(document map[string]jsontext.Value, into *poolSettings) error {
	raw, err := json.Marshal(document)
	if err == nil {
		err = unmarshal(raw, into)
	}
	if err != nil {
		return invalidParameter("the document of the pool: %v", err)
	}
	return nil
}

type describeUserPoolRequest struct {
	UserPoolID string `json:"UserPoolId"`
}

func (r *describeUserPoolRequest) find(s *Server) subject { return s.named(r.UserPoolID, "") }

func (s *Server) describeUserPool(c *call, r *describeUserPoolRequest) (any, error) {
	if c.pool == nil {
		return nil, noPool(r.UserPoolID)
	}
	return c.pool.describe(), nil
}

func noPool(id string) error {
	if id == "" {
		return invalidMember("userPoolId", "have length greater than or equal to 1")
	}
	return exception("ResourceNotFoundException", "User pool "+id+" does not exist.")
}

// describe returns the answer of DescribeUserPool, with the live number of users.
func (p *pool) describe() any {
	document := maps.Clone(p.document())
	document["EstimatedNumberOfUsers"] = jsontext.Value(strconv.Itoa(p.size()))
	return map[string]any{"UserPool": document}
}

type listUserPoolsRequest struct {
	MaxResults int
	NextToken  string
}

func (r *listUserPoolsRequest) find(*Server) subject { return subject{} }

func (s *Server) listUserPools(_ *call, r *listUserPoolsRequest) (any, error) {
	if r.MaxResults < 1 || r.MaxResults > maxPage {
		return nil, invalidMember("maxResults", "have value from 1 to 60")
	}
	all := s.allPools()
	from := 0
	if r.NextToken != "" {
		var err error
		if from, err = strconv.Atoi(r.NextToken); err != nil || from < 0 || from > len(all) {
			return nil, invalidParameter("Invalid pagination token")
		}
	}
	answer := struct {
		UserPools []map[string]jsontext.Value
		NextToken string `json:",omitempty"`
	}{UserPools: []map[string]jsontext.Value{}}
	to := min(len(all), from+r.MaxResults)
	for _, p := range all[from:to] {
		summary := map[string]jsontext.Value{}
		for _, name := range []string{"Id", "Name", "LambdaConfig", "CreationDate", "LastModifiedDate"} {
			if value, ok := p.document()[name]; ok {
				summary[name] = value
			}
		}
		answer.UserPools = append(answer.UserPools, summary)
	}
	if to < len(all) {
		answer.NextToken = strconv.Itoa(to)
	}
	return answer, nil
}

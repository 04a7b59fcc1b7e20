package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const poolType = "AWS::Cognito::UserPool"

// resource is a resource of CloudFormation.
type resource struct {
	Type       string
	Properties map[string]jsontext.Value
}

// template is what CloudFormation takes and the CDK writes, or one resource of it.
type template struct {
	resource
	Resources map[string]resource
}

// pool returns the logical name and the properties of the user pool in a template; no properties: it has none.
func (t template) pool() (name string, properties map[string]jsontext.Value, err error) {
	if t.Type == poolType {
		return "pool", t.Properties, nil
	}
	var names []string
	for name, r := range t.Resources {
		if r.Type == poolType {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	switch {
	case len(names) == 1:
		return names[0], t.Resources[names[0]].Properties, nil
	case len(names) > 1:
		return "", nil, fmt.Errorf("the template has several user pools (%s): leave one", strings.Join(names, ", "))
	case t.Resources != nil:
		return "", nil, errors.New("the template has no " + poolType)
	default:
		return "", nil, nil
	}
}

// properties of CloudFormation that CreateUserPool does not have, or that lead to something else in the account.
var leftOut = []string{"EnabledMfas", "UserPoolName", "WebAuthnRelyingPartyID", "WebAuthnUserVerification", "WebAuthnFactorConfiguration"}

// fromCloudFormation makes a pool from the properties of a resource. What other resources would fill in is left out;
// a Lambda function is there under a made-up ARN.
func (s *Server) fromCloudFormation(name string, properties map[string]jsontext.Value) (*pool, error) {
	input := map[string]jsontext.Value{}
	for property, value := range properties {
		if slices.Contains(leftOut, property) {
			continue
		}
		if resolved, known := s.resolve(value, property == "LambdaConfig"); known {
			input[property] = resolved
		}
	}
	pooled, known := s.resolve(properties["UserPoolName"], false)
	if !known || pooled.Kind() != '"' {
		pooled, _ = json.Marshal(name)
	}
	input["PoolName"] = pooled
	given, err := readInput(input)
	if err != nil {
		return nil, err
	}
	document, err := given.document(input)
	if err != nil {
		return nil, err
	}
	return s.addPool(document)
}

// resolve returns a value without what only a deployment knows ({"Ref":...}, {"Fn::GetAtt":...}), and whether anything is
// left. With functions, such a member is the ARN of one. Numbers and truth values may be written as text.
func (s *Server) resolve(value jsontext.Value, functions bool) (jsontext.Value, bool) {
	switch value.Kind() {
	case '{':
		return s.resolveObject(value, functions)
	case '[':
		var items []jsontext.Value
		if json.Unmarshal(value, &items) != nil {
			return nil, false
		}
		kept := []jsontext.Value{}
		for _, item := range items {
			if item, known := s.resolve(item, functions); known {
				kept = append(kept, item)
			}
		}
		value, err := json.Marshal(kept)
		return value, err == nil
	case '"':
		var text string
		if json.Unmarshal(value, &text) == nil && (text == "true" || text == "false") {
			return jsontext.Value(text), true
		}
		return value, true
	default:
		return value, len(value) > 0 && value.Kind() != 'n'
	}
}

func (s *Server) resolveObject(value jsontext.Value, functions bool) (jsontext.Value, bool) {
	var members map[string]jsontext.Value
	if json.Unmarshal(value, &members) != nil {
		return nil, false
	}
	for name := range members {
		if name != "Ref" && !strings.HasPrefix(name, "Fn::") {
			continue
		}
		if !functions {
			return nil, false
		}
		arn, err := json.Marshal(fmt.Sprintf("arn:aws:lambda:%s:%s:function:made-up", s.cfg.Region, s.cfg.Account))
		return arn, err == nil
	}
	kept := maps.Clone(members)
	for name, member := range members {
		resolved, known := s.resolve(member, functions)
		if kept[name] = resolved; !known {
			delete(kept, name)
		}
	}
	value, err := json.Marshal(kept, json.Deterministic(true))
	return value, err == nil
}

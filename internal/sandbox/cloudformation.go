package sandbox

import (
	"errors"
	"fmt"
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

// fromCloudFormation makes a pool from the properties of a resource. What other resources would fill in is left out;
// a Lambda function, or a role, is there under a made-up ARN.
func (s *Server) fromCloudFormation(name string, properties map[string]jsontext.Value) (*pool, error) {
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:made-up", s.cfg.Region, s.cfg.Account)
	input := resolver{model(), arn}.members("CreateUserPoolRequest", properties)
	pooled := properties["UserPoolName"]
	if pooled.Kind() != '"' {
		pooled, _ = json.Marshal(name) // the name of a member of JSON is text
	}
	input["PoolName"] = pooled
	return s.createPool(input)
}

// resolver makes what CloudFormation takes into what the API takes.
type resolver struct {
	*apiModel
	arn string // of what only a deployment knows
}

// members returns those of an object that the model has, without what only a deployment knows ({"Ref":...},
// {"Fn::GetAtt":...}).
func (r resolver) members(shape string, all map[string]jsontext.Value) map[string]jsontext.Value {
	kept := map[string]jsontext.Value{}
	for name, value := range all {
		if of, known := r.Shapes[shape].Members[name]; known {
			if resolved := r.value(of, value); resolved != nil {
				kept[name] = resolved
			}
		}
	}
	return kept
}

// value returns a value in the type of the model, since CloudFormation has numbers and truth values as text, and the other way
// round; nil for none.
func (r resolver) value(shape string, value jsontext.Value) jsontext.Value {
	var resolved any = value
	switch s := r.Shapes[shape]; {
	case value.Kind() == 'n':
		return nil
	case value.Kind() == '{':
		var all map[string]jsontext.Value
		_ = json.Unmarshal(value, &all) // it is part of a document that has been read
		switch {
		case computed(all) && s.whole != nil && s.whole.MatchString(r.arn) && strings.HasPrefix(s.Pattern, "arn:"):
			resolved = r.arn
		case computed(all):
			return nil
		case s.Type == "structure":
			resolved = r.members(shape, all)
		}
	case value.Kind() == '[' && s.Type == "list":
		var items, kept []jsontext.Value
		_ = json.Unmarshal(value, &items)
		for _, item := range items {
			if item := r.value(s.Member, item); item != nil {
				kept = append(kept, item)
			}
		}
		resolved = kept
	case value.Kind() == '"' && (s.Type == "integer" || s.Type == "boolean"):
		var text string
		_ = json.Unmarshal(value, &text)
		resolved = jsontext.Value(text)
	case s.Type == "string" && (value.Kind() == '0' || value.Kind() == 't' || value.Kind() == 'f'):
		resolved = string(value)
	}
	encoded, err := json.Marshal(resolved)
	if err != nil { // text that is no number
		return value
	}
	return encoded
}

// computed says whether an object stands for a value that the deployment computes.
func computed(all map[string]jsontext.Value) bool {
	for name := range all {
		if name == "Ref" || strings.HasPrefix(name, "Fn::") {
			return true
		}
	}
	return false
}

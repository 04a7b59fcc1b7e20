package sandbox

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// poolInput is the part of a request to create a pool that is not its document, or is checked beyond the model of the API.
type poolInput struct {
	PoolName                    string
	Schema                      []attributeSchema
	AutoVerifiedAttributes      []string
	UserAttributeUpdateSettings struct {
		AttributesRequireVerificationBeforeUpdate []string
	}
	MfaConfiguration string
	SmsConfiguration jsontext.Value
	UserPoolTier     string
	UserPoolAddOns   struct{ AdvancedSecurityMode string }
}

// check refuses what AWS documents as wrong. A document that a test or a user gives is not held to it: some pools are
// older than AWS's rules.
func (in poolInput) check() error {
	for _, name := range in.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate {
		if !slices.Contains(in.AutoVerifiedAttributes, name) {
			return invalidParameter("AttributesRequireVerificationBeforeUpdate has %s, which AutoVerifiedAttributes lacks", name)
		}
	}
	switch mode := in.UserPoolAddOns.AdvancedSecurityMode; {
	case (in.MfaConfiguration == "ON" || in.MfaConfiguration == "OPTIONAL") && in.SmsConfiguration == nil:
		return invalidParameter("SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	case (mode == "AUDIT" || mode == "ENFORCED") && in.UserPoolTier != "PLUS":
		return exception("FeatureUnavailableInTierException", "AdvancedSecurityMode "+mode+" needs the tier PLUS.")
	default:
		return nil
	}
}

// createPool makes a pool from the input of CreateUserPool, whose Schema has names without prefix, and which the model of
// the API has let through.
func (s *Server) createPool(input map[string]jsontext.Value) (*pool, error) {
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

func readInput(input map[string]jsontext.Value) (in poolInput, err error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return in, invalidParameter("%v", err)
	}
	if err := unmarshal(raw, &in); err != nil {
		return in, exception("SerializationException", err.Error())
	}
	return in, nil
}

// document returns the input as the document of a pool.
func (in poolInput) document(input map[string]jsontext.Value) (map[string]jsontext.Value, error) {
	attributes, err := fullSchema(in.Schema)
	if err != nil {
		return nil, err
	}
	document := maps.Clone(input)
	delete(document, "PoolName")
	delete(document, "Schema")
	for name, value := range map[string]any{"Name": in.PoolName, "SchemaAttributes": attributes} {
		if document[name], err = json.Marshal(value); err != nil {
			return nil, invalidParameter("%s: %v", name, err)
		}
	}
	return document, nil
}

type createUserPoolRequest map[string]jsontext.Value

func (r *createUserPoolRequest) find(*Server) subject { return subject{} }

func (s *Server) createUserPool(_ *call, r *createUserPoolRequest) (any, error) {
	given, err := readInput(*r)
	if err == nil {
		err = given.check()
	}
	if err != nil {
		return nil, err
	}
	p, err := s.createPool(*r)
	if err != nil {
		return nil, err
	}
	return p.describe(), nil
}

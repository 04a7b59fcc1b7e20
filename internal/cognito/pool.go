package cognito

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/schema"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

const describePool = "DescribeUserPool"

// Pool is a user pool as DescribeUserPool tells of it, as far as it matters to a change of users.
type Pool struct {
	ID, Name, ARN   string
	Account, Region string
	// EstimatedUsers is AWS's own estimate of the number of users.
	EstimatedUsers int64
	// CaseSensitive says that names which differ in case name different users. It is the API's
	// default (UsernameConfiguration); in other pools usernames, preferred usernames and e-mail
	// aliases must be folded before they are compared.
	CaseSensitive bool
	// UsernameAttributes are what users sign in with instead of a username (email, phone_number),
	// AliasAttributes what they may sign in with besides (preferred_username too).
	UsernameAttributes, AliasAttributes []string
	// AutoVerified are the attributes whose change sends a message with a code, VerifyBeforeUpdate
	// those whose new value counts only when the user has entered it, for which a message goes out, too.
	AutoVerified, VerifyBeforeUpdate []string
	// Triggers are the names of the Lambda triggers that are set, as in LambdaConfig.
	Triggers []string
	// DefaultEmailSender says that e-mail goes through Cognito's own sender, which sends 50 a day for
	// the whole account.
	DefaultEmailSender bool
	// Schema is what it takes as attributes.
	Schema *schema.Schema
}

// Pool describes a user pool, in one attempt. The error is an [*Error], or wraps the error of ctx.
func (c *Client) Pool(ctx context.Context, id string) (*Pool, error) {
	op := target{op: describePool, pool: id}
	var out *cip.DescribeUserPoolOutput
	err := c.call(ctx, op, func(ctx context.Context) (err error) {
		out, err = c.api.DescribeUserPool(ctx, &cip.DescribeUserPoolInput{UserPoolId: aws.String(id)})
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case out.UserPool == nil:
		return nil, c.failure(op, "BadAnswer", "it has no user pool in it", nil)
	}
	return c.newPool(id, out.UserPool), nil
}

func (c *Client) newPool(id string, u *types.UserPoolType) *Pool {
	p := &Pool{
		ID:                 cmp.Or(aws.ToString(u.Id), id),
		Name:               aws.ToString(u.Name),
		ARN:                aws.ToString(u.Arn),
		Region:             c.region,
		EstimatedUsers:     int64(u.EstimatedNumberOfUsers),
		CaseSensitive:      true,
		UsernameAttributes: names(u.UsernameAttributes),
		AliasAttributes:    names(u.AliasAttributes),
		AutoVerified:       names(u.AutoVerifiedAttributes),
		Triggers:           triggers(u.LambdaConfig),
		DefaultEmailSender: u.EmailConfiguration == nil ||
			u.EmailConfiguration.EmailSendingAccount != types.EmailSendingAccountTypeDeveloper,
	}
	p.Schema = schemaOf(u.SchemaAttributes).WithFlags("--user-pool-id " + shell.Quote(p.ID) + c.regionFlag() + c.profileFlag() + c.endpointFlag())
	if name, err := arn.Parse(p.ARN); err == nil {
		p.Account, p.Region = name.AccountID, name.Region
	}
	if s := u.UsernameConfiguration; s != nil && s.CaseSensitive != nil {
		p.CaseSensitive = *s.CaseSensitive
	}
	if s := u.UserAttributeUpdateSettings; s != nil {
		p.VerifyBeforeUpdate = names(s.AttributesRequireVerificationBeforeUpdate)
	}
	if l := u.LambdaConfig; l != nil && l.CustomEmailSender != nil {
		p.DefaultEmailSender = false
	}
	return p
}

// SeesMetadata tells whether the pool has a Lambda trigger that an update of attributes can run, and
// that is given the client metadata then (developer guide, "Customizing user pool workflows with Lambda
// triggers").
func (p *Pool) SeesMetadata() bool {
	return slices.ContainsFunc([]string{"CustomMessage", "CustomEmailSender", "CustomSMSSender"},
		func(name string) bool { return slices.Contains(p.Triggers, name) })
}

// SendsCode tells whether a new value of an address sends a message with a code: where the pool verifies it by itself, or
// wants it verified before it counts (API reference, UserAttributeUpdateSettingsType). There is none where the flag is sent
// as true in the same request (AdminUpdateUserAttributes).
func (p *Pool) SendsCode(address string) bool {
	return slices.Contains(p.AutoVerified, address) || slices.Contains(p.VerifyBeforeUpdate, address)
}

// HoldsBack tells whether Cognito may keep a new address of the record back until the user has verified it.
func (p *Pool) HoldsBack(c *sources.Change) bool { return holdsBack(p.VerifyBeforeUpdate, c) }

func names[T ~string](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// triggers lists the Lambda triggers that are set, in the order of the API's documentation.
func triggers(l *types.LambdaConfigType) []string {
	if l == nil {
		return nil
	}
	all := []struct {
		name string
		set  bool
	}{
		{"CreateAuthChallenge", l.CreateAuthChallenge != nil},
		{"CustomEmailSender", l.CustomEmailSender != nil},
		{"CustomMessage", l.CustomMessage != nil},
		{"CustomSMSSender", l.CustomSMSSender != nil},
		{"DefineAuthChallenge", l.DefineAuthChallenge != nil},
		{"InboundFederation", l.InboundFederation != nil},
		{"PostAuthentication", l.PostAuthentication != nil},
		{"PostConfirmation", l.PostConfirmation != nil},
		{"PreAuthentication", l.PreAuthentication != nil},
		{"PreSignUp", l.PreSignUp != nil},
		{"PreTokenGeneration", l.PreTokenGeneration != nil || l.PreTokenGenerationConfig != nil},
		{"UserMigration", l.UserMigration != nil},
		{"VerifyAuthChallengeResponse", l.VerifyAuthChallengeResponse != nil},
	}
	var set []string
	for _, t := range all {
		if t.set {
			set = append(set, t.name)
		}
	}
	return set
}

package cognito

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const userUpdate = "UpdateUserAttributes"

var _ pipeline.Updater = (*UserUpdater)(nil)

// UserUpdater changes users by UpdateUserAttributes, each with an access token of its own. Its calls
// are not signed and need no AWS credentials: see [Config.Anonymous].
type UserUpdater struct {
	client *Client
	cfg    UserUpdaterConfig
}

// UserUpdaterConfig says how users are changed with their own tokens. Its functions are called by many
// goroutines.
type UserUpdaterConfig struct {
	// Token returns the access token of a record's user. It is required.
	Token func(*sources.Change) string
	// Metadata goes to the pool's Lambda triggers with each call, under the record's own. It must not
	// be modified.
	Metadata map[string]string
	// Delivered is told of the codes that Cognito has sent because of an update, before Update returns.
	// Nil keeps none.
	Delivered func(c *sources.Change, codes []Delivery)
}

// Delivery is a code that Cognito has sent to a user, who has to enter it before the new value of the
// attribute counts as verified.
type Delivery struct {
	Attribute   string // email or phone_number
	Medium      string // EMAIL or SMS
	Destination string // masked by Cognito, as in a***@e***
}

// UserUpdater returns an updater for users whose access tokens are at hand.
func (c *Client) UserUpdater(cfg UserUpdaterConfig) *UserUpdater {
	return &UserUpdater{client: c, cfg: cfg}
}

// Update changes one user by one call. A record without attributes is unchanged, without a call; one
// for which Cognito has sent a code awaits verification. The error is an [*Error] or a [*TokenError],
// or wraps the error of ctx if that ended first.
func (u *UserUpdater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	attributes := writable(c.Attributes)
	if len(attributes) == 0 {
		return pipeline.Unchanged, nil
	}
	token := u.cfg.Token(c)
	if token == "" {
		return pipeline.Failed, errNoToken
	}
	in := &cip.UpdateUserAttributesInput{
		AccessToken:    aws.String(token),
		UserAttributes: attributes,
		ClientMetadata: merge(u.cfg.Metadata, c.ClientMetadata),
	}
	var out *cip.UpdateUserAttributesOutput
	op := target{op: userUpdate, change: c, token: token, told: in.ClientMetadata}
	err := u.client.call(ctx, op, func(ctx context.Context) (err error) {
		out, err = u.client.api.UpdateUserAttributes(ctx, in)
		return err
	})
	if err != nil {
		return pipeline.Failed, err
	}
	return u.deliver(c, out.CodeDeliveryDetailsList), nil
}

// deliver tells of the codes that were sent. The outcome follows from them.
func (u *UserUpdater) deliver(c *sources.Change, details []types.CodeDeliveryDetailsType) pipeline.Outcome {
	outcome := pipeline.Updated
	codes := make([]Delivery, 0, len(details))
	for _, d := range details {
		if aws.ToString(d.AttributeName) == "" {
			continue
		}
		codes = append(codes, Delivery{*d.AttributeName, string(d.DeliveryMedium), aws.ToString(d.Destination)})
		outcome = pipeline.AwaitingVerification
	}
	if len(codes) > 0 && u.cfg.Delivered != nil {
		u.cfg.Delivered(c, codes)
	}
	return outcome
}

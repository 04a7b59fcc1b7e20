package cognito

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/schema"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const adminUpdate = "AdminUpdateUserAttributes"

var _ pipeline.Updater = (*AdminUpdater)(nil)

// AdminUpdater changes users by AdminUpdateUserAttributes, with IAM credentials.
type AdminUpdater struct {
	client *Client
	cfg    AdminUpdaterConfig
}

// AdminUpdaterConfig says how users are changed with IAM credentials.
type AdminUpdaterConfig struct {
	// PoolID is the pool of the users. It is required.
	PoolID string
	// Metadata goes to the pool's Lambda triggers with each call, under the record's own. It must not
	// be modified.
	Metadata map[string]string
	// VerifyBeforeUpdate are the attributes whose new value counts only when the user has verified it;
	// see [Pool].
	VerifyBeforeUpdate []string
}

// AdminUpdater returns an updater for the users of a pool.
func (c *Client) AdminUpdater(cfg AdminUpdaterConfig) *AdminUpdater {
	return &AdminUpdater{client: c, cfg: cfg}
}

// Update changes one user by one call. A record without attributes is unchanged, without a call; one
// with an address that Cognito may hold back until it is verified is unconfirmed. The error is an
// [*Error], or wraps the error of ctx if that ended first.
func (u *AdminUpdater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	attributes := writable(c.Attributes)
	if len(attributes) == 0 {
		return pipeline.Unchanged, nil
	}
	in := &cip.AdminUpdateUserAttributesInput{
		UserPoolId:     aws.String(u.cfg.PoolID),
		Username:       aws.String(c.Username),
		UserAttributes: attributes,
		ClientMetadata: merge(u.cfg.Metadata, c.ClientMetadata),
	}
	op := target{op: adminUpdate, pool: u.cfg.PoolID, change: c, told: in.ClientMetadata}
	err := u.client.call(ctx, op, func(ctx context.Context) error {
		_, err := u.client.api.AdminUpdateUserAttributes(ctx, in)
		return err
	})
	if err != nil {
		return pipeline.Failed, err
	}
	if holdsBack(u.cfg.VerifyBeforeUpdate, c) {
		return pipeline.Unconfirmed, nil
	}
	return pipeline.Updated, nil
}

// holdsBack tells whether the record has a new address that counts only once it is verified, if these do.
// Sent as verified, it counts at once (API reference, AttributesRequireVerificationBeforeUpdate).
func holdsBack(verify []string, c *sources.Change) bool {
	return slices.ContainsFunc(c.Attributes, func(a sources.Attribute) bool {
		return !a.Delete && a.Value != "" && slices.Contains(verify, a.Name) &&
			!slices.ContainsFunc(c.Attributes, func(flag sources.Attribute) bool {
				return flag.Name == a.Name+"_verified" && schema.IsTrue(flag.Value)
			})
	})
}

// writable returns the attributes as the API takes them. An empty value deletes; the SDK leaves a nil
// one out of the request. The sub is never written: it cannot change.
func writable(attributes []sources.Attribute) []types.AttributeType {
	out := make([]types.AttributeType, 0, len(attributes))
	for i := range attributes {
		a := &attributes[i]
		if a.Name == "sub" {
			continue
		}
		value := &a.Value
		if a.Delete {
			value = aws.String("")
		}
		out = append(out, types.AttributeType{Name: &a.Name, Value: value})
	}
	return out
}

// merge returns the run's metadata overlaid with the record's.
func merge(run, record map[string]string) map[string]string {
	switch {
	case len(record) == 0:
		return run
	case len(run) == 0:
		return record
	}
	both := maps.Clone(run)
	maps.Copy(both, record)
	return both
}

package cognito

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

const adminUpdate = "AdminUpdateUserAttributes"

var _ pipeline.Updater = (*AdminUpdater)(nil)

// AdminUpdater changes users by AdminUpdateUserAttributes, with IAM credentials.
type AdminUpdater struct {
	client   *Client
	poolID   string
	metadata map[string]string
}

// AdminUpdater returns an updater for the users of a pool. The metadata goes to the pool's Lambda
// triggers with each call, under the record's own; it must not be modified afterwards.
func (c *Client) AdminUpdater(poolID string, metadata map[string]string) *AdminUpdater {
	return &AdminUpdater{client: c, poolID: poolID, metadata: metadata}
}

// Update changes one user by one call. A record without attributes is unchanged, without a call. The
// error is an [*Error], or wraps the error of ctx if that ended first.
func (u *AdminUpdater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	attributes := writable(c.Attributes)
	if len(attributes) == 0 {
		return pipeline.Unchanged, nil
	}
	in := &cip.AdminUpdateUserAttributesInput{
		UserPoolId:     aws.String(u.poolID),
		Username:       aws.String(c.Username),
		UserAttributes: attributes,
		ClientMetadata: merge(u.metadata, c.ClientMetadata),
	}
	op := target{op: adminUpdate, pool: u.poolID, change: c}
	err := u.client.call(ctx, op, func(ctx context.Context) error {
		_, err := u.client.api.AdminUpdateUserAttributes(ctx, in)
		return err
	})
	if err != nil {
		return pipeline.Failed, err
	}
	return pipeline.Updated, nil
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

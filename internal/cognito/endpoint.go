package cognito

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"attrmigrate/internal/awsconn"
)

var poolID = regexp.MustCompile(`^([a-z]{2,}(?:-[a-z]+)+-[0-9]+)_[0-9A-Za-z]+$`)

// anyPoolID follows the pattern of the API's UserPoolIdType. Emulators have Regions of their own.
var anyPoolID = regexp.MustCompile(`^[0-9A-Za-z_-]+_[0-9A-Za-z]+$`)

// UnfitEndpoint says why an address is no endpoint; empty: it may be one.
func UnfitEndpoint(address string) string { return awsconn.Unfit(address) }

// IsPoolID says whether a text can be a user pool's ID (at most 55 characters, by the API's model).
func IsPoolID(text string) bool { return len(text) <= 55 && anyPoolID.MatchString(text) }

// RegionOf returns the Region that a user pool's ID begins with: us-east-1 for us-east-1_Ab12Cd34E.
func RegionOf(pool string) (string, bool) {
	m := poolID.FindStringSubmatch(pool)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// Endpoint returns the URL that calls really go to and what set it: "--endpoint-url", the name of an
// environment variable, "profile NAME", or nothing for AWS's own. Show it: a stray variable sends
// production to another place, or a rehearsal to production.
func (c *Client) Endpoint() (address, setBy string) { return c.endpoint, c.endpointBy }

// resolveEndpoint finds what the SDK will call, now rather than at the first call.
func (c *Client) resolveEndpoint(ctx context.Context, conn awsconn.Config) error {
	options := c.api.Options()
	if options.BaseEndpoint != nil {
		c.endpointBy = conn.SetBy(*options.BaseEndpoint)
		if why := awsconn.Unfit(*options.BaseEndpoint); why != "" {
			return c.failure(target{}, "BadEndpoint", why, nil)
		}
	}
	resolved, err := options.EndpointResolverV2.ResolveEndpoint(ctx, cip.EndpointParameters{
		Region:       aws.String(c.region),
		Endpoint:     options.BaseEndpoint,
		UseDualStack: aws.Bool(options.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
		UseFIPS:      aws.Bool(options.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
	})
	if err != nil {
		return c.failure(target{}, "BadEndpoint", err.Error(), err)
	}
	c.endpoint = resolved.URI.Redacted()
	return nil
}

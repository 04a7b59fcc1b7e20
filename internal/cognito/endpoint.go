package cognito

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// The variables that name an endpoint, the more special one first, as the SDK reads them.
var endpointVariables = []string{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"}

var poolID = regexp.MustCompile(`^([a-z]{2,}(?:-[a-z]+)+-[0-9]+)_[0-9A-Za-z]+$`)

// anyPoolID follows the pattern of the API's UserPoolIdType. Emulators have Regions of their own.
var anyPoolID = regexp.MustCompile(`^[0-9A-Za-z_-]+_[0-9A-Za-z]+$`)

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
func (c *Client) resolveEndpoint(ctx context.Context, cfg Config) error {
	options := c.api.Options()
	c.endpointBy = c.whoSet(options.BaseEndpoint, cfg)
	if options.BaseEndpoint != nil {
		if why := unfit(*options.BaseEndpoint); why != "" {
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

// whoSet tells where the SDK found its endpoint, by comparing what it chose with what each place
// names, so that the rules of precedence stay the SDK's.
func (c *Client) whoSet(chosen *string, cfg Config) string {
	switch {
	case chosen == nil:
		return ""
	case cfg.EndpointURL != "":
		return "--endpoint-url"
	}
	for _, name := range endpointVariables {
		if os.Getenv(name) == *chosen {
			return name
		}
	}
	return "profile " + cmp.Or(c.profile, "default")
}

// unfit says why an address is no endpoint. It does not repeat the address, which may hold a password.
func unfit(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "it is not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "it does not begin with https:// or http://"
	case u.Hostname() == "":
		return "it names no host"
	case !fitPort(u):
		return "its port is not a number from 1 to 65535"
	case u.User != nil:
		return "it holds a user name or password"
	case u.RawQuery != "" || u.Fragment != "":
		return "it has a query or a fragment"
	default:
		return ""
	}
}

// fitPort tells whether a URL has a port that there is, or none.
func fitPort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil && n > 0
}

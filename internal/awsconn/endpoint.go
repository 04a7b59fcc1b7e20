package awsconn

import (
	"cmp"
	"net/url"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/config"
)

// endpointVariables are those that name an endpoint of the service, the more special one first, as the SDK reads them.
func (c Config) endpointVariables() []string {
	if c.Variable == "" {
		return []string{"AWS_ENDPOINT_URL"}
	}
	return []string{c.Variable, "AWS_ENDPOINT_URL"}
}

// SetBy tells where the SDK found an endpoint: "--endpoint-url", the name of a variable, or "profile NAME". It compares the
// endpoint with what each place names, so that the rules of precedence stay the SDK's.
func (c Config) SetBy(endpoint string) string {
	if c.EndpointURL != "" {
		return "--endpoint-url"
	}
	for _, name := range c.endpointVariables() {
		if os.Getenv(name) == endpoint {
			return name
		}
	}
	return "profile " + cmp.Or(c.ProfileName(), config.DefaultSharedConfigProfile)
}

// Unfit says why an address is no endpoint. It does not repeat the address, which may hold a password.
func Unfit(address string) string {
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

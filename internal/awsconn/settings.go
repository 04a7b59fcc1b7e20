package awsconn

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/config"
)

// What is wrong with the settings of a machine is told before the first call, by the name of the setting.
// Else a line end behind a key is an error of the network, which is tried again and again. No value is
// repeated: it may be a secret, or hold one.

// setting is a text that somebody has set: where, and what it is for.
type setting struct {
	name  string
	value string
	fits  func(rune) bool // of its characters
	form  func(string) (code, why string)
}

// settingError is a setting that cannot be used.
type settingError struct{ name, code, why string }

func (e *settingError) Error() string { return e.why }

// check is the first thing that is wrong with a setting.
func (s setting) check() error {
	if s.value == "" {
		return nil
	}
	if why := misfit(s.value, s.fits); why != "" {
		return &settingError{s.name, "BadCharacter", s.name + " " + why}
	}
	if s.form == nil {
		return nil
	}
	if code, why := s.form(s.value); why != "" {
		return &settingError{s.name, code, s.name + ": " + why}
	}
	return nil
}

// checkAll is the first thing that is wrong with any of them.
func checkAll(settings []setting) error {
	for _, s := range settings {
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses the settings that no call could be made with. The environment counts unless the client is
// given its credentials.
func (c Config) check(ctx context.Context) error {
	if err := checkAll([]setting{
		{"--region", c.Region, inRegion, regionForm},
		{"--profile", c.Profile, inName, nil},
		{"--endpoint-url", c.EndpointURL, inWord, endpointForm},
	}); err != nil || c.Credentials != nil {
		return err
	}
	if err := checkAll(c.variables()); err != nil {
		return err
	}
	if err := checkChoices(); err != nil {
		return err
	}
	if err := checkPair(); err != nil && c.Profile == "" && !c.Anonymous {
		return err
	}
	return c.checkShared(ctx)
}

// variables are those that the SDK and its transport read as text, as they are set.
func (c Config) variables() (all []setting) {
	add := func(fits func(rune) bool, form func(string) (string, string), names ...string) {
		for _, name := range names {
			all = append(all, setting{name, os.Getenv(name), fits, form})
		}
	}
	add(inRegion, c.regionForm(), "AWS_REGION", "AWS_DEFAULT_REGION")
	add(inName, nil, "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_LOGIN_CACHE_DIRECTORY",
		"AWS_SDK_UA_APP_ID", "AWS_EXECUTION_ENV")
	add(inName, bundleForm, "AWS_CA_BUNDLE")
	if !strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		add(inWord, endpointForm, c.endpointVariables()...)
	}
	add(inWord, proxyForm, anySet("HTTPS_PROXY", "https_proxy"), anySet("HTTP_PROXY", "http_proxy"))
	if c.Anonymous {
		return all
	}
	add(inWord, nil, "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID",
		"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
	add(inWord, endpointForm, "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SIGNIN",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT")
	add(inWord, placeForm, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
	add(inName, nil, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
	if c.Profile == "" && !c.keysSet() {
		add(inName, fileForm, "AWS_WEB_IDENTITY_TOKEN_FILE")
	}
	return all
}

// keysSet tells whether the client takes its credentials from variables, which go before the shared files.
func (c Config) keysSet() bool {
	return c.Profile == "" && os.Getenv(anySet("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY")) != ""
}

// anySet is the first of some variables that is set, or the first.
func anySet(names ...string) string {
	for _, name := range names {
		if os.Getenv(name) != "" {
			return name
		}
	}
	return names[0]
}

// wanted are the words that a variable takes, of those whose value the SDK refuses.
var wanted = map[string]string{
	"AWS_MAX_ATTEMPTS":                       "a number",
	"AWS_RETRY_MODE":                         "standard or adaptive",
	"AWS_DEFAULTS_MODE":                      "legacy, standard, cross-region, in-region, mobile or auto",
	"AWS_ENABLE_ENDPOINT_DISCOVERY":          "true, false or auto",
	"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv4 or IPv6",
	"AWS_ACCOUNT_ID_ENDPOINT_MODE":           "preferred, required or disabled",
	"AWS_REQUEST_CHECKSUM_CALCULATION":       "when_supported or when_required",
	"AWS_RESPONSE_CHECKSUM_VALIDATION":       "when_supported or when_required",
	"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "a number from 0 to 10485760",
	"AWS_RESTRICT_FILE_PERMISSIONS":          "user_read_write or unrestricted",
}

var variableName = regexp.MustCompile(`AWS_[A-Z0-9_]+`)

// checkChoices has the SDK read the environment, and says which variable it can't use.
func checkChoices() error {
	_, err := config.NewEnvConfig()
	if err == nil {
		return nil
	}
	name := cmp.Or(variableName.FindString(err.Error()), "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES")
	return unwanted(name)
}

func unwanted(name string) error {
	if why := misfit(os.Getenv(name), inWord); why != "" {
		return &settingError{name, "BadCharacter", name + " " + why}
	}
	return &settingError{name, "BadConfiguration", name + ": want " + cmp.Or(wanted[name], "true or false")}
}

// checkPair refuses half of a pair of keys, which the SDK would pass over in silence.
func checkPair() error {
	id, secret := anySet("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"), anySet("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")
	switch hasID, hasSecret := os.Getenv(id) != "", os.Getenv(secret) != ""; {
	case hasID && !hasSecret:
		return &settingError{secret, "BadConfiguration", id + " is set, and " + secret + " is not"}
	case hasSecret && !hasID:
		return &settingError{id, "BadConfiguration", secret + " is set, and " + id + " is not"}
	default:
		return nil
	}
}

// regionForm says why a text is no Region: a capital letter reaches the endpoint, and then no signature fits.
func regionForm(region string) (code, why string) {
	if why := misfit(region, func(r rune) bool { return !unicode.IsUpper(r) }); why != "" {
		return "BadRegion", "it " + why
	}
	return "", ""
}

// regionForm is the form of a Region that the client finds in its surroundings: where it was given one, that
// which it finds is not asked for.
func (c Config) regionForm() func(string) (code, why string) {
	if c.Region != "" {
		return nil
	}
	return regionForm
}

func endpointForm(address string) (code, why string) { return "BadEndpoint", Unfit(address) }

// placeForm says why an address is none to fetch credentials from.
func placeForm(address string) (code, why string) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "BadEndpoint", "it is not a URL of http:// or https://"
	}
	return "", ""
}

// proxySchemes are those of net/http; without one it takes http.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// proxyForm says why an address is no proxy.
func proxyForm(address string) (code, why string) {
	u, err := url.Parse(address)
	if !strings.Contains(address, "://") {
		u, err = url.Parse("http://" + address)
	}
	switch {
	case err != nil:
		return "BadProxy", "it is not a URL"
	case !slices.Contains(proxySchemes, u.Scheme):
		return "BadProxy", "it begins with none of http://, https:// and socks5://"
	case u.Hostname() == "":
		return "BadProxy", "it names no host"
	case !fitPort(u):
		return "BadProxy", "its port is not a number from 1 to 65535"
	default:
		return "", ""
	}
}

// fileForm says why a file can't be read.
func fileForm(path string) (code, why string) {
	if _, err := readFile(path); err != nil {
		return "BadConfiguration", "the file can't be read: " + err.Error()
	}
	return "", ""
}

// bundleForm says why a file is no bundle of certificates.
func bundleForm(path string) (code, why string) {
	text, err := readFile(path)
	switch {
	case err != nil:
		return "BadBundle", "the file can't be read: " + err.Error()
	case !x509.NewCertPool().AppendCertsFromPEM(text):
		return "BadBundle", "the file holds no certificate in PEM"
	default:
		return "", ""
	}
}

// readFile reads a file that does not keep its reader waiting. The error leaves out the path.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	var text []byte
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errors.New("it is no regular file")
	default:
		text, err = os.ReadFile(path)
	}
	if place, ok := errors.AsType[*os.PathError](err); ok {
		err = place.Err
	}
	return text, err
}

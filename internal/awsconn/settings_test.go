package awsconn

import (
	"cmp"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/awsconn/awstest"
)

// TestMain hides the AWS set-up and the proxies of the machine from all tests.
func TestMain(m *testing.M) {
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		if upper := strings.ToUpper(name); strings.HasPrefix(upper, "AWS_") || strings.HasSuffix(upper, "_PROXY") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	os.Exit(m.Run())
}

// TestSettings: what is wrong with the machine's settings is told by the name of the setting, before any
// call, and no value is repeated.
func TestSettings(t *testing.T) {
	const (
		dev = "[profile dev]\n"
	)
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	noBundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(noBundle, []byte("secret-value"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	tests := []struct {
		name   string
		env    map[string]string
		cfg    Config
		shared string // the config file
		code   string
		text   string
	}{
		{name: "a line end of Windows behind a key", env: env("AWS_ACCESS_KEY_ID", "secret-value\r"),
			code: "BadCharacter", text: "AWS_ACCESS_KEY_ID ends with a carriage return (U+000D)"},
		{name: "a line end behind a secret", env: env("AWS_SECRET_ACCESS_KEY", "secret-value\n"),
			code: "BadCharacter", text: "AWS_SECRET_ACCESS_KEY ends with a line end (U+000A)"},
		{name: "a blank in a session token", env: env("AWS_SESSION_TOKEN", "secret value"),
			code: "BadCharacter", text: "AWS_SESSION_TOKEN has a blank (U+0020), as its character 7"},
		{name: "what nobody sees before a key", env: env("AWS_ACCESS_KEY_ID", "\u200bsecret-value"),
			code: "BadCharacter", text: "AWS_ACCESS_KEY_ID begins with a zero-width space (U+200B)"},
		{name: "no UTF-8", env: env("AWS_SECRET_ACCESS_KEY", "secret\xffvalue"),
			code: "BadCharacter", text: "AWS_SECRET_ACCESS_KEY has a byte that is not UTF-8 (0xFF), as its character 7"},
		{name: "a quotation mark of a word processor", env: env("AWS_SECRET_ACCESS_KEY", "“secret-value”"),
			code: "BadCharacter", text: "AWS_SECRET_ACCESS_KEY begins with the character (U+201C)"},
		{name: "half of a pair", env: env("AWS_SECRET_ACCESS_KEY", ""),
			code: "BadConfiguration", text: "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not"},
		{name: "a role", env: env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/secret-value\t"),
			code: "BadCharacter", text: "AWS_ROLE_ARN ends with a tab (U+0009)"},
		{name: "a profile", env: env("AWS_PROFILE", "secret-value "), code: "BadCharacter", text: "AWS_PROFILE ends with a blank (U+0020)"},
		{name: "a profile by flag", cfg: Config{Profile: "secret-value\r"}, code: "BadCharacter", text: "--profile ends with a carriage return (U+000D)"},
		{name: "a Region by flag", cfg: Config{Region: "us-east-1 "}, code: "BadCharacter", text: "--region ends with a blank (U+0020)"},
		{name: "a Region in capitals", cfg: Config{Region: "US-EAST-1"}, code: "BadRegion", text: "--region: it begins with a capital letter (U+0055)"},
		{name: "a Region by variable", env: env("AWS_REGION", "us-east-1\u00a0"), code: "BadCharacter", text: "AWS_REGION ends with a no-break space (U+00A0)"},
		{name: "an endpoint with a blank", env: env("AWS_ENDPOINT_URL", "http://127.0.0.1:1 "), code: "BadCharacter", text: "AWS_ENDPOINT_URL ends with a blank (U+0020)"},
		{name: "an endpoint without a scheme", env: env("AWS_ENDPOINT_URL", "localhost:9229"), code: "BadEndpoint",
			text: "AWS_ENDPOINT_URL: it does not begin with https:// or http://"},
		{name: "an endpoint of credentials", env: env("AWS_ENDPOINT_URL_STS", "https://secret-value:99999"), code: "BadEndpoint",
			text: "AWS_ENDPOINT_URL_STS: its port is not a number from 1 to 65535"},
		{name: "an endpoint by flag", cfg: Config{EndpointURL: "http://127.0.0.1:1\r"}, code: "BadCharacter", text: "--endpoint-url ends with a carriage return (U+000D)"},
		{name: "a place of credentials", env: env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "secret-value"), code: "BadEndpoint",
			text: "AWS_CONTAINER_CREDENTIALS_FULL_URI: it is not a URL of http:// or https://"},
		{name: "no token of a web identity", env: env("AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "", "AWS_WEB_IDENTITY_TOKEN_FILE", nowhere),
			code: "BadConfiguration", text: "AWS_WEB_IDENTITY_TOKEN_FILE: the file can't be read: "},
		{name: "no bundle", env: env("AWS_CA_BUNDLE", nowhere), code: "BadBundle", text: "AWS_CA_BUNDLE: the file can't be read: "},
		{name: "a directory for a bundle", env: env("AWS_CA_BUNDLE", t.TempDir()), code: "BadBundle", text: "AWS_CA_BUNDLE: the file can't be read: it is no regular file"},
		{name: "an empty bundle", env: env("AWS_CA_BUNDLE", noBundle), code: "BadBundle", text: "AWS_CA_BUNDLE: the file holds no certificate in PEM"},
		{name: "a bundle of a profile", cfg: Config{Profile: "dev"}, shared: dev + "ca_bundle = " + noBundle + "\n", code: "BadBundle",
			text: "ca_bundle of profile dev ("},
		{name: "attempts", env: env("AWS_MAX_ATTEMPTS", "secret-value"), code: "BadConfiguration", text: "AWS_MAX_ATTEMPTS: want a number"},
		{name: "the kind of attempts", env: env("AWS_RETRY_MODE", "secret-value"), code: "BadConfiguration", text: "AWS_RETRY_MODE: want standard or adaptive"},
		{name: "attempts with a line end", env: env("AWS_MAX_ATTEMPTS", "3\r"), code: "BadCharacter", text: "AWS_MAX_ATTEMPTS ends with a carriage return (U+000D)"},
		{name: "the kind of attempts of a profile", cfg: Config{Profile: "dev"}, shared: dev + "retry_mode = secret-value\n", code: "BadConfiguration",
			text: "retry_mode of profile dev (|config): want standard or adaptive"},
		{name: "a truth value", env: env("AWS_USE_FIPS_ENDPOINT", "secret-value"), code: "BadConfiguration", text: "AWS_USE_FIPS_ENDPOINT: want true or false"},
		{name: "a size", env: env("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "99999999"), code: "BadConfiguration", text: "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES: want a number"},
		{name: "defaults", env: env("AWS_DEFAULTS_MODE", "secret-value"), code: "BadConfiguration", text: "AWS_DEFAULTS_MODE: want legacy, standard"},
		{name: "a proxy that is no URL", env: env("HTTPS_PROXY", "http://secret-value:port"), code: "BadProxy", text: "HTTPS_PROXY: it is not a URL"},
		{name: "a proxy of another kind", env: env("HTTP_PROXY", "ftp://secret-value"), code: "BadProxy", text: "HTTP_PROXY: it begins with none of"},
		{name: "a proxy without a host", env: env("https_proxy", "http://"), code: "BadProxy", text: "https_proxy: it names no host"},
		{name: "a proxy with a line end", env: env("HTTPS_PROXY", "secret-value:3128\n"), code: "BadCharacter", text: "HTTPS_PROXY ends with a line end (U+000A)"},
		{name: "a key of a profile", cfg: Config{Profile: "dev"}, shared: dev + "aws_access_key_id = secret value\naws_secret_access_key = made-up\n",
			code: "BadCharacter", text: "aws_access_key_id of profile dev ("},
		{name: "a role of a profile's source", cfg: Config{Profile: "dev"}, shared: dev + "role_arn = arn:aws:iam::111122223333:role/dev\nsource_profile = base\n" +
			"[profile base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\u00a0value\n",
			code: "BadCharacter", text: "aws_secret_access_key of profile base ("},
		{name: "a Region of a profile", cfg: Config{Profile: "dev"}, shared: dev + "region = us east 1\n", code: "BadCharacter", text: "region of profile dev ("},
		{name: "a file that Windows has saved", shared: "\ufeff[default]\nregion = us-east-1\n", code: "BadCharacter", text: "begins with a byte-order mark (U+FEFF)"},
		{name: "a file of UTF-16", shared: "\xff\xfe[\x00", code: "BadCharacter", text: "is UTF-16"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			if test.shared != "" {
				if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(test.shared), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if test.cfg.Region == "" {
				test.cfg.Region = "us-east-1"
			}
			_, _, err := test.cfg.Load(t.Context())
			if err == nil {
				t.Fatal("it is taken")
			}
			f := Unusable(err)
			if f.Code != test.code || f.Setting == "" {
				t.Errorf("got %s of %s (%v), want %s", f.Code, f.Setting, f.Message, test.code)
			}
			for part := range strings.SplitSeq(test.text, "|") {
				if !strings.Contains(f.Message, part) {
					t.Errorf("got %q, want %q in it", f.Message, part)
				}
			}
			if told := f.Message + f.Setting; strings.Contains(told, "secret-value") || strings.Contains(told, "secret value") {
				t.Errorf("a value is repeated: %s", told)
			}
		})
	}
}

// TestSettingsThatFit: what looks odd and is right, or is not used.
func TestSettingsThatFit(t *testing.T) {
	const dev = "[profile dev]\r\nregion = eu-west-1 \r\n"
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(bundle, []byte("# two of them\r\n"+certificate(t)+"\r\n# and\r\n"+certificate(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	type variables map[string]string
	tests := []struct {
		name   string
		env    variables
		cfg    Config
		config string // the config file
		creds  string // the credentials file
	}{
		{name: "a proxy without a scheme", env: variables{"HTTPS_PROXY": "proxy.example.com:3128", "HTTP_PROXY": "http://ann:made-up@proxy.example.com"}},
		{name: "a proxy of another protocol", env: variables{"HTTPS_PROXY": "socks5://127.0.0.1:1080", "NO_PROXY": "*.example.com, 10.0.0.0/8,[::1]"}},
		{name: "a blank in a path", env: variables{"AWS_CONFIG_FILE": "/no where/config"}},
		{name: "a blank in a profile", env: variables{"AWS_PROFILE": "my dev"}, config: "[profile my dev]\nregion=eu-west-1\n"},
		{name: "a truth value in capitals", env: variables{"AWS_EC2_METADATA_DISABLED": "TRUE", "AWS_USE_FIPS_ENDPOINT": "False"}},
		{name: "a truth value that the SDK passes over", env: variables{"AWS_EC2_METADATA_DISABLED": "1"}},
		{name: "no attempts, adaptively", env: variables{"AWS_MAX_ATTEMPTS": "0", "AWS_RETRY_MODE": "adaptive"}},
		{name: "an emulator's Region", cfg: Config{Region: "local", EndpointURL: "http://localhost:9229"}},
		{name: "an endpoint with a path", cfg: Config{EndpointURL: "https://proxy.example.com/cognito/"}},
		{name: "Regions of other partitions", env: variables{"AWS_REGION": "us-gov-west-1", "AWS_DEFAULT_REGION": "eu-isoe-west-1"}, cfg: Config{Region: "cn-north-1"}},
		{name: "a Region in capitals that is not asked for", env: variables{"AWS_REGION": "US-EAST-1"}, cfg: Config{Profile: "dev"}, config: "[profile dev]\nregion = EU-WEST-1\n"},
		{name: "keys that a token does not need", env: variables{"AWS_ACCESS_KEY_ID": "a b", "AWS_SECRET_ACCESS_KEY": ""}, cfg: Config{Anonymous: true}},
		{name: "keys with marks", env: variables{"AWS_SECRET_ACCESS_KEY": "a+b/c=", "AWS_SESSION_TOKEN": strings.Repeat("a+/=", 512)}},
		{name: "a role with a path", env: variables{"AWS_ROLE_ARN": "arn:aws-us-gov:iam::111122223333:role/team/a+b=c,d.e@f-g/dev"}},
		{name: "an endpoint that is ignored", env: variables{"AWS_ENDPOINT_URL": "nonsense", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}},
		{name: "half of a pair beside a profile", env: variables{"AWS_SECRET_ACCESS_KEY": ""}, cfg: Config{Profile: "dev"}},
		{name: "keys of the old name beside a profile's", env: variables{"AWS_ACCESS_KEY_ID": "", "AWS_ACCESS_KEY": "AKIDEXAMPLE"}, config: "[default]\naws_access_key_id = a b\naws_secret_access_key = c\n"},
		{name: "a bundle of several certificates", env: variables{"AWS_CA_BUNDLE": bundle}},
		{name: "services, sessions and comments", cfg: Config{Profile: "dev"}, config: "; of all\r\n[profile dev] # mine\r\nsso_session = corp\r\nsso_account_id = 111122223333\r\n" +
			"sso_role_name = Dev\r\nservices = near\r\nregion: \"eu-west-1\" ; there\r\n[sso-session corp]\r\nsso_region = eu-west-1\r\n" +
			"sso_start_url = https://corp.example.com/start#/\r\n[services near]\r\nsts =\r\n  endpoint_url = https://sts.example.com\r\n"},
		{name: "a byte-order mark before a comment", config: "\ufeff# of all\r\n[default]\r\nregion = eu-west-1\r\n"},
		{name: "a byte-order mark before another profile", cfg: Config{Profile: "dev"}, config: "\ufeff[default]\r\nregion = eu-west-1\r\n" + dev},
		{name: "a file of credentials that is not asked for", creds: "\xff\xfe[\x00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			for name, text := range map[string]string{"AWS_CONFIG_FILE": cmp.Or(test.config, dev), "AWS_SHARED_CREDENTIALS_FILE": test.creds} {
				if err := os.WriteFile(os.Getenv(name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			if test.cfg.Region == "" {
				test.cfg.Region = "us-east-1"
			}
			if _, _, err := test.cfg.Load(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// certificate is one that nobody has signed, in PEM with line ends of Windows.
func certificate(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	return strings.ReplaceAll(string(text), "\n", "\r\n")
}

package cognito

import (
	"os"
	"testing"

	"attrmigrate/internal/awsconn/awstest"
)

func TestRegionOf(t *testing.T) {
	tests := []struct{ name, pool, want string }{
		{"usual", "us-east-1_Ab12Cd34E", "us-east-1"},
		{"three parts", "us-gov-west-1_Ab12Cd34E", "us-gov-west-1"},
		{"long", "ap-southeast-2_abc", "ap-southeast-2"},
		{"an emulator's", "local_4c2a", ""},
		{"no pool", "us-east-1", ""},
		{"nothing behind", "us-east-1_", ""},
		{"an ARN", "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab12Cd34E", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := RegionOf(tt.pool); got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	const (
		service = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
		global  = "AWS_ENDPOINT_URL"
		ignore  = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
		aws     = "https://cognito-idp.us-east-1.amazonaws.com"
		config  = "[profile p]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:5\n" +
			"[profile s]\nregion = us-east-1\nservices = local\n[services local]\ncognito_identity_provider =\n  endpoint_url = http://127.0.0.1:6\n"
	)
	tests := []struct {
		name       string
		env        map[string]string
		cfg        Config
		url, setBy string
	}{
		{"AWS's own", nil, Config{}, aws, ""},
		{"the flag", nil, Config{EndpointURL: "http://127.0.0.1:1"}, "http://127.0.0.1:1", "--endpoint-url"},
		{"the general variable", map[string]string{global: "http://127.0.0.1:2"}, Config{}, "http://127.0.0.1:2", global},
		{"the service's variable", map[string]string{service: "http://127.0.0.1:3"}, Config{}, "http://127.0.0.1:3", service},
		{"the service's before the general", map[string]string{service: "http://127.0.0.1:3", global: "http://127.0.0.1:2"}, Config{}, "http://127.0.0.1:3", service},
		{"the flag before all", map[string]string{service: "http://127.0.0.1:3", global: "http://127.0.0.1:2"}, Config{EndpointURL: "http://127.0.0.1:1"}, "http://127.0.0.1:1", "--endpoint-url"},
		{"a profile", nil, Config{Profile: "p"}, "http://127.0.0.1:5", "profile p"},
		{"a profile by variable", map[string]string{"AWS_PROFILE": "p"}, Config{}, "http://127.0.0.1:5", "profile p"},
		{"a profile's service", nil, Config{Profile: "s"}, "http://127.0.0.1:6", "profile s"},
		{"a variable before the profile", map[string]string{global: "http://127.0.0.1:2"}, Config{Profile: "s"}, "http://127.0.0.1:2", global},
		{"ignored", map[string]string{service: "http://127.0.0.1:3", global: "http://127.0.0.1:2", ignore: "true"}, Config{Profile: "p"}, aws, ""},
		{"ignored, but the flag", map[string]string{global: "http://127.0.0.1:2", ignore: "true"}, Config{EndpointURL: "http://127.0.0.1:1"}, "http://127.0.0.1:1", "--endpoint-url"},
		{"FIPS", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, Config{}, "https://cognito-idp-fips.us-east-1.amazonaws.com", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			awstest.OwnEnvironment(t)
			if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			tt.cfg.Region = "us-east-1"
			c, err := NewClient(t.Context(), tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if url, setBy := c.Endpoint(); url != tt.url || setBy != tt.setBy {
				t.Errorf("got %s by %q, want %s by %q", url, setBy, tt.url, tt.setBy)
			}
		})
	}
}

package s3_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// TestOpenRefuses: settings with which no call could be made are told by their names, and their values are not.
func TestOpenRefuses(t *testing.T) {
	server := s3test.Start(t)
	tests := []struct {
		name, env string
		cfg       s3.Config
		text      string
	}{
		{"an endpoint that is none", "AWS_ENDPOINT_URL_S3=localhost:9000", s3.Config{}, "s3://runs/: the endpoint can't be used: AWS_ENDPOINT_URL_S3: it does not begin with https:// or http://"},
		{"an endpoint without such a port", "AWS_ENDPOINT_URL_S3=http://127.0.0.1:99999", s3.Config{}, "s3://runs/: the endpoint can't be used: AWS_ENDPOINT_URL_S3: its port is not a number from 1 to 65535"},
		{"an endpoint with a password", "AWS_ENDPOINT_URL_S3=http://a:secret@localhost", s3.Config{}, "s3://runs/: the endpoint can't be used: AWS_ENDPOINT_URL_S3: it holds a user name or password"},
		{"an account that is none", "AWS_REGION=us-east-1", s3.Config{Owner: "1234"}, "--s3-bucket-owner: 1234 is no account"},
		{"a line end of Windows behind a key", "AWS_ACCESS_KEY_ID=secret\r", s3.Config{}, "s3://runs/: the AWS configuration can't be used: AWS_ACCESS_KEY_ID ends with a carriage return (U+000D)"},
		{"a Region in capitals", "AWS_REGION=US-EAST-1", s3.Config{}, "s3://runs/: the AWS configuration can't be used: AWS_REGION: it begins with a capital letter"},
		{"no bundle", "AWS_CA_BUNDLE=nowhere.pem", s3.Config{}, "s3://runs/: the CA bundle can't be used: AWS_CA_BUNDLE: the file can't be read"},
		{"a proxy of another kind", "HTTP_PROXY=ftp://secret", s3.Config{}, "s3://runs/: the proxy can't be used: HTTP_PROXY: it begins with none of"},
		{"an endpoint with a query of a profile", "AWS_ENDPOINT_URL_S3=", s3.Config{Profile: "odd"}, "s3://runs/: the endpoint can't be used: it has a query or a fragment"},
		{"a profile that is none", "AWS_REGION=us-east-1", s3.Config{Profile: "nobody"}, "s3://runs/: "},
	}
	shared := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(shared, []byte("[profile odd]\nendpoint_url = http://127.0.0.1:1/?secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s3test.Setenv(t, append(server.Env(), "AWS_CONFIG_FILE="+shared, tt.env))
			_, err := s3.Open(t.Context(), s3test.Bucket, tt.cfg)
			if err == nil || !strings.HasPrefix(err.Error(), tt.text) || strings.Contains(err.Error(), "secret") || refusal.HintOf(err) == "" {
				t.Errorf("got %v (%s), want %s", err, refusal.HintOf(err), tt.text)
			}
		})
	}
}

// Credentials that no header can carry are told as such, wherever they come from: as an error of the network they were tried again.
func TestUnfitCredentials(t *testing.T) {
	server := s3test.Start(t)
	shared := filepath.Join(t.TempDir(), "config")
	text := "[default]\ncredential_process = echo {\"Version\":1,\"AccessKeyId\":\"secret value\",\"SecretAccessKey\":\"made-up\"}\n"
	if runtime.GOOS != "windows" {
		text = strings.NewReplacer("echo {", "echo '{", "}\n", "}'\n").Replace(text)
	}
	if err := os.WriteFile(shared, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s3test.Setenv(t, append(server.Env(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_CONFIG_FILE="+shared))
	err := put(t.Context(), open(t, s3test.Bucket, s3.Config{}))
	if err == nil || !strings.Contains(err.Error(), "the access key id from ProcessProvider has a blank (U+0020), as its character 7") ||
		strings.Contains(err.Error(), "secret value") || runlog.Passing(err) || server.Count("PutObject") != 0 {
		t.Errorf("%v, after %d requests", err, server.Count("PutObject"))
	}
}

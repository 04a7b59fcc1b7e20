// Package awstest gives tests settings of AWS of their own, in the place of the machine's.
package awstest

import (
	"path/filepath"
	"testing"
)

// OwnEnvironment gives a test made-up keys, and names for files of settings, which are not there until it writes them.
func OwnEnvironment(t testing.TB) {
	t.Helper()
	nowhere := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "made-up-secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": filepath.Join(nowhere, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(nowhere, "credentials"),
	} {
		t.Setenv(name, value)
	}
}

package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"attrmigrate/internal/awsconn/awstest"
	"attrmigrate/internal/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const pool = "us-east-1_Profiles0"

// serve starts a sandbox with the users of ./profiles, but for user-99999, and points the SDK at it.
func serve(t *testing.T) *sandbox.Server {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	_, err = server.CreatePool([]byte(`{"UserPool": {"Id": "` + pool + `", "Name": "profiles", "SchemaAttributes": [
		{"Name": "custom:tier", "AttributeDataType": "String"},
		{"Name": "custom:points", "AttributeDataType": "Number"},
		{"Name": "custom:interests", "AttributeDataType": "String"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"user-00011", "user-00012", "user-00013", "user-00014"} {
		user := sandbox.User{Username: name, Attributes: map[string]string{"custom:interests": "old"}}
		if err := server.CreateUser(pool, user); err != nil {
			t.Fatal(err)
		}
	}
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	awstest.OwnEnvironment(t)
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_REGION", "us-east-1")
	return server
}

// TestRun stops after two profiles, continues to the end, and does nothing when it is done.
func TestRun(t *testing.T) {
	server := serve(t)
	runDir := filepath.Join(t.TempDir(), "profiles.run")
	starts := []struct {
		name string
		args []string
		out  string
		err  string
	}{
		{"the first two", []string{"-limit", "2"}, "2 of 5 profiles: 1 updated, 1 failed", "the limit is reached"},
		{"the rest", nil, "5 of 5 profiles: 4 updated, 1 failed", ""},
		{"again", nil, "5 of 5 profiles: 4 updated, 1 failed", ""},
	}
	var all strings.Builder
	for _, tt := range starts {
		var out strings.Builder
		err := run(t.Context(), append(tt.args, "-user-pool-id", pool, "-run-dir", runDir, "profiles"), &out)
		if text(err) != tt.err {
			t.Errorf("%s: error %q, want %q", tt.name, text(err), tt.err)
		}
		if !strings.HasSuffix(out.String(), tt.out+"\n") {
			t.Errorf("%s: printed %q, want %q at the end", tt.name, out.String(), tt.out)
		}
		all.WriteString(out.String())
	}
	if n := strings.Count(all.String(), "ghost.json: "); n != 1 || !strings.Contains(all.String(), "UserNotFoundException") {
		t.Errorf("the failure is printed %d times, want once with its cause:\n%s", n, all.String())
	}
	if n := len(server.Log()); n != 4 {
		t.Errorf("%d updates were accepted, want each of 4 users once", n)
	}
	want := map[string]map[string]string{
		"user-00011": {"custom:tier": "gold", "custom:points": "1250", "custom:interests": "stamps tea"},
		"user-00012": {"custom:tier": "silver", "custom:points": "300"},
		"user-00013": {"custom:tier": "bronze", "custom:points": "0", "custom:interests": "chess"},
		"user-00014": {"custom:tier": "platinum", "custom:points": "90210", "custom:interests": "maths looms tea"},
	}
	for user := range server.Users(pool) {
		delete(user.Attributes, "sub")
		if !maps.Equal(user.Attributes, want[user.Username]) {
			t.Errorf("%s: %v, want %v", user.Username, user.Attributes, want[user.Username])
		}
	}
}

func TestRunRefuses(t *testing.T) {
	serve(t)
	elsewhere, empty, runDir := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(filepath.Join(elsewhere, "broken.json"), []byte(`{"account": 7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"-user-pool-id", pool, "-run-dir", runDir, "profiles"}, &strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		args []string
		want string
	}{
		{"no pool", t.Context(), []string{"profiles"}, "usage: customsource -user-pool-id ID DIRECTORY"},
		{"no profiles", t.Context(), []string{"-user-pool-id", pool, empty}, empty + ": there are no *.json files in it"},
		{"a run of other files", t.Context(), []string{"-user-pool-id", pool, "-run-dir", runDir, elsewhere},
			runDir + ": it holds a run with another profiles"},
		{"an unknown pool", t.Context(), []string{"-user-pool-id", "us-east-1_Absent000", "-run-dir", runDir + "2", "profiles"},
			"the service refuses the run: operation error"},
		{"interrupted", interrupted, []string{"-user-pool-id", pool, "-run-dir", runDir + "3", "profiles"}, "interrupted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := run(tt.ctx, tt.args, &strings.Builder{}); !strings.HasPrefix(text(err), tt.want) {
				t.Errorf("error %q, want %q", text(err), tt.want)
			}
		})
	}
	t.Run("a profile that makes no sense", func(t *testing.T) {
		var out strings.Builder
		if err := run(t.Context(), []string{"-user-pool-id", pool, "-run-dir", runDir + "4", elsewhere}, &out); err != nil {
			t.Fatal(err)
		}
		want := "broken.json: json: cannot unmarshal number into Go struct field profile.Account of type string\n1 of 1 profiles: 0 updated, 1 failed\n"
		if out.String() != want {
			t.Errorf("printed %q, want %q", out.String(), want)
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

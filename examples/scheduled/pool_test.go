package scheduled

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/awsconn/awstest"
	"attrmigrate/internal/sandbox"
)

// cognito is a sandbox with one pool, which has the users of the input.
type cognito struct {
	*sandbox.Server
	url, id string
}

// serve starts one, and lets the program find credentials for it.
func serve(t *testing.T) *cognito {
	t.Helper()
	awstest.OwnEnvironment(t)
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	c := &cognito{Server: server}
	if c.id, err = server.CreatePool([]byte(`{"UserPool": {"Id": "us-east-1_Ab12Cd34E", "Name": "loyalty",
		"SchemaAttributes": [{"Name": "custom:tier", "AttributeDataType": "String"}]}}`)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ada@example.com", "lee@example.com"} {
		if err := server.CreateUser(c.id, sandbox.User{Username: name}); err != nil {
			t.Fatal(err)
		}
	}
	if c.url, err = server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAudit runs the nightly audit of the README before a run, after it, and after somebody has
// changed a user; then it brings the pool back as the README does for a file that is mostly right.
func TestAudit(t *testing.T) {
	audit := shellCommand(t, read(t, "README.md"))
	audit[len(audit)-1] = "loyalty.csv" // the input
	pool := serve(t)
	inNewDirectory(t)
	steps := []struct {
		name string
		args []string
		code int
	}{
		{"nothing is as it should be", audit, 3},
		{"the nightly run", []string{"apply", "--user-pool-id", pool.id, "--yes", "loyalty.csv"}, 0},
		{"all is as it should be", audit, 0},
		{"somebody changes it", []string{"apply", "--user-pool-id", pool.id, "--yes", "other.csv"}, 0},
		{"drift", audit, 3},
		{"plan", []string{"plan", "--user-pool-id", pool.id, "loyalty.csv"}, 0},
		{"and apply", []string{"apply", "--user-pool-id", pool.id, "--restart", "--yes", "loyalty.plan/plan.jsonl"}, 0},
		{"back again", audit, 0},
		{"plan again", []string{"plan", "--user-pool-id", pool.id, "loyalty.csv"}, 0},
		{"and nothing to apply", []string{"apply", "--user-pool-id", pool.id, "--restart", "--yes", "loyalty.plan/plan.jsonl"}, 0},
	}
	if err := os.WriteFile("other.csv", []byte("username,custom:tier\nlee@example.com,bronze\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		code, stdout, stderr := attrmigrate(append(slices.Clone(s.args), "--endpoint-url", pool.url)...)
		if code != s.code {
			t.Fatalf("%s: exit code %d, want %d\n%s%s", s.name, code, s.code, stderr, stdout)
		}
	}
	if n := pool.Stats().Operations["AdminUpdateUserAttributes"]; n != 4 {
		t.Errorf("%d updates, want 4: two of the run, one of somebody, one to bring it back", n)
	}
}

// TestPolicies wants each policy to allow what its commands call and no more, on one pool.
func TestPolicies(t *testing.T) {
	tests := []struct {
		name     string
		commands [][]string
		want     []string
	}{
		{"iam-policy-apply.json", [][]string{{"apply", "--yes", "loyalty.csv"}, {"apply", "--yes", "loyalty.run/undo.jsonl"}},
			[]string{"cognito-idp:DescribeUserPool", "cognito-idp:AdminGetUser", "cognito-idp:AdminUpdateUserAttributes"}},
		{"iam-policy-plan.json", [][]string{{"plan", "--read", "scan", "loyalty.csv"}, {"plan", "--read", "lookup", "loyalty.csv"}, {"export", "-o", "users.csv"}},
			[]string{"cognito-idp:DescribeUserPool", "cognito-idp:ListUsers"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := allowed(t, tt.name); !slices.Equal(got, tt.want) {
				t.Errorf("the actions are %v, want %v", got, tt.want)
			}
			pool := serve(t)
			inNewDirectory(t)
			for _, args := range tt.commands {
				args = append(args, "--endpoint-url", pool.url, "--user-pool-id", pool.id)
				if code, stdout, stderr := attrmigrate(args...); code != 0 {
					t.Fatalf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, stderr, stdout)
				}
			}
			for operation, calls := range pool.Stats().Operations {
				if needed := slices.Contains(tt.want, "cognito-idp:"+operation); needed != (calls > 0) {
					t.Errorf("%d calls of %s", calls, operation)
				}
			}
		})
	}
}

// allowed are the actions of a policy, which has one statement on one pool.
func allowed(t *testing.T, name string) []string {
	t.Helper()
	var policy struct {
		Version   string
		Statement []struct {
			Effect, Resource string
			Action           []string
		}
	}
	if err := json.Unmarshal([]byte(read(t, name)), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Statement) != 1 || policy.Version != "2012-10-17" {
		t.Fatalf("want one statement of version 2012-10-17, got %+v", policy)
	}
	s := policy.Statement[0]
	if want := "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab12Cd34E"; s.Effect != "Allow" || s.Resource != want {
		t.Errorf("%s on %s, want Allow on %s", s.Effect, s.Resource, want)
	}
	return s.Action
}

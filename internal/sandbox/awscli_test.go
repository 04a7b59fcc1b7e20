package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestAWSCLI lets the AWS CLI, an AWS client that nobody here wrote, use the server, where it is
// installed.
func TestAWSCLI(t *testing.T) {
	program, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	server, err := sandbox.New(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var pool string
	steps := []struct {
		name, args, want string
		fails            bool
	}{
		{"create a pool", "create-user-pool --pool-name shop --schema Name=tier,AttributeDataType=String,Mutable=true --query UserPool.Id --output text", "us-east-1_", false},
		{"list pools", "list-user-pools --max-results 5 --query UserPools[].Name --output text", "shop", false},
		{"describe", "describe-user-pool --user-pool-id POOL --query UserPool.SchemaAttributes[].Name --output text", "custom:tier", false},
		{"create a user", "admin-create-user --user-pool-id POOL --username ann --user-attributes Name=email,Value=ann@example.com --query User.Username --output text", "ann", false},
		{"update", "admin-update-user-attributes --user-pool-id POOL --username ann --user-attributes Name=custom:tier,Value=gold", "", false},
		{"read", "admin-get-user --user-pool-id POOL --username ann --query UserAttributes[?Name=='custom:tier'].Value --output text", "gold", false},
		{"list with a filter", "list-users --user-pool-id POOL --filter email^=\"ann\" --query Users[].Username --output text", "ann", false},
		{"unknown attribute", "admin-update-user-attributes --user-pool-id POOL --username ann --user-attributes Name=custom:none,Value=x",
			"An error occurred (InvalidParameterException) when calling the AdminUpdateUserAttributes operation: Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.", true},
		{"unknown user", "admin-update-user-attributes --user-pool-id POOL --username bob --user-attributes Name=custom:tier,Value=x",
			"An error occurred (UserNotFoundException) when calling the AdminUpdateUserAttributes operation: User does not exist.", true},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(step.args, "POOL", pool))
			cmd := exec.Command(program, append([]string{"cognito-idp", "--endpoint-url", url, "--region", "us-east-1"}, args...)...)
			cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox", "AWS_EC2_METADATA_DISABLED=true", "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			got := strings.TrimSpace(string(out))
			t.Logf("aws cognito-idp %s: %s", strings.Join(args, " "), got)
			if (err != nil) != step.fails || !strings.Contains(got, step.want) {
				t.Fatalf("error %v, want %q", err, step.want)
			}
			if pool == "" {
				pool = got
			}
		})
	}
}

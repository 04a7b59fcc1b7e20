package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestAWSCLI lets the AWS CLI, an AWS client that nobody here wrote, use the server, where it is
// installed: first as an administrator, then as a user with a token.
func TestAWSCLI(t *testing.T) {
	program, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	if testing.Short() {
		t.Skip("half a second a step")
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
	const none = "Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema."
	var known []string // the names that later steps have for what earlier ones printed, each with it
	for _, step := range []struct {
		name, args, want string
		fails            bool
		gives            string
	}{
		{"create a pool", "create-user-pool --pool-name shop --auto-verified-attributes email --schema Name=tier,AttributeDataType=String,Mutable=true --query UserPool.Id --output text", "us-east-1_", false, "POOL"},
		{"list pools", "list-user-pools --max-results 5 --query UserPools[].Name --output text", "shop", false, ""},
		{"describe", "describe-user-pool --user-pool-id POOL --query UserPool.SchemaAttributes[].Name --output text", "custom:tier", false, ""},
		{"create a client", "create-user-pool-client --user-pool-id POOL --client-name app --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH ALLOW_ADMIN_USER_PASSWORD_AUTH --query UserPoolClient.ClientId --output text", "", false, "CLIENT"},
		{"describe the client", "describe-user-pool-client --user-pool-id POOL --client-id CLIENT --query UserPoolClient.ExplicitAuthFlows --output text", "ALLOW_USER_PASSWORD_AUTH", false, ""},
		{"create a user", "admin-create-user --user-pool-id POOL --username ann --user-attributes Name=email,Value=ann@example.com --query User.Username --output text", "ann", false, ""},
		{"create another", "admin-create-user --user-pool-id POOL --username anna --query User.UserStatus --output text", "FORCE_CHANGE_PASSWORD", false, ""},
		{"update", "admin-update-user-attributes --user-pool-id POOL --username ann --user-attributes Name=custom:tier,Value=gold", "", false, ""},
		{"read", "admin-get-user --user-pool-id POOL --username ann --query UserAttributes[?Name=='custom:tier'].Value --output text", "gold", false, ""},
		{"list with a filter", "list-users --user-pool-id POOL --filter email^=\"ann\" --query Users[].Username --output text", "ann", false, ""},
		{"list page by page", "list-users --user-pool-id POOL --page-size 1 --query Users[].Username --output text", "ann\nanna", false, ""},
		{"unknown attribute", "admin-update-user-attributes --user-pool-id POOL --username ann --user-attributes Name=custom:none,Value=x",
			"An error occurred (InvalidParameterException) when calling the AdminUpdateUserAttributes operation: " + none, true, ""},
		{"unknown user", "admin-update-user-attributes --user-pool-id POOL --username bob --user-attributes Name=custom:tier,Value=x",
			"An error occurred (UserNotFoundException) when calling the AdminUpdateUserAttributes operation: User does not exist.", true, ""},
		{"weak password", "admin-set-user-password --user-pool-id POOL --username ann --password sesame --permanent",
			"An error occurred (InvalidPasswordException) when calling the AdminSetUserPassword operation: Password did not conform with policy: Password not long enough", true, ""},
		{"set a password", "admin-set-user-password --user-pool-id POOL --username ann --password Made-up-1 --permanent", "", false, ""},
		{"wrong password", "initiate-auth --client-id CLIENT --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME=ann,PASSWORD=Wrong-up-1",
			"An error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password.", true, ""},
		{"sign in an unknown user", "initiate-auth --client-id CLIENT --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME=bob,PASSWORD=Made-up-1",
			"An error occurred (UserNotFoundException) when calling the InitiateAuth operation: User does not exist.", true, ""},
		{"sign in as an administrator", "admin-initiate-auth --user-pool-id POOL --client-id CLIENT --auth-flow ADMIN_USER_PASSWORD_AUTH --auth-parameters USERNAME=ann,PASSWORD=Made-up-1 --query AuthenticationResult.TokenType --output text", "Bearer", false, ""},
		{"sign in", "initiate-auth --client-id CLIENT --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME=ann,PASSWORD=Made-up-1 --query AuthenticationResult.AccessToken --output text", "ey", false, "TOKEN"},
		{"update by token", "update-user-attributes --access-token TOKEN --user-attributes Name=custom:tier,Value=silver Name=email,Value=new@example.com --query CodeDeliveryDetailsList[].Destination --output text", "n***@e***", false, ""},
		{"read by token", "get-user --access-token TOKEN --query UserAttributes[?Name=='custom:tier'].Value --output text", "silver", false, ""},
		{"ask for a code", "get-user-attribute-verification-code --access-token TOKEN --attribute-name email --query CodeDeliveryDetails.DeliveryMedium --output text", "EMAIL", false, ""},
		{"wrong code", "verify-user-attribute --access-token TOKEN --attribute-name email --code no-code",
			"An error occurred (CodeMismatchException) when calling the VerifyUserAttribute operation: Invalid verification code provided, please try again.", true, ""},
		{"verify", "verify-user-attribute --access-token TOKEN --attribute-name email --code CODE", "", false, ""},
		{"verified", "get-user --access-token TOKEN --query UserAttributes[?Name=='email_verified'].Value --output text", "true", false, ""},
		{"unknown attribute by token", "update-user-attributes --access-token TOKEN --user-attributes Name=custom:none,Value=x",
			"An error occurred (InvalidParameterException) when calling the UpdateUserAttributes operation: " + none, true, ""},
		{"bad token", "get-user --access-token made-up",
			"An error occurred (NotAuthorizedException) when calling the GetUser operation: Invalid Access Token", true, ""},
	} {
		passed := t.Run(step.name, func(t *testing.T) {
			args := strings.Fields(strings.NewReplacer(known...).Replace(step.args))
			cmd := exec.Command(program, append([]string{"cognito-idp", "--endpoint-url", url, "--region", "us-east-1"}, args...)...)
			cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox", "AWS_EC2_METADATA_DISABLED=true", "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			got := strings.TrimSpace(string(out))
			t.Logf("aws cognito-idp %s: %s", step.args, got)
			if (err != nil) != step.fails || !strings.Contains(got, step.want) {
				t.Fatalf("error %v, want %q", err, step.want)
			}
			if step.gives != "" {
				known = append(known, step.gives, got)
			}
			if step.name == "ask for a code" {
				sent := server.Messages()
				known = append(known, "CODE", sent[len(sent)-1].Code)
			}
		})
		if !passed {
			return // the later steps build on this one
		}
	}
}

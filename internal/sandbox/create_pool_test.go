package sandbox

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// TestCreatePoolChecks holds what AWS documents as wrong against what is answered over the API.
func TestCreatePoolChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", Config{})
	schema := func(attribute string) string { return `{"PoolName":"p","Schema":[` + attribute + `]}` }
	const model, plain = "1 validation error detected: Value at ", " failed to satisfy constraint: Member must "
	for _, tt := range []struct{ name, body, want string }{
		{"an attribute without a type", schema(`{"Name":"email","Required":true},{"Name":"given_name","Mutable":false}`), ""},
		{"its own type", schema(`{"Name":"email","AttributeDataType":"String"}`), ""},
		{"another type", schema(`{"Name":"email","AttributeDataType":"Number"}`), "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"},
		{"for developers", schema(`{"Name":"email","AttributeDataType":"String","DeveloperOnlyAttribute":true}`), "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"},
		{"2049 characters", schema(`{"Name":"email","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"2049"}}`), "user.email: String attributes cannot have a length of more than 2048"},
		{"2048 characters", schema(`{"Name":"email","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"2048"}}`), ""},
		{"2049 characters of a custom attribute", schema(`{"Name":"a","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"2049"}}`), "user.a: String attributes cannot have a length of more than 2048"},
		{"least length above the greatest", schema(`{"Name":"a","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"2","MaxLength":"1"}}`), "user.a: Max length cannot be less than min length."},
		{"half a character", schema(`{"Name":"a","AttributeDataType":"String","StringAttributeConstraints":{"MinLength":"0.5"}}`), "a: the lengths of a String are whole numbers from 0 to 2048"},
		{"least value above the greatest", schema(`{"Name":"a","AttributeDataType":"Number","NumberAttributeConstraints":{"MinValue":"2","MaxValue":"1"}}`), "user.a: Max value cannot be less than min value."},
		{"a value that is no number", schema(`{"Name":"a","AttributeDataType":"Number","NumberAttributeConstraints":{"MaxValue":"many"}}`), `a: "many" is no number`},
		{"twice", schema(`{"Name":"email"},{"Name":"email"}`), "email: the attribute is there twice"},
		{"custom, twice", schema(`{"Name":"a","AttributeDataType":"String"},{"Name":"a","AttributeDataType":"String"}`), "custom:a: the attribute is there twice"},
		{"21 characters", schema(`{"Name":"` + strings.Repeat("x", 21) + `","AttributeDataType":"String"}`), model + "'schema.1.member.name'" + plain + "have length less than or equal to 20"},
		{"custom and required", schema(`{"Name":"a","AttributeDataType":"String","Required":true}`), "Required custom attributes are not supported currently."},
		{"custom without a type", schema(`{"Name":"a"}`), "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."},
		{"an unknown type", schema(`{"Name":"a","AttributeDataType":"Text"}`), model + "'schema.1.member.attributeDataType'" + plain + "satisfy enum value set: [String, Number, DateTime, Boolean]"},
		{"no name", `{"Schema":[]}`, "2 validation errors detected: Value at 'schema'" + plain + "have length greater than or equal to 1; Value at 'poolName'" + plain + "not be null"},
		{"a name with a slash", `{"PoolName":"p/!*"}`, model + "'poolName'" + plain + `satisfy regular expression pattern: [\w\s+=,.@-]+`},
		{"a long name", `{"PoolName":"` + strings.Repeat("p", 129) + `"}`, model + "'poolName'" + plain + "have length less than or equal to 128"},
		{"an alias that is none", `{"PoolName":"p","AliasAttributes":["nickname"]}`, model + "'aliasAttributes.1.member'" + plain + "satisfy enum value set: [phone_number, email, preferred_username]"},
		{"a username attribute that is none", `{"PoolName":"p","UsernameAttributes":["preferred_username"]}`, model + "'usernameAttributes.1.member'" + plain + "satisfy enum value set: [phone_number, email]"},
		{"both", `{"PoolName":"p","AliasAttributes":["email"],"UsernameAttributes":["email"]}`, "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."},
		{"verified that cannot be", `{"PoolName":"p","AutoVerifiedAttributes":["nickname"]}`, model + "'autoVerifiedAttributes.1.member'" + plain + "satisfy enum value set: [phone_number, email]"},
		{"passwords of 5", `{"PoolName":"p","Policies":{"PasswordPolicy":{"MinimumLength":5}}}`, model + "'policies.passwordPolicy.minimumLength'" + plain + "have value greater than or equal to 6"},
		{"passwords of 99", `{"PoolName":"p","Policies":{"PasswordPolicy":{"MinimumLength":99}}}`, ""},
		{"a tier that is none", `{"PoolName":"p","UserPoolTier":"BASIC"}`, model + "'userPoolTier'" + plain + "satisfy enum value set: [LITE, ESSENTIALS, PLUS]"},
		{"multi-factor authentication without a sender", `{"PoolName":"p","MfaConfiguration":"ON"}`, "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		{"what is not verified, verified first", `{"PoolName":"p","UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}}`,
			"AttributesRequireVerificationBeforeUpdate has email, which AutoVerifiedAttributes lacks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := post(w.server, targetPrefix+"CreateUserPool", "any", tt.body)
			want := string(errorBody(exception("InvalidParameterException", tt.want)))
			if tt.want == "" && got.Code != 200 || tt.want != "" && got.Body.String() != want {
				t.Errorf("got  %d %s\nwant %s", got.Code, got.Body, want)
			}
		})
	}
	if got := post(w.server, targetPrefix+"CreateUserPool", "any", `{"PoolName":"p","UserPoolAddOns":{"AdvancedSecurityMode":"ENFORCED"}}`); !strings.Contains(got.Body.String(), "FeatureUnavailableInTierException") {
		t.Errorf("got %s", got.Body)
	}
}

// TestPoolsAsTheyAreWritten holds that a pool is read from each kind of document that people have of one.
func TestPoolsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	const properties = `{"UserPoolName":"shop","AliasAttributes":["email"],"UserPoolTags":{"a":"b"},"EnabledMfas":["SMS_MFA"],
		"Policies":{"PasswordPolicy":{"MinimumLength":"12","RequireSymbols":"false"}},"UsernameConfiguration":{"CaseSensitive":false},
		"LambdaConfig":{"CustomMessage":{"Fn::GetAtt":["Function","Arn"]}},"SmsConfiguration":{"SnsCallerArn":{"Fn::GetAtt":["Role","Arn"]}},
		"Schema":[{"Name":"email","Required":true,"Mutable":true},{"Name":"tier","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"20"}}]}`
	for _, tt := range []struct{ name, document, err string }{
		{"input of create-user-pool", `{"PoolName":"shop","Schema":[{"Name":"email","Required":true},{"Name":"tier","AttributeDataType":"String"}]}`, ""},
		{"what describe-user-pool prints, without types", `{"UserPool":{"Id":"us-east-1_a","Name":"shop","SchemaAttributes":[{"Name":"email","Required":true},{"Name":"custom:tier","AttributeDataType":"String"}]}}`, ""},
		{"a template", `{"Resources":{"Role":{"Type":"AWS::IAM::Role"},"Shop":{"Type":"AWS::Cognito::UserPool","Properties":` + properties + `}}}`, ""},
		{"a resource", `{"Type":"AWS::Cognito::UserPool","Properties":` + properties + `}`, ""},
		{"a name that the deployment knows", `{"Resources":{"shop":{"Type":"AWS::Cognito::UserPool","Properties":` + strings.Replace(properties, `"shop"`, `{"Fn::Sub":"${Stage}-shop"}`, 1) + `}}}`, ""},
		{"two pools", `{"Resources":{"B":{"Type":"AWS::Cognito::UserPool"},"A":{"Type":"AWS::Cognito::UserPool"}}}`, "sandbox pool: the template has several user pools (A, B): leave one"},
		{"no pool", `{"Resources":{"B":{"Type":"AWS::IAM::Role"}}}`, "sandbox pool: the template has no AWS::Cognito::UserPool"},
		{"nothing", `{}`, "sandbox pool: the document has neither UserPool, as describe-user-pool prints it, nor PoolName, as create-user-pool takes it, nor is it a template of CloudFormation in JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "", Config{})
			var err error
			if w.pool, err = w.server.CreatePool([]byte(tt.document)); text(err) != tt.err {
				t.Fatalf("got %q, want %q", text(err), tt.err)
			}
			if err != nil {
				return
			}
			out, err := w.client.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &w.pool})
			if err != nil || strings.ToLower(*out.UserPool.Name) != "shop" {
				t.Fatalf("got %+v, %v", out, err)
			}
			for _, a := range out.UserPool.SchemaAttributes {
				if a.AttributeDataType == "" {
					t.Errorf("%s is described without a type", *a.Name)
				}
			}
			rule := w.server.pool(w.pool).schema()
			if !rule["email"].required || rule["custom:tier"] == nil {
				t.Errorf("got %+v", rule["email"])
			}
			if strings.Contains(tt.document, "LambdaConfig") && (len(w.server.Triggers(w.pool)) != 1 || w.server.pool(w.pool).passwords.MinimumLength != 12 || aws.ToBool(out.UserPool.UsernameConfiguration.CaseSensitive)) {
				t.Errorf("of the template is left %+v", out.UserPool)
			}
		})
	}
}

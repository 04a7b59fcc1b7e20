package cognito

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
)

const describedPool = `{"UserPool":{
	"Id":"us-east-1_Ab12Cd34E","Name":"customers-prod",
	"Arn":"arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab12Cd34E",
	"EstimatedNumberOfUsers":212000,
	"UsernameAttributes":["email"],"AliasAttributes":["preferred_username"],
	"AutoVerifiedAttributes":["email"],
	"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]},
	"UsernameConfiguration":{"CaseSensitive":false},
	"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:111122223333:function:message",
		"PreTokenGenerationConfig":{"LambdaArn":"arn:aws:lambda:us-east-1:111122223333:function:token","LambdaVersion":"V2_0"}},
	"EmailConfiguration":{"EmailSendingAccount":"COGNITO_DEFAULT"},
	"SchemaAttributes":[
		{"Name":"sub","AttributeDataType":"String","Mutable":false,"Required":true,"StringAttributeConstraints":{"MinLength":"1","MaxLength":"2048"}},
		{"Name":"email","AttributeDataType":"String","Mutable":true,"Required":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"2048"}},
		{"Name":"custom:tier","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"1","MaxLength":"20"}},
		{"Name":"custom:id","AttributeDataType":"String","Mutable":false,"StringAttributeConstraints":{}},
		{"Name":"custom:points","AttributeDataType":"Number","Mutable":true,"NumberAttributeConstraints":{"MinValue":"-10","MaxValue":"99.5"}},
		{"Name":"custom:huge","AttributeDataType":"Number","Mutable":true,"NumberAttributeConstraints":{"MaxValue":"100000000000000000000.5"}},
		{"Name":"custom:since","AttributeDataType":"DateTime","Mutable":true},
		{"Name":"custom:vip","AttributeDataType":"Boolean","Mutable":true},
		{"Name":"dev:custom:risk","AttributeDataType":"Number","Mutable":true,"DeveloperOnlyAttribute":true}
	]}}`

func TestPool(t *testing.T) {
	p, err := clientOf(t, serve(t, text(200, describedPool)).URL).Pool(t.Context(), testPool)
	if err != nil {
		t.Fatal(err)
	}
	p.Schema = nil
	want := &Pool{
		ID: testPool, Name: "customers-prod", Account: "111122223333", Region: "us-east-1",
		ARN:            "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab12Cd34E",
		EstimatedUsers: 212000, UsernameAttributes: []string{"email"}, AliasAttributes: []string{"preferred_username"},
		AutoVerified: []string{"email"}, VerifyBeforeUpdate: []string{"email"},
		Triggers: []string{"CustomMessage", "PreTokenGeneration"}, DefaultEmailSender: true,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestPoolDefaults(t *testing.T) {
	p, err := clientOf(t, serve(t, text(200, `{"UserPool":{"Name":"bare"}}`)).URL).Pool(t.Context(), testPool)
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != testPool || !p.CaseSensitive || !p.DefaultEmailSender || p.Region != "us-east-1" || !p.Schema.Known("email") {
		t.Errorf("got %+v", p)
	}
}

func TestPoolErrors(t *testing.T) {
	tests := []struct {
		name, pool, region string
		status             int
		code, message      string
		text, hint         string
	}{
		{"not in this Region", testPool, "eu-west-1", 400, "ResourceNotFoundException", "User pool us-east-1_Ab12Cd34E does not exist.",
			"no such user pool: ResourceNotFoundException: User pool us-east-1_Ab12Cd34E does not exist",
			"eu-west-1 was asked, but the pool's ID says us-east-1, at http://127.0.0.1|(--endpoint-url)"},
		{"not in this account", testPool, "us-east-1", 400, "ResourceNotFoundException", "gone", "no such user pool", "the account: us-east-1 was asked"},
		{"no permission", testPool, "us-gov-west-1", 400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/ops is not authorized",
			"the caller may not do this: AccessDeniedException: User: arn:aws:iam::111122223333:user/ops",
			"allow cognito-idp:DescribeUserPool on arn:aws-us-gov:cognito-idp:us-gov-west-1:*:userpool/" + testPool},
		{"expired", testPool, "us-east-1", 400, "ExpiredTokenException", "expired", "the AWS credentials have expired", "aws sso login --profile prod"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, refuseWith(tt.status, tt.code, tt.message))
			c, err := NewClient(t.Context(), Config{Region: tt.region, Profile: "prod", EndpointURL: s.URL,
				Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "made-up", "")})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Pool(t.Context(), tt.pool)
			e := asError(t, err)
			has(t, "text", e.Error(), tt.text)
			has(t, "hint", e.Hint(), tt.hint)
		})
	}
}

func TestPoolWithoutAPool(t *testing.T) {
	_, err := clientOf(t, serve(t, accept).URL).Pool(t.Context(), testPool)
	if e := asError(t, err); e.Code() != "BadAnswer" || e.Transient() != -1 {
		t.Errorf("got %s (%v)", e.Code(), e)
	}
}

package sandbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestCreatePoolOverTheAPI(t *testing.T) {
	w := newWorld(t, "", Config{Region: "eu-west-1"})
	made, err := w.client.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{
		PoolName: aws.String("made"), AliasAttributes: []types.AliasAttributeType{"email"},
		UsernameConfiguration: &types.UsernameConfigurationType{CaseSensitive: aws.Bool(false)},
		LambdaConfig:          &types.LambdaConfigType{CustomMessage: aws.String("arn:aws:lambda:eu-west-1:000000000000:function:m")},
		Schema: []types.SchemaAttributeType{
			{Name: aws.String("tier"), AttributeDataType: "String", Mutable: aws.Bool(true),
				StringAttributeConstraints: &types.StringAttributeConstraintsType{MaxLength: aws.String("20")}},
			{Name: aws.String("cost"), AttributeDataType: "Number", DeveloperOnlyAttribute: aws.Bool(true)},
			{Name: aws.String("email"), AttributeDataType: "String", Required: aws.Bool(true)},
		}})
	if err != nil {
		t.Fatal(err)
	}
	id := *made.UserPool.Id
	if want := "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/" + id; !strings.HasPrefix(id, "eu-west-1_") || *made.UserPool.Arn != want {
		t.Errorf("got %s, %s", id, *made.UserPool.Arn)
	}
	if err := w.server.CreateUser(id, User{Username: "ann"}); err != nil {
		t.Fatal(err)
	}
	out, err := w.client.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &id})
	if err != nil {
		t.Fatal(err)
	}
	p := out.UserPool
	if *p.Name != "made" || p.EstimatedNumberOfUsers != 1 || *p.UsernameConfiguration.CaseSensitive || p.LambdaConfig.CustomMessage == nil ||
		p.CreationDate == nil || p.MfaConfiguration != "OFF" {
		t.Errorf("described %+v", p)
	}
	find := func(name string) types.SchemaAttributeType {
		i := slices.IndexFunc(p.SchemaAttributes, func(a types.SchemaAttributeType) bool { return *a.Name == name })
		if i < 0 {
			t.Fatalf("%s is not described", name)
		}
		return p.SchemaAttributes[i]
	}
	if a := find("custom:tier"); *a.StringAttributeConstraints.MaxLength != "20" || !*a.Mutable {
		t.Errorf("custom:tier is %+v", a)
	}
	if a := find("dev:cost"); !*a.DeveloperOnlyAttribute {
		t.Errorf("dev:cost is %+v", a)
	}
	if a := find("email"); !*a.Required || *a.StringAttributeConstraints.MaxLength != "2048" {
		t.Errorf("email is %+v", a)
	}
	if len(p.SchemaAttributes) != 23 {
		t.Errorf("%d attributes, want 21 standard ones and 2", len(p.SchemaAttributes))
	}
}

// described is what the AWS command line prints: dates as text, and fields that we know nothing of.
const described = `{"UserPool":{"Id":"us-east-1_Ab12Cd34E","Name":"customers","Policies":{"PasswordPolicy":{"MinimumLength":12}},
	"LastModifiedDate":"2026-01-02T03:04:05.678000+01:00","CreationDate":"2025-01-02T03:04:05.678000+01:00",
	"SchemaAttributes":[{"Name":"custom:tier","AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Required":false,
		"StringAttributeConstraints":{"MinLength":"1","MaxLength":"4"}}],
	"EstimatedNumberOfUsers":212000,"Arn":"arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab12Cd34E"}}`

func TestCreatePoolFromDescription(t *testing.T) {
	w := newWorld(t, described, Config{})
	out, err := w.client.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &w.pool})
	if err != nil {
		t.Fatal(err)
	}
	p := out.UserPool
	if w.pool != "us-east-1_Ab12Cd34E" || *p.Policies.PasswordPolicy.MinimumLength != 12 || p.EstimatedNumberOfUsers != 0 ||
		!strings.Contains(*p.Arn, "111122223333") || p.CreationDate.UTC().Format("2006-01-02T15:04:05.000") != "2025-01-02T02:04:05.678" {
		t.Errorf("described %+v", p)
	}
	w.user("ann", "email=ann@example.com")
	if err := w.update("ann", "custom:tier=gold", "locale=de"); err != nil {
		t.Error(err)
	}
	if err := w.update("ann", "custom:tier=silver"); err == nil {
		t.Error("a value of 6 bytes was accepted where 4 are allowed")
	}
}

func TestCreatePoolErrors(t *testing.T) {
	for _, tt := range []struct{ name, document, want string }{
		{"no JSON", `pool`, "sandbox pool: "},
		{"neither shape", `{"Name":"x"}`, "sandbox pool: the document has neither UserPool, as describe-user-pool prints it, nor PoolName"},
		{"again", described, "sandbox pool: InvalidParameterException: User pool us-east-1_Ab12Cd34E exists already."},
		{"data type", `{"PoolName":"x","Schema":[{"Name":"a","AttributeDataType":"Text"}]}`,
			`sandbox pool: InvalidParameterException: custom:a: "Text" is no attribute data type`},
		{"length", `{"PoolName":"x","Schema":[{"Name":"a","AttributeDataType":"String","StringAttributeConstraints":{"MaxLength":"many"}}]}`,
			`sandbox pool: InvalidParameterException: a: "many" is no number`},
		{"required", `{"PoolName":"x","Schema":[{"Name":"a","AttributeDataType":"String","Required":true}]}`,
			"sandbox pool: InvalidParameterException: Required custom attributes are not supported currently."},
		{"prefix", `{"PoolName":"x","Schema":[{"Name":"custom:a","AttributeDataType":"String"}]}`,
			`sandbox pool: InvalidParameterException: "custom:a": the name of a custom attribute has 1 to 20 characters and no prefix`},
		{"twice", `{"PoolName":"x","Schema":[{"Name":"a","AttributeDataType":"String"},{"Name":"a","AttributeDataType":"String"}]}`,
			"sandbox pool: InvalidParameterException: custom:a: the attribute is there twice"},
		{"both kinds of alias", `{"PoolName":"x","AliasAttributes":["email"],"UsernameAttributes":["email"]}`,
			"sandbox pool: InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a user pool."},
		{"date", `{"UserPool":{"Id":"us-east-1_X","CreationDate":"soon"}}`, "sandbox pool: InvalidParameterException: CreationDate: "},
		{"type", `{"UserPool":{"Id":7}}`, "sandbox pool: InvalidParameterException: the document of the pool: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, described, Config{})
			if _, err := w.server.CreatePool([]byte(tt.document)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestListUserPools(t *testing.T) {
	w := newWorld(t, "", Config{})
	var want []string
	for range 3 {
		id, err := w.server.CreatePool([]byte(plainPool))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
	}
	var got []string
	in := &cip.ListUserPoolsInput{MaxResults: aws.Int32(2)}
	for {
		out, err := w.client.ListUserPools(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.UserPools {
			got = append(got, *p.Id)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(got, want) || !slices.Equal(w.server.Pools(), want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

package sandbox

import (
	"bytes"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestModel holds the extract of the API's model against the operations that there are.
func TestModel(t *testing.T) {
	m := model()
	if got, want := slices.Sorted(maps.Keys(m.Operations)), slices.Sorted(maps.Keys(operations)); !slices.Equal(got, want) {
		t.Errorf("the model has  %v\noperations has %v", got, want)
	}
	for name, s := range m.Shapes {
		for _, part := range slices.Concat(slices.Collect(maps.Values(s.Members)), []string{s.Member, s.Key, s.Value}) {
			if part != "" && m.Shapes[part] == nil {
				t.Errorf("%s is made of %s, which is not there", name, part)
			}
		}
	}
}

// TestModelIsBotocores holds the extract against what testdata/model/extract.py takes out, where the same botocore is installed.
func TestModelIsBotocores(t *testing.T) {
	args := append([]string{"testdata/model/extract.py"}, slices.Collect(maps.Keys(operations))...)
	out, err := exec.CommandContext(t.Context(), "python3", args...).Output()
	if err != nil {
		t.Skipf("python3 with botocore is not installed: %v", err)
	}
	if !strings.Contains(string(out), `"`+model().Source+`"`) {
		t.Skipf("another botocore is installed than that of %s", model().Source)
	}
	if !bytes.Equal(bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")), modelFile) {
		t.Error("model.json is not what extract.py prints for the operations that there are")
	}
}

func TestCheckRequest(t *testing.T) {
	const one = "InvalidParameterException: 1 validation error detected: "
	for _, tt := range []struct{ name, operation, body, want string }{
		{"right", "AdminGetUser", `{"UserPoolId":"us-east-1_a","Username":"ünn"}`, ""},
		{"what the model does not have", "AdminGetUser", `{"UserPoolId":"us-east-1_a","Username":"a","More":{"a":[1]}}`, ""},
		{"null is nothing", "AdminGetUser", `{"UserPoolId":"us-east-1_a","Username":null}`, one + "Value at 'username' failed to satisfy constraint: Member must not be null"},
		{"a pool that is none", "AdminGetUser", `{"UserPoolId":"none","Username":"a"}`, one + `Value at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+`},
		{"two", "AdminGetUser", `{"UserPoolId":"us-east-1_a b"}`, "InvalidParameterException: 2 validation errors detected: " +
			`Value at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+; ` +
			"Value at 'username' failed to satisfy constraint: Member must not be null"},
		{"the second attribute", "AdminUpdateUserAttributes", `{"UserPoolId":"us-east-1_a","Username":"a","UserAttributes":[{"Name":"a"},{"Value":"b"}]}`,
			one + "Value at 'userAttributes.2.member.name' failed to satisfy constraint: Member must not be null"},
		{"a word of a list", "CreateUserPool", `{"PoolName":"p","AliasAttributes":["email","nickname"]}`,
			one + "Value at 'aliasAttributes.2.member' failed to satisfy constraint: Member must satisfy enum value set: [phone_number, email, preferred_username]"},
		{"a number within", "CreateUserPool", `{"PoolName":"p","Policies":{"PasswordPolicy":{"MinimumLength":100}}}`,
			one + "Value at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value less than or equal to 99"},
		{"an empty list", "AddCustomAttributes", `{"UserPoolId":"us-east-1_a","CustomAttributes":[]}`,
			one + "Value at 'customAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a number for a text", "AdminGetUser", `{"UserPoolId":"us-east-1_a","Username":7}`, "SerializationException: NUMBER_VALUE can not be converted to string: username"},
		{"a number for a name", "GetGroup", `{"UserPoolId":"us-east-1_a","GroupName":7}`, "SerializationException: NUMBER_VALUE can not be converted to string: groupName"},
		{"a text for a number", "ListUsers", `{"UserPoolId":"us-east-1_a","Limit":"7"}`, "SerializationException: STRING_VALUE can not be converted to integer: limit"},
		{"half a number", "ListUsers", `{"UserPoolId":"us-east-1_a","Limit":7.5}`, "SerializationException: NUMBER_VALUE can not be converted to integer: limit"},
		{"a list for a structure", "CreateUserPool", `{"PoolName":"p","Policies":[]}`, "SerializationException: START_ARRAY can not be converted to structure: policies"},
		{"a structure for a list", "CreateUserPool", `{"PoolName":"p","Schema":{}}`, "SerializationException: START_OBJECT can not be converted to list: schema"},
		{"a truth value", "AdminSetUserPassword", `{"UserPoolId":"us-east-1_a","Username":"a","Password":"p","Permanent":"yes"}`,
			"SerializationException: STRING_VALUE can not be converted to boolean: permanent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(checkRequest(tt.operation, []byte(tt.body))); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// FuzzCheckRequest holds that no body of a request breaks the inspection.
func FuzzCheckRequest(f *testing.F) {
	f.Add(`{"UserPoolId":"us-east-1_a","Username":"a","UserAttributes":[{"Name":"a","Value":"b"}],"ClientMetadata":{"a":"b"}}`)
	f.Add(`{"UserAttributes":[[{}],null,3,{"Name":`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, operation := range []string{"AdminUpdateUserAttributes", "CreateUserPool"} {
			_ = checkRequest(operation, []byte(body))
		}
	})
}

package sources

import (
	"errors"
	"strings"
	"testing"
)

func TestJSONL(t *testing.T) {
	tests := []struct {
		name string
		text string
		opts Options
		want []string
	}{
		{"native", `{"username":"ann","attributes":{"custom:tier":"gold","nickname":null,"name":""},"expect":{"custom:tier":"silver","x":null},"client_metadata":{"k":"v"}}`, Options{},
			[]string{`1: ann custom:tier="gold" nickname=- name=- expect:custom:tier="silver" expect:x=- map[k:v]`}},
		{"the API's shape", `{"Username":"ann","UserPoolId":"us-east-1_Example01","UserAttributes":[{"Name":"name","Value":"Ann"},{"Value":null,"Name":"locale"},{"Name":"x","Value":""}],"ClientMetadata":{"k":"v"}}`,
			Options{UserPoolID: "us-east-1_Example01"}, []string{`1: ann name="Ann" locale=- x=- map[k:v]`}},
		{"what ListUsers prints", `{"Username":"ann","Attributes":[{"Name":"sub","Value":"1-2"},{"Name":"name","Value":"Ann"},{"Name":"identities","Value":"[]"}],"UserCreateDate":"2026-01-01","UserLastModifiedDate":1.5,"Enabled":true,"UserStatus":"CONFIRMED","MFAOptions":[{"a":[]}],"UserMFASettingList":[],"PreferredMfaSetting":""}`, Options{},
			[]string{`1: ann name="Ann" expect:sub="1-2"`}},
		{"numbers and booleans keep their form", `{"username":"ann","attributes":{"a":1.50,"b":1e3,"c":true,"d":-0}}`, Options{}, []string{`1: ann a="1.50" b="1e3" c="true" d="-0"`}},
		{"escapes", `{"username":"\u0061nn","attributes":{"n\u0061me":"\"\n\ud83d\ude00"}}`, Options{}, []string{`1: ann name="\"\n😀"`}},
		{"blank lines, CRLF, byte-order mark", "\xef\xbb\xbf\r\n{\"username\":\"ann\"}\r\n  \n{\"username\":\"bob\"}", Options{}, []string{"2: ann", "4: bob"}},
		{"in a sequence", `{"username":"ann","attributes":{"a":"1"},"order":"7"}`, Options{}, []string{`1: ann a="1" order:7`}},
		{"lone sub", `{"sub":"1-2","attributes":{"a":"1"}}`, Options{}, []string{`1: 1-2 a="1"`}},
		{"sub beside a username", `{"sub":"1-2","username":"ann"}`, Options{}, []string{`1: ann expect:sub="1-2"`}},
		{"keys that begin with _", `{"username":"ann","_error":{"code":[1,{}]},"_raw":"x"}`, Options{}, []string{"1: ann"}},
		{"Rename and Ignore", `{"username":"ann","attributes":{"tier":"gold","notes":"x"},"expect":{"tier":"silver"}}`,
			Options{Rename: map[string]string{"tier": "custom:tier"}, Ignore: []string{"notes", "absent"}}, []string{`1: ann custom:tier="gold" expect:custom:tier="silver"`}},
		{"null instead of an object", `{"username":"ann","attributes":null,"expect":null,"client_metadata":null}`, Options{}, []string{"1: ann"}},

		{"no username", `{"attributes":{"a":"1"}}` + "\n" + `{"username":""}`, Options{},
			[]string{"1: MissingUsername! the record names no user", "2: MissingUsername! the record names no user"}},
		{"two spellings", `{"username":"ann","Username":"ann"}` + "\n" + `{"username":"ann","Attributes":[],"UserAttributes":[]}`, Options{},
			[]string{`1: DuplicateKey! "username" and "Username" are the same thing, and only one may stand`,
				`2: DuplicateKey! "Attributes" and "UserAttributes" are the same thing, and only one may stand`}},
		{"unknown key", `{"username":"ann","atributes":{}}`, Options{}, []string{`1: UnknownKey! unknown key "atributes"`}},
		{"a name twice", `{"username":"ann","attributes":{"a":"1","a":"2"}}`, Options{}, []string{`1: DuplicateAttribute! a: the name stands twice in one object`}},
		{"an attribute twice in an array", `{"username":"ann","Attributes":[{"Name":"a","Value":"1"},{"Name":"a","Value":"2"}]}`, Options{},
			[]string{`1: DuplicateAttribute! a: the attribute stands twice in one record`}},
		{"an attribute twice after Rename", `{"username":"ann","attributes":{"a":"1","b":"2"}}`, Options{Rename: map[string]string{"a": "b"}},
			[]string{`1: DuplicateAttribute! b: the attribute stands twice in one record`}},
		{"no Value", `{"username":"ann","Attributes":[{"Name":"a"}]}`, Options{}, []string{`1: MissingValue! a: the attribute has no "Value"`}},
		{"no Name", `{"username":"ann","Attributes":[{"Value":"1"}]}`, Options{}, []string{`1: MissingAttribute! Attributes: an attribute has no "Name"`}},
		{"a stray key in an attribute", `{"username":"ann","Attributes":[{"name":"a"}]}`, Options{}, []string{`1: UnknownKey! Attributes: unknown key "name"`}},
		{"an object as value", `{"username":"ann","attributes":{"a":{"b":1}}}` + "\n" + `{"username":["x"]}`, Options{},
			[]string{"1: InvalidValue! a: an object or array cannot be a value", "2: InvalidValue! username: an object or array cannot be a value"}},
		{"text instead of attributes", `{"username":"ann","attributes":"x"}`, Options{}, []string{"1: InvalidValue! attributes: must be an object of names and values"}},
		{"null in client_metadata", `{"username":"ann","client_metadata":{"k":null}}`, Options{}, []string{"1: InvalidValue! client_metadata.k: null is no value here"}},
		{"NUL", `{"username":"ann","attributes":{"a":"x\u0000"}}`, Options{}, []string{"1: InvalidText! a: contains a NUL character: U+0000 at character 2"}},
		{"another pool", `{"Username":"ann","UserPoolId":"us-east-1_Other0001"}`, Options{UserPoolID: "us-east-1_Example01"},
			[]string{"1: WrongUserPool! UserPoolId: the record is for the pool us-east-1_Other0001, not us-east-1_Example01"}},
		{"no object", `"ann"` + "\n" + `{"username":"bob"}`, Options{}, []string{"1: MalformedRecord! column 1: the line is no JSON object", "2: bob"}},
		{"more behind the object", `{"username":"ann"} {"username":"bob"}`, Options{}, []string{"1: MalformedRecord! column 20: there is more behind the object"}},
		{"an object over two lines", `{"username":"ann"}` + "\n{\n\"username\":\"bob\"}", Options{},
			[]string{"1: ann", "2: MalformedRecord! column 2: the object does not end on its line", "3: MalformedRecord! column 1: the line is no JSON object"}},
		{"not JSON", `{"username":ann}`, Options{}, []string{"1: MalformedRecord! column 13: invalid character 'a' at start of value"}},
		{"a bad record fed back stays bad", `{"_raw":"{","_error":{}}`, Options{}, []string{"1: MalformedRecord! this record could not be decoded before"}},
		{"deep nesting", `{"username":"ann","_x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, Options{}, []string{"1: ann"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "users.jsonl", tt.text, tt.opts, tt.want...) })
	}
}

func TestJSONLHints(t *testing.T) {
	const first = `{"username":"ann"}` + "\n" // so that the rest is taken for lines, too
	tests := []struct{ name, text, hint string }{
		{"misspelt key", `{"username":"ann","atributes":{}}`, `did you mean "attributes"?`},
		{"attribute beside the username", `{"username":"ann","email":"a@example.com"}`, `attributes stand in "attributes": {"NAME": "VALUE"}; keys that begin with _ are ignored`},
		{"an array", `[{"username":"ann"}]`, `JSONL has one object a line; for an array of objects: jq -c ".[]" FILE`},
		{"an array over several lines", "[\n", `JSONL has one object a line; for an array of objects: jq -c ".[]" FILE`},
		{"an object over several lines", "{\n", `JSONL has one object a line; for objects over several lines: jq -c . FILE`},
		{"what list-users prints", `{"Users":[]}`, `for what list-users prints: jq -c ".Users[]" FILE`},
		{"name for Name", `{"username":"ann","Attributes":[{"name":"a"}]}`, `did you mean "Name"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes, err := read(t, Options{}, write(t, "users.json", first+tt.text))
			if err != nil || len(changes) != 2 {
				t.Fatal(len(changes), err)
			}
			var failed *RecordError
			if !errors.As(changes[1].Err, &failed) || failed.Hint() != tt.hint {
				t.Errorf("got  %v, hint %q\nwant %q", changes[1].Err, failed.Hint(), tt.hint)
			}
			if want, _, _ := strings.Cut(tt.text, "\n"); string(changes[1].Text) != want {
				t.Errorf("text %q, want %q", changes[1].Text, want)
			}
		})
	}
}

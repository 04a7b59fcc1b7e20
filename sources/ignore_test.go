package sources

import "testing"

func TestIsLike(t *testing.T) {
	for _, tt := range []struct {
		name, text, pattern string
		want                bool
	}{
		{"a name is no pattern", "note", "note", false},
		{"begins so", "utm_source", "utm_*", true},
		{"begins otherwise", "my utm_source", "utm_*", false},
		{"ends so", "crm_id", "*_id", true},
		{"has it within", "the note of ann", "*note*", true},
		{"both ends", "crm_old_id", "crm_*_id", true},
		{"ends that would overlap", "aba", "ab*ba", false},
		{"everything", "email", "*", true},
		{"a star is like itself", "Required*", "Required*", true},
		{"no precondition", "expect:note", "*note*", false},
		{"preconditions", "expect:note", "expect:*", true},
		{"no client metadata", "metadata:k", "*", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := isLike(tt.text, tt.pattern); got != tt.want {
				t.Errorf("%t for %q and %q", got, tt.text, tt.pattern)
			}
		})
	}
}

// TestIgnore leaves columns, attributes and fields out, by their names and by patterns.
func TestIgnore(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		want             string
	}{
		{"columns", "a.csv", "username,utm_a,utm_b,name,expect:utm_a\nann,1,2,Ann,3\n", Options{Ignore: []string{"utm_*"}}, `2: ann name="Ann" expect:utm_a="3"`},
		{"not the one that names the user", "a.csv", "crm_user,crm_note,name\nann,x,Ann\n", Options{UsernameColumn: "crm_user", Ignore: []string{"crm_*"}}, `2: ann name="Ann"`},
		{"not one that is renamed", "a.csv", "username,crm_name,crm_note\nann,Ann,x\n", Options{Rename: map[string]string{"crm_name": "name"}, Ignore: []string{"crm_*"}}, `2: ann name="Ann"`},
		{"attributes of a long CSV", "a.csv", "username,attribute,value\nann,utm_a,1\nann,name,Ann\n", Options{Ignore: []string{"utm_*"}}, `2: ann name="Ann"`},
		{"attributes of JSONL", "a.jsonl", `{"username":"ann","attributes":{"utm_a":"1","name":"Ann"}}`, Options{Ignore: []string{"utm_*"}}, `1: ann name="Ann"`},
		{"what ListUsers prints of a user", "a.csv", "Username,UserCreateDate,UserLastModifiedDate,Enabled,UserStatus,MFAOptions,name\nann,1,2,true,CONFIRMED,,Ann\n", Options{}, `2: ann name="Ann"`},
		{"unless it is renamed", "a.csv", "username,Enabled\nann,yes\n", Options{Rename: map[string]string{"Enabled": "custom:enabled"}}, `2: ann custom:enabled="yes"`},
		{"beside a long CSV", "a.csv", "username,UserStatus,attribute,value\nann,CONFIRMED,name,Ann\n", Options{}, `2: ann name="Ann"`},
	} {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.file, tt.text, tt.opts, tt.want) })
	}
}

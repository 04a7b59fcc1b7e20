package cli_test

import (
	"strings"
	"testing"
)

// TestCutWords gives what shells make of expressions without quotes: the hint is what was meant, if that can be told, and no
// word of one flag is put to another.
func TestCutWords(t *testing.T) {
	const plan, each = "plan --user-pool-id us-east-1_Ab12Cd34E ", "put each expression in quotes, or into a file for --rules\n"
	const export = "export --user-pool-id us-east-1_Ab12Cd34E "
	for _, tt := range []struct {
		name, args, want string
	}{
		{"a condition", plan + "--where custom.tier == nil --set locale=en", "as one: --where 'custom.tier == nil'\n"},
		{"a condition that cmd has cut", plan + "--where 'custom.tier == nil' --set locale=en", "as one: --where 'custom.tier == nil'\n"},
		{"with blanks at its ends", plan + "--where ' custom.tier == nil ' --set locale=en", "as one: --where 'custom.tier == nil'\n"},
		{"a value", plan + "--set nickname:=given_name ?? name", "as one: --set 'nickname:=given_name ?? name'\n"},
		{"a condition or a value", plan + "--where custom.tier==nil --set nickname:=given_name ?? name", each},
		{"a condition or a filter", plan + "--where custom.tier==nil --filter status = x --set locale=en", each},
		{"a filter", plan + "--filter status = Enabled --set locale=en", "as one: --filter 'status = Enabled'\n"},
		{"a text", plan + "--set nickname=a and b", "as one: --set 'nickname=a and b'\n"},
		{"the name of a group", plan + "--group my staff --set locale=en", "staff: there is no such file, and a rule takes none\n"},
		{"a file that is not there", plan + "--match Email=email --set locale=en crm.csv", "crm.csv: there is no such file\nhint: check the name and the working directory; "},
		{"of an export", export + "--columns email --where custom.tier == nil", "as one: --where 'custom.tier == nil'\n"},
		{"columns", export + "--columns email status", "hint: columns have commas and no blanks between them"},
		{"a computed column", export + "--columns _x:=email ?? name", "as one: --columns '_x:=email ?? name'\n"},
		{"a filter of an export", export + "--filter 'status = Enabled'", "as one: --filter 'status = Enabled'\n"},
		{"a flag with a typo", plan + "--wehre true", "unknown flag: --wehre, did you mean --where?\nhint: attrmigrate plan --help lists the flags\n"},
		{"no UTF-8 in a rule", plan + "--set locale:=\"\xff\"", "--set is not UTF-8: locale:=\"\\xff\"\n"},
		{"no UTF-8 in an export", export + "--where \"\xff\"==email", "--where is not UTF-8: "},
		{"a long name", plan + "--set locale=en --name " + strings.Repeat("x", 101), "hint: letters, digits, - and _, 100 at most\n"},
		{"a rule for a file to apply", "apply --user-pool-id us-east-1_Ab12Cd34E --set locale=en plan.jsonl",
			"apply takes no rule (--set): plan.jsonl says itself what is to change\nhint: leave the rule out to apply the file; to plan the rule: attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --set locale=en\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := run(t, strings.Split(tt.args, " ")...)
			if code != 2 || !strings.Contains(stderr, tt.want) || strings.Count(stderr, "\n") > 2 {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
		})
	}
}

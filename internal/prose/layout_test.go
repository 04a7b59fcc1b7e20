package prose

import (
	"strings"
	"testing"
)

// TestWrapLeavesCommandsWhole: what a person pastes from a narrow terminal is the command, in one line.
func TestWrapLeavesCommandsWhole(t *testing.T) {
	for _, command := range []string{
		`{ head -n 1 a.csv; tail -n +2 a.csv | LC_ALL=C sort -s -t , -k 1,1; } > a.sorted.csv`,
		`attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --ignore 'Account Name,Owner' 'my users.csv'`,
		`aws s3 ls --profile example s3://example-runs/loyalty/shop-eu/`,
	} {
		text := Wrap("         hint: there are words before it that are wrapped, and then: "+command, 60)
		lines := strings.Split(text, "\n")
		if last := strings.TrimSpace(lines[len(lines)-1]); last != command || len(lines) != 3 {
			t.Errorf("%s\nhas not the command in its last line, behind two others", text)
		}
	}
	const prose = "         watch what attrmigrate says of sets { a, b } and of sed or jq, which are words here, and of no colon"
	if text := Wrap(prose, 60); strings.Count(text, "\n") != 2 {
		t.Errorf("%s\nis not wrapped like prose", text)
	}
}

// TestCommand: the command of a hint is found where one begins, and words that only end like one are none.
func TestCommand(t *testing.T) {
	for _, tt := range []struct{ name, hint, want string }{
		{"none", "name a file that is used here", ""},
		{"all of it", "attrmigrate plan x.csv", "attrmigrate plan x.csv"},
		{"behind a colon", "to see what is there: aws s3 ls s3://runs", "aws s3 ls s3://runs"},
		{"the first of two", "a: jq . x | b: attrmigrate plan -", "jq . x | b: attrmigrate plan -"},
		{"a program in passing", "what aws cognito-idp prints", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.hint[Command(tt.hint):]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

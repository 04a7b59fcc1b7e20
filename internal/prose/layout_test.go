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

//go:build unix

package campaign

import (
	"fmt"
	"strings"
	"testing"
)

// TestSeeds: the same seed draws the same scene, another one another, and some hundred of them all that
// the campaign is about.
func TestSeeds(t *testing.T) {
	told := map[string]uint64{}
	var all strings.Builder
	for seed := range uint64(600) {
		text := tell(t, drawPlot(seed))
		if text != tell(t, drawPlot(seed)) {
			t.Fatalf("seed %d draws two scenes", seed)
		}
		if other, ok := told[text]; ok {
			t.Fatalf("seeds %d and %d draw the same scene", seed, other)
		}
		told[text] = seed
		all.WriteString(text)
	}
	wanted := []string{"wide", "long", "jsonl", ".gz", ".zst", "stdin true", "aliases [email phone_number]", "usernames [email]",
		"verified first [email]", "case-sensitive false", "--no-read", "--verified=keep", "--as=user", `budget ""`,
		"<delete>", "expect:", "nobody-", "this is no JSON", "too many", "never "}
	for _, c := range conditions {
		wanted = append(wanted, "where "+c.text)
	}
	for _, a := range assignments {
		wanted = append(wanted, a.text)
	}
	for kind := range spells {
		wanted = append(wanted, ", "+kind+" from ")
	}
	for kind := range singleFaults {
		wanted = append(wanted, ":"+kind)
	}
	for _, end := range []string{killBefore, killAnswer, killLater, terminate, termHanging, interrupt2, limited,
		napped, overslept, overtaken, rival, twoAtOnce} {
		wanted = append(wanted, "until "+end)
	}
	for _, want := range wanted {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no scene has %q", want)
		}
	}
}

// tell is all that a plot was drawn as, but for the packing of its files.
func tell(t *testing.T, p *plot) string {
	t.Helper()
	text := p.String()
	for _, s := range p.scenes {
		s.packing = ""
		file, err := s.file()
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range s.users {
			text += fmt.Sprintln(person.User, person.name)
		}
		text += fmt.Sprintln(s.records, string(file))
	}
	return fmt.Sprintln(text, p.planning, p.applying, p.undoing)
}

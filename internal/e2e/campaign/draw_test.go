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
	for seed := range uint64(300) {
		text := tell(t, drawScene(seed))
		if text != tell(t, drawScene(seed)) {
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
	for kind := range spells {
		wanted = append(wanted, ", "+kind+" from ")
	}
	for kind := range singleFaults {
		wanted = append(wanted, ":"+kind)
	}
	for _, end := range []string{killBefore, killAnswer, killLater, terminate, termHanging, interrupt2, limited} {
		wanted = append(wanted, "until "+end)
	}
	for _, want := range wanted {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no scene has %q", want)
		}
	}
}

// tell is all that a scene was drawn as, but for the packing of its file.
func tell(t *testing.T, s *scene) string {
	t.Helper()
	text := s.String()
	s.packing = ""
	file, err := s.file()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.users {
		text += fmt.Sprintln(p.User, p.name)
	}
	return fmt.Sprintln(text, s.records, string(file), s.applying, s.undoing)
}

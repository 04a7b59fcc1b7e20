package audit

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
)

// TestWordsOfCounts: the words of every kind fit any count of it, in a plan and in the preflight.
func TestWordsOfCounts(t *testing.T) {
	for _, k := range kinds {
		for when, say := range map[string]words{"planned": k.planned, "foreseen": k.foreseen} {
			for _, attribute := range []string{"email", "phone_number", "preferred_username"} {
				if say != nil {
					t.Run(k.name+"/"+when+"/"+attribute, func(t *testing.T) { checkCounts(t, k.name, attribute, say) })
				}
			}
		}
	}
}

// atLeastTwo are the kinds of which there is never one.
var atLeastTwo = []string{addressShared, addressCircle}

// Nouns that are counted, and those of several words by their last.
const nouns = `(new |disabled )?(user|record|row|value|message|address|number|username|name|token|change|e-mail)`

var (
	lastWord = strings.NewReplacer("e-mail address", "address", "e-mail change", "change", "phone number change", "change", "preferred username change", "change",
		"phone number", "number", "preferred username", "username", "access token", "token", "text message", "message")
	// ofOthers are words that are about something else than what is counted.
	ofOthers = strings.NewReplacer("that user can't any more", "", "among those to change", "", "among these", "", "what fails in them", "", "by their users", "", "users by their username", "",
		"export these columns again, as text, and do not save them", "")
	likeSeveral = regexp.MustCompile(`\b1 ` + nouns + `(s|es)\b|\b(these|those|them|their|they)\b`)
	likeOne     = regexp.MustCompile(`\b(0|2|1,234) ` + nouns + `([^-\w]|$)|\b(this|that) (user|address|account)\b`)
)

func checkCounts(t *testing.T, kind, attribute string, say words) {
	t.Helper()
	texts := map[int64]string{}
	for _, n := range []int64{0, 1, 2, 1234} {
		terms := &Terms{Pool: &cognito.Pool{AliasAttributes: []string{attribute}, Triggers: []string{"CustomMessage"}, Schema: exampleSchema()}, Long: &Long{}}
		text, remedy := say(&Warning{Kind: kind, Attribute: attribute, Count: n}, terms)
		texts[n] = lastWord.Replace(ofOthers.Replace(text + "\n" + remedy))
	}
	if words := likeSeveral.FindString(texts[1]); words != "" && !slices.Contains(atLeastTwo, kind) {
		t.Errorf("1: %q in %s", words, texts[1])
	}
	for _, n := range []int64{0, 2, 1234} {
		if words := likeOne.FindString(texts[n]); words != "" {
			t.Errorf("%d: %q in %s", n, words, texts[n])
		}
	}
	if many := regexp.MustCompile(`\b2\b`).ReplaceAllString(texts[2], "1,234"); many != texts[1234] {
		t.Errorf("of 2 and of 1,234 not the same is said:\n%s\n%s", texts[2], texts[1234])
	}
}

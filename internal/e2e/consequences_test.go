package e2e

import (
	"fmt"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestMessagesArePlanned: as many messages are told as are sent, where the pool requires that addresses are verified
// before they count, too.
func TestMessagesArePlanned(t *testing.T) {
	const pool = `{"UserPool":{"Id":"us-east-1_Verify000","Name":"verify","AutoVerifiedAttributes":["email"],"SchemaAttributes":[],
		"LambdaConfig":{"CustomMessage":"arn:aws:lambda:us-east-1:000000000000:function:made-up"},
		"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}}}`
	r := newTrial(t, pool, []sandbox.User{
		person("ann", "email", "ann@example.com", "email_verified", "true"),
		person("bob", "email", "bob@example.com", "email_verified", "true"),
	})
	write(t, "x.csv", "username,email,email_verified\nann,new-a@example.com,\nbob,new-b@example.com,true\n")
	r.screen = newTranscript()
	if s := r.command("plan", []string{"x.csv"}); s.code != 0 {
		t.Fatal(s.stderr)
	}
	told := r.hazards()["messages"].Count
	r.apply("x.csv")
	if sent := len(r.server.Messages()); sent != 1 || told != sent {
		t.Errorf("%d messages were told, and %d sent", told, sent)
	}
}

// TestLongNames: limits are counted in characters, in the program and in the sandbox.
func TestLongNames(t *testing.T) {
	name := strings.Repeat("ü", 128)
	r := newTrial(t, cellPool, []sandbox.User{person(name, "locale", "en"), person("ann", "locale", "en")})
	write(t, "x.csv", "username,locale\n"+name+",de\nann,de\n")
	for _, read := range []string{"scan", "lookup"} {
		r.screen = newTranscript()
		if s := r.command("plan", []string{"--read", read, "x.csv"}); !strings.Contains(s.stdout, "2 change") {
			t.Errorf("plan by %s does not find both users: %s%s", read, s.stdout, s.stderr)
		}
	}
	filter := fmt.Sprintf(`name = "%s"`, strings.Repeat("ü", 200)) // 209 characters
	if s := r.command("export", []string{"--filter", filter}); s.code != 0 {
		t.Errorf("export ends with %d: %s", s.code, s.stderr)
	}
	r.apply("x.csv")
	if got := r.users()[name]["locale"]; got != "de" {
		t.Errorf("locale is %q", got)
	}
}

// TestErrorsSpeakTheInputsDialect: what fails is written as the input is, so that the same spreadsheet opens it, and it
// can be applied again as it is.
func TestErrorsSpeakTheInputsDialect(t *testing.T) {
	for _, c := range []struct{ name, file, separator string }{
		{"commas", "x.csv", ","}, {"semicolons", "x.csv", ";"}, {"tabs", "x.tsv", "\t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTrial(t, cellPool, threePeople)
			write(t, c.file, strings.ReplaceAll("username|custom:points|birthdate|custom:note\nann|x|2026-03-01|01234\nbob|y|1984-03-17|\"Renée; a,b\"\n", "|", c.separator))
			s := r.command("apply", []string{"--yes", "--rate", "off", c.file})
			if s.code != exitFailed {
				t.Fatalf("apply ends with %d: %s", s.code, s.stderr)
			}
			text := r.read(r.files("x.run/errors.*")[0])
			header, _, _ := strings.Cut(text, "\n")
			if !strings.Contains(header, c.separator+"custom:points"+c.separator) {
				t.Errorf("the header is %q", header)
			}
			write(t, "mended.csv", strings.ReplaceAll(strings.ReplaceAll(text, c.separator+"x"+c.separator, c.separator+"1"+c.separator), c.separator+"y"+c.separator, c.separator+"2"+c.separator))
			r.apply("mended.csv")
			for name, want := range map[string]string{"ann custom:points": "1", "ann birthdate": "2026-03-01", "ann custom:note": "01234",
				"bob custom:points": "2", "bob birthdate": "1984-03-17", "bob custom:note": "Renée; a,b"} {
				if got := flat(r.users())[name]; got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

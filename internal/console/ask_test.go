package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/refusal"
)

func TestAsk(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		goesOn       bool
	}{
		{"the word", "yes\n", true},
		{"with blanks around it", " yes \r\n", true},
		{"without a line end", "yes", true},
		{"a letter", "y\n", false},
		{"another word", "yes please\n", false},
		{"in capitals", "YES\n", false},
		{"nothing", "\n", false},
		{"the end of the input", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Ask(t.Context(), io.Discard, strings.NewReader(tt.answer))
			if (err == nil) != tt.goesOn {
				t.Errorf("%q: %v", tt.answer, err)
			}
		})
	}
}

// TestAskInterrupted is Ctrl-C at the question.
func TestAskInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	terminal, typed := io.Pipe()
	defer typed.Close()
	cancel()
	var out bytes.Buffer
	err := Ask(ctx, &out, terminal)
	if !errors.Is(err, refusal.ErrNotStarted) {
		t.Errorf("%v", err)
	}
	if want := "Apply? Only \"yes\" goes on: \n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

// TestShowWarnings: a note has a heading of its own, and a remedy of several warnings stands behind the last of them.
func TestShowWarnings(t *testing.T) {
	var out bytes.Buffer
	ShowWarnings(Printer(&out, 0), []audit.Warning{
		{Text: "20 e-mail changes reset email_verified", Remedy: "--verified keep"},
		{Text: "up to 20 messages will go out", Remedy: "--verified keep"},
		{Text: "1 row with preconditions", Note: true},
		{Text: "2 rows with nothing to change"},
	})
	want := "watch    20 e-mail changes reset email_verified\nwatch    up to 20 messages will go out\n         hint: --verified keep\n" +
		"note     1 row with preconditions\nwatch    2 rows with nothing to change\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

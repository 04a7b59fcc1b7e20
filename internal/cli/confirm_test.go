package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

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
			err := ask(t.Context(), io.Discard, strings.NewReader(tt.answer))
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
	err := ask(ctx, &out, terminal)
	if !errors.Is(err, refusal.ErrNotStarted) || exitCode(err) != exitInterrupted {
		t.Errorf("%v, exit code %d", err, exitCode(err))
	}
	if want := "Apply? Only \"yes\" goes on: \n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

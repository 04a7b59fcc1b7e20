package sources

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted stands in a report where an access token was.
const Redacted = "<redacted>"

// Quotable is what an error or a report may repeat of a text that need not be what it was taken for, such as a username:
// [Redacted] if it looks like an access token.
func Quotable(text string) string {
	if isToken(text) {
		return Redacted
	}
	return text
}

// Secret is a text that is told to nobody but the service: however it is printed, logged or encoded, it
// reads <redacted>. Only a conversion to string gives it away.
type Secret string

var (
	_ fmt.Formatter  = Secret("")
	_ slog.LogValuer = Secret("")
)

// String returns <redacted>.
func (Secret) String() string { return Redacted }

// Format writes <redacted>, whatever the verb: %x and %+v would each find a way around String.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue returns <redacted>.
func (Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns <redacted>.
func (Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

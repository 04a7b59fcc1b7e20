package cognito

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted stands for a token wherever one would be told.
const redacted = "<redacted>"

var (
	_ fmt.Formatter  = Token{}
	_ fmt.GoStringer = Token{}
	_ slog.LogValuer = Token{}
)

// String returns <redacted>.
func (Token) String() string { return redacted }

// GoString returns <redacted>.
func (Token) GoString() string { return redacted }

// Format writes <redacted>, whatever the verb: %+v, %x and %d would each find a way around String.
func (Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns <redacted>.
func (Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns "<redacted>".
func (Token) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText returns <redacted>.
func (Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

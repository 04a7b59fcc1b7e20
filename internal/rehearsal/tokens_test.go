package rehearsal

import (
	"testing"

	"attrmigrate/internal/sandbox"
)

func TestCalledName(t *testing.T) {
	for _, tt := range []struct {
		name string
		user sandbox.User
		want string
	}{
		{"a name", sandbox.User{Username: "ann", Attributes: map[string]string{"sub": "1", "email": "ann@example.com"}}, "ann"},
		{"an e-mail address", sandbox.User{Username: "1", Attributes: map[string]string{"sub": "1", "email": "ann@example.com", "phone_number": "+15550100"}}, "ann@example.com"},
		{"a phone number", sandbox.User{Username: "1", Attributes: map[string]string{"sub": "1", "phone_number": "+15550100"}}, "+15550100"},
		{"nothing else", sandbox.User{Username: "1", Attributes: map[string]string{"sub": "1"}}, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := calledName(tt.user); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

package audit

import (
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

func TestChangedName(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email", "phone_number"}}
	for _, tt := range []struct {
		name   string
		pool   cognito.Pool
		record *sources.Change
		want   string
	}{
		{"the e-mail that names the user", aliases, record("amy@example.com", "email=a@example.com"), "email"},
		{"the phone number", aliases, record("+15555550100", "phone_number=+15555550199"), "phone_number"},
		{"a username attribute", cognito.Pool{UsernameAttributes: []string{"email"}}, record("amy@example.com", "email=a@example.com"), "email"},
		{"it is deleted", aliases, record("amy@example.com", "email="), "email"},
		{"it stays", aliases, record("amy@example.com", "email=amy@example.com"), ""},
		{"it stays, in another case", aliases, record("amy@example.com", "email=Amy@example.com"), ""},
		{"another case is another name", cognito.Pool{CaseSensitive: true, AliasAttributes: []string{"email"}},
			record("amy@example.com", "email=Amy@example.com"), "email"},
		{"another address", aliases, record("amy@example.com", "phone_number=+15555550199"), ""},
		{"named by the username", aliases, record("amy", "email=a@example.com"), ""},
		{"addresses are no names here", cognito.Pool{}, record("amy@example.com", "email=a@example.com"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := changedName(&tt.pool, tt.record); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

package sources

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	known := []string{"email", "email_verified", "custom:tier", "dev:custom:rank", "name"}
	tests := []struct{ name, given, want string }{
		{"a letter more", "emaill", "email"},
		{"two letters swapped", "custom:teir", "custom:tier"},
		{"case", "Custom:Tier", "custom:tier"},
		{"prefix left out", "tier", "custom:tier"},
		{"prefix left out and a slip", "tiar", "custom:tier"},
		{"two prefixes left out", "rank", "dev:custom:rank"},
		{"a hyphen", "email-verified", "email_verified"},
		{"too far", "nickname", ""},
		{"short and far", "ab", ""},
		{"nothing", "", ""},
		{"known already", "name", ""},
		{"very long", strings.Repeat("x", 1<<20), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := Suggest(tt.given, known); got != tt.want || ok != (tt.want != "") {
				t.Errorf("Suggest(%q) = %q, %v, want %q", tt.given, got, ok, tt.want)
			}
		})
	}
}

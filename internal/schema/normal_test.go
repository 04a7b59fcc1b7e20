package schema

import (
	"slices"
	"testing"

	"attrmigrate/sources"
)

func TestNormal(t *testing.T) {
	tests := []struct {
		name, attribute, value, want string
		undo                         bool
	}{
		{"a flag", "email_verified", "TRUE", "true", false},
		{"a custom boolean", "custom:vip", "False", "false", false},
		{"as it is sent already", "custom:vip", "true", "true", false},
		{"what is refused", "custom:vip", "Yes", "Yes", false},
		{"a text", "nickname", "True", "True", false},
		{"an attribute that the pool lacks", "custom:none", "True", "True", false},
		{"of an undo file", "email_verified", "True", "True", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Undo: tt.undo, Attributes: []sources.Attribute{{Name: "locale", Value: "de"}, {Name: tt.attribute, Value: tt.value}}}
			before := slices.Clone(c.Attributes)
			n := tested().Normal(c)
			if got := n.Attributes[1].Value; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !slices.Equal(c.Attributes, before) {
				t.Error("the record itself was changed")
			}
			if tt.value == tt.want && n != c {
				t.Error("a record that needs nothing was copied")
			}
		})
	}
}

// What an undo file gives back was in the pool: only what no request can hold is refused, and what is certain to be.
func TestCheckOfUndo(t *testing.T) {
	tests := []struct{ name, attribute, value, want string }{
		{"a boolean as it was", "email_verified", "True", ""},
		{"a number of before", "custom:points", "1e3", ""},
		{"over the limit of today", "custom:tier", "a value of over twenty characters", ""},
		{"an address of before", "email", "ann", ""},
		{"not UTF-8", "custom:tier", "\xff", "custom:tier: is not UTF-8"},
		{"an attribute that the pool lacks", "custom:gone", "x", "custom:gone: the pool has no such attribute"},
		{"a required one deleted", "email", "", "email: the pool requires it, so it can't be deleted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Undo: true, Attributes: []sources.Attribute{{Name: tt.attribute, Value: tt.value, Delete: tt.value == ""}}}
			if got := errorText(tested().Check(c)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

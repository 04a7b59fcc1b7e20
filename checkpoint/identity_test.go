package checkpoint

import (
	"slices"
	"testing"
)

func TestIdentityDiff(t *testing.T) {
	tests := []struct {
		name      string
		was, here Identity
		want      []Difference
	}{
		{"equal", Identity{"pool": "a"}, Identity{"pool": "a"}, nil},
		{"both empty", nil, Identity{}, nil},
		{"an empty setting is as good as none", Identity{"map": ""}, nil, nil},
		{"by name", Identity{"pool": "a", "input": "1"}, Identity{"pool": "b", "input": "2"},
			[]Difference{{"input", "1", "2"}, {"pool", "a", "b"}}},
		{"only before, only now", Identity{"ignore": "x"}, Identity{"map": "y"},
			[]Difference{{"ignore", "x", ""}, {"map", "", "y"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.was.Diff(tt.here); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

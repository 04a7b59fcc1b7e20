package checkpoint

import (
	"slices"
	"testing"
)

func TestFingerprintDiff(t *testing.T) {
	tests := []struct {
		name      string
		was, here Fingerprint
		want      []Difference
	}{
		{"equal", Fingerprint{"pool": "a"}, Fingerprint{"pool": "a"}, nil},
		{"both empty", nil, Fingerprint{}, nil},
		{"an empty setting is as good as none", Fingerprint{"map": ""}, nil, nil},
		{"by name", Fingerprint{"pool": "a", "input": "1"}, Fingerprint{"pool": "b", "input": "2"},
			[]Difference{{"input", "1", "2"}, {"pool", "a", "b"}}},
		{"only before, only now", Fingerprint{"ignore": "x"}, Fingerprint{"map": "y"},
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

package job

import (
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// TestUserKey: in a pool that ignores case, names that differ in case are one user.
func TestUserKey(t *testing.T) {
	tests := []struct {
		name      string
		sensitive bool
		same      bool
	}{
		{"a pool that heeds case", true, false},
		{"a pool that ignores it", false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key := userKey(&cognito.Pool{CaseSensitive: test.sensitive})
			a, b := key(&sources.Change{Username: "Ann"}), key(&sources.Change{Username: "ann"})
			if (a == b) != test.same {
				t.Errorf("Ann is %q and ann is %q", a, b)
			}
		})
	}
}

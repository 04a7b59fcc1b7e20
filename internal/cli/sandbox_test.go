package cli

import (
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestQuota: a quota of updates brings that of the reads before them along.
func TestQuota(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want sandbox.Quotas
	}{
		{"more than AWS's", []string{"100"}, sandbox.Quotas{UserUpdate: 100, UserRead: 480, UserList: 120}},
		{"less than AWS's", []string{"5"}, sandbox.Quotas{UserUpdate: 5, UserRead: 120, UserList: 30}},
		{"a category that was given", []string{"UserRead=7", "100"}, sandbox.Quotas{UserUpdate: 100, UserRead: 7, UserList: 120}},
		{"a category given later", []string{"100", "UserRead=off"}, sandbox.Quotas{UserUpdate: 100, UserRead: sandbox.Off, UserList: 120}},
		{"one category alone", []string{"UserUpdate=100"}, sandbox.Quotas{UserUpdate: 100}},
		{"none", []string{"off"}, sandbox.NoQuotas()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got sandbox.Quotas
			for _, arg := range tt.args {
				if err := quota(&got)(arg); err != nil {
					t.Fatal(err)
				}
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

//go:build linux

package kubernetes

import "testing"

// TestKubernetes plays the manifest on one control plane: with every end that a program has, and with a fleet of pools.
func TestKubernetes(t *testing.T) {
	said := &transcript{}
	a := startCluster(t)
	t.Run("played", func(t *testing.T) {
		t.Run("codes", func(t *testing.T) {
			t.Parallel()
			testCodes(t, a, said)
		})
		t.Run("fleet", func(t *testing.T) {
			t.Parallel()
			testFleet(t, a, said)
		})
	})
	t.Log("\n" + said.text())
}

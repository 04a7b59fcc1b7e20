//go:build linux

package kubernetes

import (
	"os"
	"strings"
	"testing"
)

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
	if page := os.Getenv("KUBERNETES_PAGE"); page != "" && !t.Failed() {
		renew(t, page, said.text())
	}
}

// renew puts what was said into a page, between its marks.
func renew(t *testing.T, page, said string) {
	t.Helper()
	const begin, end = "<!-- kubernetes -->\n", "<!-- /kubernetes -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %s and %s", page, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	if err := os.WriteFile(page, []byte(before+begin+"```\n"+said+"```\n"+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

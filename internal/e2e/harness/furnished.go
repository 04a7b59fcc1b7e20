package harness

import (
	"cmp"
	"testing"

	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/sandbox"
)

// Furnished serves a sandbox without quotas for as long as the test goes on, furnished alike each time, and returns its URL.
func Furnished(t *testing.T, furniture rehearsal.Furniture) string {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	_, err = furniture.Furnish(t.Context(), server)
	if err := cmp.Or(err, furniture.WriteTokens(t.Context(), server)); err != nil {
		t.Fatal(err)
	}
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

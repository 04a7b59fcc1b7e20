package page

import (
	"bytes"
	"os"
	"testing"
)

func TestReport(t *testing.T) {
	var b bytes.Buffer
	if err := Report(&b, evening()); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("KEEP"); path != "" {
		os.WriteFile(path, b.Bytes(), 0o600)
	}
	t.Log(b.Len())
}

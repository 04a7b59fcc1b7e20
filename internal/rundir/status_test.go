package rundir

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWithin: a file system that does not answer is waited for so long, and Ctrl-C is heeded meanwhile.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := make(chan struct{})
		defer close(dead)
		look := func() (string, error) {
			<-dead
			return "", nil
		}
		begun := time.Now()
		_, err := Within(t.Context(), StatusPatience, "x.run", look)
		if err == nil || err.Error() != "x.run: the file system has not answered for 10s" || time.Since(begun) != StatusPatience {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Within(ctx, StatusPatience, "x.run", look); err == nil || !strings.Contains(err.Error(), "context") {
			t.Errorf("with an end of its own: %v", err)
		}
		if text, err := Within(t.Context(), StatusPatience, "x.run", func() (string, error) { return "finished", nil }); text != "finished" || err != nil {
			t.Errorf("one that answers: %q, %v", text, err)
		}
	})
}

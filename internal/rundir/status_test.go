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

// TestRateInTheEnd: of a start that has ended the rate is told as it was, and nothing as if it went on.
func TestRateInTheEnd(t *testing.T) {
	for _, tt := range []struct {
		held         bool
		reason, want string
	}{
		{true, "throttled 3s ago at 21.0/s, probing upwards", "throttled 3s ago at 21.0/s, probing upwards"},
		{false, "throttled 0s ago at 21.0/s, probing upwards", "throttled at 21.0/s"},
		{false, "ceiling", "ceiling"},
		{false, "set live", "set live"},
	} {
		s := Status{Held: tt.held}
		s.State.Rate.Reason = tt.reason
		if got := s.Standing(Asked{}).Rate.Reason; got != tt.want {
			t.Errorf("held %v, %s: got %q, want %q", tt.held, tt.reason, got, tt.want)
		}
	}
}

package job

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"attrmigrate/sources"
)

// expiringAt is a record with a token that expires then, with a signature that nobody made.
func expiringAt(at time.Time) *sources.Change {
	claims := fmt.Sprintf(`{"sub":"11111111-aaaa-4bbb-8ccc-222222222222","username":"ann","iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Made00000","token_use":"access","exp":%d}`, at.Unix())
	encode := base64.RawURLEncoding.EncodeToString
	return &sources.Change{Username: "ann", Token: sources.Secret(encode([]byte(`{"alg":"RS256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("made up")))}
}

// TestExpiries: tokens count from when their records are known until these are finished, and those of records that are not
// sent never do.
func TestExpiries(t *testing.T) {
	noon := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	bad := expiringAt(noon.Add(10 * time.Minute))
	bad.Err = errors.New("no such attribute")
	e := newExpiries(func(c *sources.Change) error { return c.Err })
	first, second := expiringAt(noon.Add(10*time.Minute)), expiringAt(noon.Add(time.Hour))
	for _, c := range []*sources.Change{first, second, bad, {Username: "without"}} {
		e.add(c)
	}
	for _, tt := range []struct {
		span time.Duration
		want int64
	}{{9 * time.Minute, 0}, {10 * time.Minute, 1}, {time.Hour, 2}} {
		if got := e.between(noon, noon.Add(tt.span)); got != tt.want {
			t.Errorf("within %s: %d, want %d", tt.span, got, tt.want)
		}
	}
	for _, c := range []*sources.Change{bad, first} {
		e.finished(c)
	}
	if got := e.between(noon, noon.Add(time.Hour)); got != 1 {
		t.Errorf("when one is finished: %d remain", got)
	}
	if got := e.between(noon.Add(2*time.Hour), noon.Add(3*time.Hour)); got != 0 {
		t.Errorf("later: %d", got)
	}
	var none *expiries
	none.add(first)
	none.finished(first)
}

package console

import (
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/listing"
)

// TestReadingBar: how a pool is read is shown with its chains and their pace; users who are looked up one by one have none.
func TestReadingBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Reading
		r.Set(listing.Progress{Of: 1_000_000, Chains: 16})
		m := newMeter(r.Gauge())
		time.Sleep(10 * time.Second)
		r.Set(listing.Progress{Users: 16_200, Of: 1_000_000, Chains: 16, Calls: 270})
		m.add(time.Now(), r.Gauge())
		want := "  1% ▕                        ▏ 16,200/1,000,000  1620.0/s  eta 10m7s  chains 16  pages 27.0/s"
		if got := (&bar{meter: m}).line(r.Gauge(), 120); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		r.Set(listing.Progress{Users: 5, Of: 10})
		if g := r.Gauge(); g.done != 5 || g.total != 10 || g.notes != nil {
			t.Errorf("%+v", g)
		}
	})
}

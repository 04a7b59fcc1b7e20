package page_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"attrmigrate/internal/rundir"
)

// TestPictures makes the pictures of docs/steering.md, for make pictures: of a run that is always the same.
func TestPictures(t *testing.T) {
	dir := os.Getenv("PICTURES")
	if dir == "" {
		t.Skip("make pictures makes them")
	}
	b := openBrowser(t)
	paused := atWork()
	paused.Events, paused.Series = paused.Events[:5], paused.Series[:len(paused.Series)*62/100]
	s := &paused.Standing
	last := paused.Series[len(paused.Series)-1]
	ten := 10.0
	s.State, s.Asked = "paused", rundir.Asked{
		Paused: true, PausedUntil: last.At.Add(20 * time.Minute), Rate: &ten,
		PauseOrder: &rundir.Order{At: paused.Events[4].At, By: paused.Events[4].By, Reason: "support called: logins are slow"},
		RateOrder:  &rundir.Order{At: paused.Events[3].At, By: paused.Events[3].By, Reason: paused.Events[3].Reason},
	}
	s.Effective.Paused, s.Effective.Rate = true, &ten
	s.Rate.PerSecond, s.Rate.Ceiling, s.Rate.Reason = 10, 10, "the ceiling that was asked for"
	s.Updated -= last.Remaining - s.Remaining
	s.Remaining = last.Remaining
	s.Elapsed, s.Paused = 0, 0
	for _, x := range paused.Series {
		if x.Paused {
			s.Paused += x.Seconds
		} else {
			s.Elapsed += x.Seconds
		}
	}
	paused.Events[4].Reason = "support called: logins are slow"
	c := newContract(t, paused, false)
	ended := evening()
	ended.Events[4].Reason = "support called: logins are slow"
	for _, p := range []struct {
		name, url string
		look      look
	}{
		{"report.png", saved(t, ended), look{width: 1000, height: 1320}},
		{"report-phone.png", saved(t, ended), look{width: 360, height: 1500, dark: true}},
		{"live.png", c.URL + "/#" + aToken, look{width: 1000, height: 1250}},
		{"live-phone.png", c.URL + "/#" + aToken, look{width: 360, height: 1500, dark: true}},
	} {
		tab := b.open(t, p.url, isDrawn, p.look)
		if p.name[:4] == "live" {
			tab.says("link", "live")
			tab.until(`document.querySelectorAll('#events tr').length > 4`)
		}
		png, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
		tab.must(err)
		if err := os.WriteFile(filepath.Join(dir, p.name), png, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", p.name, len(png))
		tab.close()
	}
}

package page_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/fleet"
	pages "attrmigrate/internal/page"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// fourPools are runs that stand in every way.
func fourPools() pages.Fleet {
	standing := func(state string, rows, updated, failed int64) *rundir.Standing {
		return &rundir.Standing{State: state, Summary: report.Summary{Rows: rows, Updated: updated, Failed: failed, Remaining: rows - updated - failed}}
	}
	run := func(name, account, region string, s *rundir.Standing) pages.FleetRun {
		return pages.FleetRun{Run: fleet.Run{Row: fleet.Row{Name: name, Account: account, Region: region, RunDir: "s3://example-runs/loyalty/" + name + "/"}, Standing: s}}
	}
	going := run("shop-eu", "111122223333", "eu-west-1", standing("running", 120_000, 48_000, 12))
	going.Pace, going.Report = 20, "shop-eu/report.html"
	held := run("shop-us", "444455556666", "us-east-1", standing("stopped", 8_000, 2_000, 0))
	held.Standing.Asked.Hold = true
	lost := run("club-us", "", "us-east-1", nil)
	lost.Problem = "s3://example-runs/loyalty/club-us/: the caller may not read it: s3:GetObject"
	return pages.Fleet{Title: "targets", Made: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Runs: []pages.FleetRun{
		going, run("club-eu", "111122223333", "eu-west-1", standing("finished", 5_000, 5_000, 0)), held, run("a-pool-with-<a>-rather-long-name-that-somebody-gave-it", "444455556666", "ap-southeast-2", nil), lost,
	}}
}

func TestFleet(t *testing.T) {
	var b bytes.Buffer
	if err := pages.WriteFleet(&b, fourPools()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"5 runs: 1 running, 1 finished, 1 stopped, 1 not begun, 1 unreadable.",
		`<a href="shop-eu/report.html">shop-eu</a>`,
		`<span><strong>48,012</strong> of 120,000 finished</span> <span class="harmful"><strong>12</strong> failed</span> <span>20/s</span> <span>59m59s left</span>`,
		`<dd id="n-done">55,012</dd>`, // of the totals
		`<span class="state stopped">stopped</span>`, `<bdi>on hold</bdi>`,
		`<span class="state not-begun">not begun</span>`, `a-pool-with-&lt;a&gt;-rather`,
		"the caller may not read it: s3:GetObject",
		"111122223333, eu-west-1", "the account of the credentials, us-east-1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(text, "<script") {
		t.Error("the page has a script, which its policy forbids")
	}
	if t.Failed() {
		t.Log(text[strings.Index(text, "<body>"):])
	}
}

// savedFleet writes the page and returns its address.
func savedFleet(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pages.WriteFleet(f, fourPools()); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(path)
}

// fleet looks at the page over many runs on a desk and on a phone, in the light and in the dark.
func (b *browser) fleet(t *testing.T) {
	for _, l := range []look{{}, {width: 1200, height: 900, dark: true}, {width: 360, height: 740}, {width: 360, height: 740, dark: true}} {
		tab := b.open(t, savedFleet(t), ".fleet li", l)
		tab.fits()
		tab.accessible()
		tab.quiet("file:")
		tab.close()
	}
}

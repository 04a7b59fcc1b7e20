package page_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	pages "attrmigrate/internal/page"
)

// saved writes a report and returns its address.
func saved(t *testing.T, d pages.Data) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pages.Report(f, d); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(path)
}

var allFigures = []string{"pace", "remaining", "outcomes", "throttled", "failed", "latency-AdminGetUser", "latency-AdminUpdateUserAttributes"}

// TestBrowser draws the pages in a browser, each in a tab of its own.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a second to start")
	}
	b := openBrowser(t)
	for _, test := range []struct {
		name string
		run  func(*browser, *testing.T)
	}{
		{"steered", (*browser).steered}, // which waits the most
		{"live", (*browser).live},
		{"live on a phone", (*browser).livePhone},
		{"live, troubled", (*browser).troubled},
		{"live, read only", (*browser).readOnly},
		{"report", (*browser).report},
		{"report on a phone in the dark", (*browser).phone},
		{"report on paper", (*browser).paper},
		{"report of little", (*browser).little},
		{"report of days", (*browser).days},
		{"injection", (*browser).injection},
		{"many runs", (*browser).fleet},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(b, t)
		})
	}
}

const isDrawn = "html[data-drawn]"

func (b *browser) report(t *testing.T) {
	tab := b.open(t, saved(t, evening()), isDrawn, look{})
	tab.quiet("file:")
	tab.drawn(allFigures...)
	for _, figure := range allFigures {
		if n := tab.colours(figure, "purple", "grey", "amber"); n["purple"] < 100 || n["grey"] < 100 || n["amber"] < 10 {
			t.Errorf("%s lacks marks of orders, pauses or throttles: %v", figure, n)
		}
	}
	tab.fits()
	tab.accessible()
}

func (b *browser) phone(t *testing.T) {
	tab := b.open(t, saved(t, evening()), isDrawn, look{width: 360, height: 740, dark: true})
	tab.quiet("file:")
	tab.drawn(allFigures...)
	tab.fits()
	tab.accessible()
}

// paper: what is printed in the dark has its pictures, in the colours of paper.
func (b *browser) paper(t *testing.T) {
	tab := b.open(t, saved(t, evening()), isDrawn, look{dark: true})
	pdf, err := chromedp.Run(tab.ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground()))
	tab.must(err)
	const purple = ".4431 .2196 .6588 RG" // #7138a8, of the marks of orders
	if n := strings.Count(unpacked(pdf), purple); n < len(allFigures) {
		t.Errorf("%d marks in a PDF of %d bytes", n, len(pdf))
	}
	tab.quiet("file:")
}

// unpacked is what the streams of a PDF say. A picture is drawn there, too: it is sharp on any paper.
func unpacked(pdf []byte) string {
	var all strings.Builder
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		if r, err := zlib.NewReader(bytes.NewReader(part)); err == nil {
			_, _ = io.Copy(&all, r)
		}
	}
	return all.String()
}

// little: whatever is missing, the rest is shown.
func (b *browser) little(t *testing.T) {
	whole := evening()
	for _, test := range []struct {
		name    string
		change  func(*pages.Data)
		figures []string
	}{
		{"nothing", func(d *pages.Data) { d.Series, d.Events = nil, nil }, nil},
		{"no events", func(d *pages.Data) { d.Events = nil }, allFigures},
		{"no series", func(d *pages.Data) { d.Series = nil }, nil},
		{"one sample", func(d *pages.Data) { d.Series, d.Events = d.Series[:1], d.Events[:1] }, []string{"pace", "remaining", "outcomes", "latency-AdminGetUser", "latency-AdminUpdateUserAttributes"}},
	} {
		d := whole
		test.change(&d)
		tab := b.open(t, saved(t, d), isDrawn, look{})
		tab.quiet("file:")
		tab.drawn(test.figures...)
		tab.close()
	}
}

// days: a long run is drawn in half a second; on a slow machine, in twice the time in which its browser makes two million objects,
// which is as long as it takes. The times are those of the page's thread, so that they are the same on a busy machine.
func (b *browser) days(t *testing.T) {
	tab := b.open(t, saved(t, days()), isDrawn, look{})
	command(tab, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
	before := tab.busy()
	tab.do(chromedp.Reload(), chromedp.WaitReady(chromedp.CSS(isDrawn)))
	drawn := tab.busy()
	eval[float64](tab, `(() => {
		let sum = 0;
		for (let round = 0; round < 20; round++) {
			const objects = [];
			for (let i = 0; i < 100000; i++) objects.push({at: i, text: 'number ' + i});
			for (const o of objects) sum += o.at + o.text.length;
		}
		return sum;
	})()`)
	took, yard := drawn-before, tab.busy()-drawn
	t.Logf("a series of four days is read and drawn in %.0f ms, the objects take %.0f", 1000*took, 1000*yard)
	if took <= 0 || took > max(0.5, 2*yard) {
		t.Errorf("it took %.0f ms", 1000*took)
	}
	tab.quiet("file:")
}

// busy is how many seconds the page's thread was, for anything.
func (b *tab) busy() (seconds float64) {
	b.Helper()
	for _, m := range command(b, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "TaskDuration" {
			seconds = m.Value
		}
	}
	return seconds
}

package page_test

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium for all tests, which are tabs of it.
type browser struct{ ctx context.Context }

// openBrowser starts it, or skips the test where there is none.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("there is no Chromium to draw the page")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 { // whom Chromium's own sandbox does not take
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{ctx}
}

// tab is a page that is looked at, and what it does beside.
type tab struct {
	*testing.T
	ctx   context.Context
	close context.CancelFunc

	mu       sync.Mutex
	requests []string // the addresses that it asked for
	troubles []string // what a console shows as an error
}

// look is how a page is looked at. The zero value is a wide window, in the light.
type look struct {
	width, height int64
	dark          bool
}

// open opens a page, and waits until a selector is there.
func (b *browser) open(t *testing.T, url, selector string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	tab := &tab{T: t, close: cancel}
	if err := chromedp.Listen(ctx, tab.heard); err != nil { // which opens the tab
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, patience(t))
	t.Cleanup(cancel)
	tab.ctx = ctx
	if l.width == 0 {
		l.width, l.height = 1200, 900
	}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	command(tab, network.Enable, network.EnableParams{})
	command(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 500})
	command(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	command(tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "UTC"})
	tab.do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS(selector)))
	return tab
}

// patience is how long a tab may take: as long as the tests, less what it takes to say what it waited for. A machine that is busy
// with other things is slow, and no fault.
func patience(t *testing.T) time.Duration {
	end, ok := t.Deadline()
	if !ok {
		return 5 * time.Minute
	}
	return time.Until(end) - 15*time.Second
}

// command is one of the protocol.
func command[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.Helper()
	r, err := chromedp.Call(b.ctx, c, params)
	b.must(err)
	return r
}

func (b *tab) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		b.troubles = append(b.troubles, fmt.Sprintf("console.%s: %s", e.Type, e.Args[0].Value))
	case *log.EventEntryAdded:
		b.troubles = append(b.troubles, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

// must ends the test where the browser could not do something, with what the page shows instead.
func (b *tab) must(err error) {
	b.Helper()
	if err == nil {
		return
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(late, chromedp.Evaluate[string](`document.body.innerText`))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Fatalf("%v\n%q\nthe page shows: %.2000s", err, b.troubles, text)
}

// eval is what an expression of JavaScript is, or comes to.
func eval[V any](b *tab, expression string) V {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	b.must(err)
	return v
}

// until waits for an expression to be true, also over the page's loading itself anew.
func (b *tab) until(expression string) {
	b.Helper()
	for {
		err := chromedp.Do(b.ctx, chromedp.Poll[chromedp.Void]("document.body !== null && ("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond)))
		if err == nil || b.ctx.Err() != nil || !strings.Contains(err.Error(), "context with specified id") && !strings.Contains(err.Error(), "context was destroyed") &&
			!strings.Contains(err.Error(), "target navigated") {
			b.must(err)
			return
		}
	}
}

// says waits until an element has a text in it.
func (b *tab) says(id, text string) {
	b.Helper()
	b.until(fmt.Sprintf(`document.getElementById(%q).textContent.includes(%q)`, id, text))
}

// quiet checks that nothing was asked of elsewhere, and that the console shows no error.
func (b *tab) quiet(origin string) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, url := range b.requests {
		if !strings.HasPrefix(url, origin) && !strings.HasPrefix(url, "data:") {
			b.Errorf("the page asks for %s", url)
		}
	}
	if len(b.requests) == 0 {
		b.Error("no request was seen, not even that for the page")
	}
	for _, trouble := range b.troubles {
		b.Errorf("the console shows: %s", trouble)
	}
}

// fits checks that nothing is wider than the window.
func (b *tab) fits() {
	b.Helper()
	if wide := eval[[]string](b, `document.documentElement.scrollWidth <= innerWidth ? [] :
		[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest('.wide')).map(e => e.outerHTML.slice(0, 120))`); len(wide) > 0 {
		b.Errorf("the page is wider than its window: %q", wide)
	}
}

//go:embed testdata/axe.min.js
var axe string

// accessible has axe look for what keeps people from reading the page. It comes last: what it does is not the page's.
func (b *tab) accessible() {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](axe))
	grave := eval[[]string](b, `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
		.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join('\n')))`)
	for _, g := range grave {
		b.Errorf("axe: %s", g)
	}
}

// colours counts the pixels of a picture that have exactly the colour of a variable of the style.
func (b *tab) colours(figure string, names ...string) map[string]int {
	b.Helper()
	return eval[map[string]int](b, fmt.Sprintf(`(() => {
		const canvas = document.querySelector('#f-%s canvas');
		const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
		const counted = {};
		for (const name of %s) {
			const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
			const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
			counted[name] = 0;
			for (let i = 0; i < pixels.length; i += 4) if (pixels[i] === r && pixels[i + 1] === g && pixels[i + 2] === b && pixels[i + 3] === 255) counted[name]++;
		}
		return counted;
	})()`, figure, "['"+strings.Join(names, "', '")+"']"))
}

// drawn checks that every picture of the page has something in it, and that there are those.
func (b *tab) drawn(figures ...string) {
	b.Helper()
	got := eval[[]string](b, `[...document.querySelectorAll('figure')].filter(f => f.querySelector('canvas')).map(f => f.id.slice(2))`)
	slices.Sort(got)
	slices.Sort(figures)
	if !slices.Equal(got, figures) {
		b.Errorf("there are the pictures %q, want %q", got, figures)
	}
	if blank := eval[[]string](b, `[...document.querySelectorAll('canvas')].filter(c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size < 10)
		.map(c => c.closest('figure').id)`); len(blank) > 0 {
		b.Errorf("these pictures are blank: %q", blank)
	}
}
